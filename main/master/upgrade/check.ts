import { existsSync, statfsSync } from 'node:fs'
import { type BackupInfo, describeBackup, type FoundBackup, listBackups } from '../backup/list.ts'
import { countRows } from '../backup/summary.ts'
import { readHeader, withReader } from '../db/header.ts'
import type { Moment } from '../model.ts'
import { readIntent } from './intent.ts'
import { holdsAnything, isSmall, lookAtStores, readWhole, signsOfHistory, sizeOf } from './look.ts'
import { findLosses, type Loss } from './losses.ts'
import { latestOf, STORES, type Store, type StoreName, storePath } from './stores.ts'
import { describeStoreTrouble, type Stage, type StoreTrouble } from './trouble.ts'

/** How a data directory is: what is safe, what is wrong, what can be done. */
export interface Facts {
  readonly dataDir: string
  /** Of the app that looked. */
  readonly version: string
  readonly at: Moment
  readonly ok: boolean
  /** In two short sentences: what is safe, and what is wrong. */
  readonly headline: readonly [string, string]
  readonly lead: string
  readonly files: readonly FileFacts[]
  /** Rows of history and logs; `null` where they can't be counted. */
  readonly counts: Readonly<Record<string, number>> | null
  /** What they are to be compared with: as they were before something was tried, or in the newest backup. */
  readonly before: {
    readonly when: string
    readonly counts: Readonly<Record<string, number>>
  } | null
  readonly quarantined: number
  /** What was put aside of which table, and why. The rows are in the table `quarantine`. */
  readonly odd: readonly {
    readonly table: string
    readonly reason: string
    readonly rows: number
  }[]
  readonly backups: readonly BackupFacts[]
  readonly stages: readonly Stage[]
  readonly trouble: StoreTrouble | null
  /** Pieces that are damaged or gone while the rest can be used. Looked for only where everything is read. */
  readonly losses: readonly Loss[]
  readonly freeBytes: number | null
  readonly neededBytes: number | null
  readonly ways: readonly Way[]
}

export interface FileFacts {
  readonly name: StoreName
  /** `unread`: its header can be read, and it is too large to be read whole at once. */
  readonly state: 'sound' | 'unread' | 'older' | 'newer' | 'damaged' | 'missing' | 'not yet'
  readonly sizeBytes: number
  readonly schema: number | null
  readonly known: number
  readonly problem: string | null
}

export interface BackupFacts extends BackupInfo {
  readonly folder: string
}

export type WayName =
  | 'retry'
  | 'look'
  | 'restore'
  | 'export'
  | 'goOn'
  | 'startEmpty'
  | 'olderVersion'
  | 'newerVersion'

/** What a person can do. The first is what is advised. */
export interface Way {
  readonly name: WayName
  readonly title: string
  readonly text: string
  /** What stands in its way. */
  readonly need: string | null
}

export interface CheckOptions {
  /** What a start ran into, where one was tried. */
  readonly trouble?: StoreTrouble
  /** Whether also large files are read from end to end. */
  readonly whole: boolean
  readonly now: Moment
}

/** Looks at a data directory and changes nothing. A running master is not disturbed. */
export function checkDataDirectory(dataDir: string, version: string, options: CheckOptions): Facts {
  const found = options.trouble ?? troubleOf(dataDir)
  const files = STORES.map(store =>
    asTroubled(lookAtFile(dataDir, store, options.whole), found ?? undefined),
  )
  const damaged = files.find(file => file.state === 'damaged')
  const trouble: StoreTrouble | null =
    found ??
    (damaged ? { kind: 'damaged', file: damaged.name, reason: damaged.problem ?? '' } : null)
  const kept = listBackups(dataDir)
  const backups = kept.map(one => ({ ...describeBackup(one), folder: one.folder }))
  const counts = countAll(dataDir, files, trouble?.kind === 'lost')
  const current = files.every(({ state }) => state === 'sound')
  const losses = options.whole && current && !trouble ? findLosses(dataDir) : []
  const facts = {
    dataDir,
    version,
    at: options.now,
    ok: trouble === null && losses.length === 0,
    files,
    counts,
    before: beforeOf(trouble, kept),
    quarantined: counts?.quarantine ?? 0,
    odd: counts?.quarantine ? oddRows(dataDir) : [],
    backups,
    stages: trouble && 'stages' in trouble ? trouble.stages : [],
    trouble,
    losses,
    freeBytes: freeBytes(dataDir),
    neededBytes: trouble?.kind === 'upgrade-failed' ? trouble.neededBytes : null,
  }
  return { ...facts, ...words(facts), ways: trouble ? waysOf(facts) : [] }
}

type Found = Omit<Facts, 'headline' | 'lead' | 'ways'>

function troubleOf(dataDir: string): StoreTrouble | null {
  if (readIntent(dataDir)?.phase === 'swap') return null
  const look = lookAtStores(dataDir)
  return look.kind === 'trouble' ? look.trouble : null
}

