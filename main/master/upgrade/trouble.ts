import type { Newest } from './acknowledged.ts'
import type { StoreName } from './stores.ts'

/** Why the master does not start on a data directory. Nothing was changed in any of these cases. */
export type StoreTrouble =
  /** A later Triphammer wrote it. `readable`: this one may look at it without writing. */
  | {
      readonly kind: 'newer'
      readonly file: StoreName
      readonly found: number
      readonly known: number
      readonly readable: boolean
    }
  | { readonly kind: 'damaged'; readonly file: StoreName; readonly reason: string }
  /** It can't be opened now, which says nothing of what is in it. */
  | { readonly kind: 'unreadable'; readonly file: StoreName; readonly reason: string }
  /** What was acknowledged is not in it: its write-ahead log is gone or damaged, or it is an older copy. */
  | {
      readonly kind: 'lost'
      readonly file: StoreName
      readonly held: Newest
      readonly acknowledged: Newest
      /** Seconds of work that are not in it; 0 where only what it held before is known. */
      readonly seconds: number
      readonly writeAheadLog: 'gone' | 'empty' | 'damaged'
    }
  /** There are signs of a history, and the file is not there or empty. */
  | {
      readonly kind: 'missing'
      readonly file: StoreName
      readonly signs: readonly string[]
      /** The file is there, and has nothing in it. */
      readonly empty: boolean
    }
  /** Bringing it to this version did not succeed. */
  | {
      readonly kind: 'upgrade-failed'
      readonly reason: string
      readonly stages: readonly Stage[]
      /** Rows of each table of history, counted before anything was tried. */
      readonly before: Readonly<Record<string, number>>
      /** When more room would help. */
      readonly neededBytes: number | null
      /** The new files are whole, and not all of them are in their place; the next start goes on. */
      readonly unfinished: boolean
    }
  /** The history could be opened, and the master failed all the same. */
  | { readonly kind: 'start-failed'; readonly reason: string }
  | {
      readonly kind: 'cancelled'
      readonly stages: readonly Stage[]
      readonly before: Readonly<Record<string, number>>
    }

/** One thing that was done on the way, for a person to read. */
export interface Stage {
  readonly what: string
  readonly detail: string
  readonly at: number
  readonly ok: boolean
}

/** Thrown when a data directory can't be worked on, before any build starts and with nothing changed. */
export class StoreTroubleError extends Error {
  override readonly name = 'StoreTroubleError'
  readonly trouble: StoreTrouble

  constructor(dataDir: string, trouble: StoreTrouble) {
    super(describeStoreTrouble(dataDir, trouble))
    this.trouble = trouble
  }
}

/**
 * What happened and what can be done, in a few sentences.
 *
 * @param headed Whether a headline above it says already that no build was started, or that the start failed.
 */
export function describeStoreTrouble(
  dataDir: string,
  trouble: StoreTrouble,
  { headed = false } = {},
): string {
  const unchanged = headed
    ? 'Nothing was changed.'
    : 'Nothing was changed, and no build was started.'
  switch (trouble.kind) {
    case 'newer':
      return (
        `${dataDir}/${trouble.file} was written by a newer Triphammer (schema ${trouble.found}, this version knows ${trouble.known}). ` +
        'Nothing was changed. Start the newer version, or restore the backup made before the update.'
      )
    case 'damaged':
      return `${dataDir}/${trouble.file} can't be read (${trouble.reason}). ${unchanged}`
    case 'unreadable':
      return `${dataDir}/${trouble.file} can't be opened now (${trouble.reason}). ${unchanged}`
    case 'lost':
      return `${describeLoss(dataDir, trouble)} ${unchanged}`
    case 'missing':
      return `${dataDir}/${trouble.file} ${trouble.empty ? 'holds nothing' : 'is gone'}, and there was a history: ${trouble.signs.join('; ')}. ${unchanged}`
    case 'upgrade-failed':
      if (trouble.unfinished)
        return `The new history in ${dataDir} is whole, and putting it in its place was cut short: ${trouble.reason} Start again to go on; nothing is lost.`
      return `The history in ${dataDir} could not be brought to this version: ${trouble.reason} Everything is as it was before.`
    case 'start-failed':
      return headed
        ? `${dataDir}: ${trouble.reason} No build was started.`
        : `The master could not start on ${dataDir}: ${trouble.reason} The history is there, and no build was started.`
    case 'cancelled':
      return `Bringing the history in ${dataDir} to this version was cancelled. Everything is as it was before.`
  }
}

type Loss = Extract<StoreTrouble, { kind: 'lost' }>

const WAL_WORDS = {
  gone: 'is gone; other programs that copy or move the file have to take it along',
  empty: 'is empty',
  damaged: 'is damaged, or it is that of an older copy',
} as const

function describeLoss(dataDir: string, { file, writeAheadLog, ...loss }: Loss): string {
  const { held, acknowledged, seconds } = loss
  const missing = (['builds', 'requests', 'changes'] as const).find(
    noun => held[noun] < acknowledged[noun],
  )
  const time = seconds === 1 ? 'the last second' : `the last ${seconds} seconds`
  const ends =
    file === 'logs.sqlite'
      ? `${dataDir}/${file} lacks what came into logs in ${time} of work.`
      : missing
        ? `${dataDir}/${file} ends at ${NOUNS[missing]} ${held[missing]}; ${acknowledged[missing]} were acknowledged.`
        : `${dataDir}/${file} lacks what was acknowledged in ${time} of work.`
  return `${ends} Its write-ahead log (${file}-wal) ${WAL_WORDS[writeAheadLog]}.`
}

const NOUNS = { builds: 'build', requests: 'request', changes: 'change' } as const