function lookAtFile(dataDir: string, store: Store, whole: boolean): FileFacts {
  const path = storePath(dataDir, store)
  const known = latestOf(store)
  const sizeBytes = sizeOf(path)
  const file = { name: store.name, sizeBytes, known, schema: null, problem: null }
  if (sizeBytes === 0 || !holdsAnything(path)) {
    const signs = signsOfHistory(dataDir)
    return signs.length > 0
      ? { ...file, state: 'missing', problem: existsSync(path) ? 'it holds nothing' : 'it is gone' }
      : { ...file, state: 'not yet' }
  }
  try {
    const { userVersion: schema } = readHeader(path)
    const read = whole || isSmall(path)
    const problem = read ? readWhole(path) : null
    if (problem !== null) return { ...file, schema, state: 'damaged', problem }
    const state = schema > known ? 'newer' : schema < known ? 'older' : read ? 'sound' : 'unread'
    return { ...file, schema, state }
  } catch (error) {
    return { ...file, state: 'damaged', problem: (error as Error).message }
  }
}

// What a start ran into is known of the file, however little of it was read again.
function asTroubled(file: FileFacts, trouble: StoreTrouble | undefined): FileFacts {
  if (!trouble || !('file' in trouble) || trouble.file !== file.name) return file
  if (trouble.kind === 'damaged')
    return { ...file, state: 'damaged', problem: file.problem ?? trouble.reason }
  if (trouble.kind === 'lost')
    return { ...file, state: 'damaged', problem: 'it lacks what was acknowledged last' }
  return file
}

function countAll(
  dataDir: string,
  files: readonly FileFacts[],
  usable: boolean,
): Record<string, number> | null {
  const history = files[0]!
  if (history.sizeBytes === 0 || (history.state === 'damaged' && !usable)) return null
  try {
    return withReader(storePath(dataDir, STORES[0]!), countRows)
  } catch {
    return null
  }
}

function oddRows(dataDir: string): Facts['odd'] {
  try {
    return withReader(storePath(dataDir, STORES[0]!), db =>
      db
        .prepare(
          `SELECT table_name AS "table", reason, count(*) AS rows FROM quarantine
           GROUP BY table_name, reason ORDER BY table_name, reason`,
        )
        .all()
        .map(row => ({ ...row }) as unknown as Facts['odd'][number]),
    )
  } catch {
    return []
  }
}

function beforeOf(trouble: StoreTrouble | null, kept: readonly FoundBackup[]): Facts['before'] {
  if (trouble && 'before' in trouble && Object.keys(trouble.before).length > 0)
    return { when: 'before', counts: trouble.before }
  const backup = trouble && kept.find(one => one.problem === null)
  return backup?.manifest ? { when: 'newest backup', counts: backup.manifest.counts } : null
}

function words({
  trouble,
  counts,
  dataDir,
  quarantined,
  losses,
}: Found): Pick<Facts, 'headline' | 'lead'> {
  if (!trouble) {
    const rows = counts
      ? `${many(counts.builds, 'build')}, ${many(counts.steps, 'step')}, ${many(counts.changes, 'change')}.`
      : 'Nothing was built here yet.'
    const odd =
      quarantined > 0 ? ` ${many(quarantined, 'odd row')} of earlier versions are kept aside.` : ''
    if (losses.length > 0)
      return {
        headline: ['Your history is safe.', `${many(losses.length, 'piece')} of it can’t be read.`],
        lead: `${rows}${odd} Everything else can be used, and builds go on.`,
      }
    return { headline: ['Your history is safe.', 'Everything is in order.'], lead: rows + odd }
  }
  const lead = describeStoreTrouble(dataDir, trouble, { headed: true })
  switch (trouble.kind) {
    case 'newer':
      return { headline: ['Your history is safe.', 'A newer version wrote it.'], lead }
    case 'damaged':
      return { headline: ['No build was started.', `${trouble.file} is damaged.`], lead }
    case 'unreadable':
      return { headline: ['No build was started.', `${trouble.file} can’t be opened.`], lead }
    case 'lost':
      return { headline: ['No build was started.', 'The end of your history is lost.'], lead }
    case 'missing':
      return {
        headline: [
          'No build was started.',
          `${trouble.file} ${trouble.empty ? 'holds nothing' : 'is gone'}.`,
        ],
        lead,
      }
    case 'upgrade-failed':
      return { headline: ['Your history is safe.', 'The update did not finish.'], lead }
    case 'start-failed':
      return { headline: ['Your history is there.', 'The master could not start.'], lead }
    case 'cancelled':
      return { headline: ['Your history is safe.', 'The update was cancelled.'], lead }
  }
}

function waysOf({ trouble, backups, counts, neededBytes, freeBytes, files }: Found): Way[] {
  const good = backups.filter(one => one.problem === null)
  const short = neededBytes !== null && (freeBytes ?? neededBytes) < neededBytes
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const restore: Way = {
    name: 'restore',
    title: 'Restore a backup',
    text:
      good.length > 0
        ? `${good.length} kept. The present files are kept beside it.`
        : 'None was found in the data folder.',
    need: good.length > 0 ? null : 'There is no backup that can be restored.',
  }
  const retry: Way = {
    name: 'retry',
    title:
      trouble!.kind === 'upgrade-failed' || trouble!.kind === 'cancelled'
        ? 'Try the update again'
        : 'Try again',
    text:
      neededBytes !== null
        ? `Needs ${inMb(neededBytes)} free on this disk.`
        : 'Starts the master once more, for instance after you have put a file back.',
    need: short ? `${inMb(freeBytes ?? 0)} free now` : null,
  }
  const look: Way = {
    name: 'look',
    title: 'Look at the history',
    text: 'Read only, on a copy. Nothing is written, no build starts.',
    need:
      trouble!.kind === 'newer' && !trouble!.readable
        ? 'This version does not understand it.'
        : counts
          ? null
          : 'It can’t be read.',
  }
  const exporting: Way = {
    name: 'export',
    title: 'Export everything',
    text: `JSON lines and plain logs, of ${inMb(bytes)}, to a folder you choose.`,
    need: counts ? null : 'It can’t be read.',
  }
  const older: Way = {
    name: 'olderVersion',
    title: 'Go on with the version before',
    text: 'Its data is as it was: quit, and start that version. The queue goes on where it stood.',
    need: null,
  }
  const newer: Way = {
    name: 'newerVersion',
    title: 'Start the newer version',
    text: 'It knows this history. Quit, and start the version that you had last.',
    need: null,
  }
  const goOn: Way = {
    name: 'goOn',
    title: 'Go on with what is left',
    text: 'The files are kept as they are, as a backup. What is not in them is built again when somebody asks for it.',
    need: counts ? null : 'It can’t be read.',
  }
  const empty: Way = {
    name: 'startEmpty',
    title: 'Start with an empty history',
    text: 'What is there is moved aside and kept. Builds begin again from number 1.',
    need: null,
  }
  switch (trouble!.kind) {
    case 'newer':
      return [newer, look, restore, exporting, empty]
    case 'lost':
      return good.length > 0 && holdsMore(trouble!, good)
        ? [restore, goOn, retry, look, exporting, empty]
        : [goOn, retry, restore, look, exporting, empty]
    case 'damaged':
    case 'missing':
      if (trouble!.kind === 'missing' && trouble!.file === 'logs.sqlite' && counts)
        return [restore, goOn, retry, look, exporting, empty].filter(
          way => way !== restore || good.length > 0,
        )
      return good.length > 0
        ? [restore, retry, look, exporting, empty]
        : [retry, restore, look, exporting, empty]
    case 'unreadable':
    case 'start-failed':
      return [retry, look, exporting, restore]
    case 'upgrade-failed':
    case 'cancelled':
      return [retry, older, look, exporting, restore]
  }
}

// Whether some backup holds more builds than what is left.
function holdsMore(trouble: StoreTrouble, good: readonly BackupFacts[]): boolean {
  return trouble.kind === 'lost' && good.some(one => one.builds > trouble.held.builds)
}

/** The facts as a text that a person can send to somebody. */
export function reportOf(facts: Facts): string {
  const lines = [
    `Triphammer ${facts.version}, ${new Date(facts.at).toISOString()}`,
    `data directory: ${facts.dataDir}`,
    '',
    ...facts.headline,
    facts.lead,
    '',
    ...facts.files.map(
      ({ name, state, schema, known, sizeBytes, problem }) =>
        `${name}: ${state}, ${sizeBytes} bytes, schema ${schema ?? '?'} (this version knows ${known})${problem ? `: ${problem}` : ''}`,
    ),
    ...facts.losses.map(({ kind, what }) => `lost ${kind}: ${what}`),
    ...facts.odd.map(({ table, reason, rows }) => `put aside: ${rows} of ${table}: ${reason}`),
    ...Object.entries(facts.counts ?? {}).map(([table, rows]) => `${table}: ${rows}`),
    '',
    ...facts.stages.map(
      ({ what, detail, at, ok }) =>
        `${new Date(at).toISOString()} ${ok ? 'ok' : 'FAILED'} ${what}: ${detail}`,
    ),
    '',
    ...facts.backups.map(
      ({ name, version, builds, problem }) =>
        `backup ${name}: ${problem ?? `version ${version}, ${builds} builds`}`,
    ),
    `free: ${facts.freeBytes ?? 'unknown'} bytes`,
  ]
  return `${lines.join('\n')}\n`
}

function many(count: number | undefined, noun: string): string {
  return `${(count ?? 0).toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function inMb(bytes: number): string {
  return bytes > 1e9
    ? `${(bytes / 1e9).toFixed(1)} GB`
    : `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`
}

function freeBytes(dataDir: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dataDir)
    return bavail * bsize
  } catch {
    return null
  }
}
