import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DesktopInfo, SavedView } from '../bridge/contract.ts'
import { renameAtOnce } from '../master/lasting.ts'

/** What state.json holds: small, and nothing that builds, queue or logs depend on. */
export interface State {
  readonly theme: 'system' | 'light' | 'dark'
  readonly window: WindowState | null
  /** Which version ran last, how it ended, and where the master stood. */
  readonly lastRun: LastRun | null
  readonly updates: UpdateSettings
  readonly desktop: DesktopInfo
  readonly views: readonly SavedView[]
  /** How the waterfall was looked at last, as an address. */
  readonly look: string | null
}

export interface UpdateSettings {
  /** Looks for newer versions at start and daily. */
  readonly check: boolean
  readonly channel: 'latest' | 'beta'
  /** When a downloaded update goes in. */
  readonly apply: 'ask' | 'quit' | 'quiet'
  /** The version that was last tried, and how often that did not take. */
  readonly tried: { readonly version: string; readonly failures: number } | null
}

export interface WindowState {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly maximized: boolean
}

export interface LastRun {
  readonly version: string
  readonly ending: 'running' | 'clean'
  readonly at: number
  /** The newest change, request and build, as a person may compare them. */
  readonly stood: {
    readonly change: number
    readonly request: number
    readonly build: number
  } | null
}

const DEFAULT_UPDATES: UpdateSettings = {
  check: true,
  channel: 'latest',
  apply: 'ask',
  tried: null,
}

const DEFAULT_DESKTOP: DesktopInfo = {
  tray: true,
  background: false,
  login: false,
  keepAwake: true,
  muted: [],
}

export const DEFAULT_STATE: State = {
  theme: 'system',
  window: null,
  lastRun: null,
  updates: DEFAULT_UPDATES,
  desktop: DEFAULT_DESKTOP,
  views: [],
  look: null,
}

/** The schema of state.json, ours and not the app's version. It is handed to the store as `<n>.0.0`. */
export const STATE_SCHEMA = 4

type Fields = Record<string, unknown>

/** From one schema to the next. Pure, and the same again when run twice. */
export const STATE_MIGRATIONS: Readonly<Record<number, (state: Fields) => Fields>> = {
  1: state => ({ theme: 'system', window: null, lastRun: null, ...state }),
  2: state => ({ updates: DEFAULT_UPDATES, ...state }),
  3: state => ({ desktop: DEFAULT_DESKTOP, ...state }),
  4: state => ({ views: [], look: null, ...state }),
}

/** The slice of electron-store and conf that migrations need. */
interface MigratingStore {
  store: Fields
}

/**
 * What electron-store and conf are opened with; both shells use one file. Each
 * step assigns the whole content at once, so a kill in between leaves either its
 * old or its new form.
 */
export function stateStoreOptions(folder: string) {
  const migrations = Object.fromEntries(
    Object.entries(STATE_MIGRATIONS).map(([schema, step]) => [
      `${schema}.0.0`,
      (store: MigratingStore) => {
        const before = { ...store.store }
        store.store = { ...before, ...step(before) }
      },
    ]),
  )
  return {
    cwd: folder,
    configName: 'state',
    projectVersion: `${STATE_SCHEMA}.0.0`,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    defaults: { ...DEFAULT_STATE },
    migrations,
  }
}

/** What was found wrong with state.json, so that a person can be told once. */
export type StateTrouble =
  | { readonly kind: 'damaged'; readonly movedTo: string }
  | { readonly kind: 'newer'; readonly schema: number }

/**
 * Looks at state.json before the store opens it: a damaged file is moved aside,
 * never overwritten, and one of a newer schema is left untouched. One that will be
 * migrated is backed up here, because the store writes its defaults into the file
 * before the first step.
 */
export function checkStateFile(folder: string, now: number): StateTrouble | undefined {
  sweepTemporaries(folder)
  const file = join(folder, 'state.json')
  if (!existsSync(file)) return undefined
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    content = undefined
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    const movedTo = join(folder, `state.corrupt-${now}.json`)
    renameAtOnce(file, movedTo)
    return { kind: 'damaged', movedTo }
  }
  const schema = recordedSchema(content as Fields)
  if (schema > STATE_SCHEMA) return { kind: 'newer', schema }
  if (schema < STATE_SCHEMA) backUpState(folder)
  return undefined
}

function recordedSchema(content: Fields): number {
  const internal = content.__internal__ as { migrations?: { version?: unknown } } | undefined
  return Number.parseInt(String(internal?.migrations?.version ?? '0'), 10) || 0
}

function backUpState(folder: string) {
  const backups = join(folder, 'backups')
  mkdirSync(backups, { recursive: true, mode: 0o700 })
  const backup = join(backups, `state-before-schema-${STATE_SCHEMA}.json`)
  // A migration that was killed half-way runs again; the first copy is the original.
  if (!existsSync(backup)) copyFileSync(join(folder, 'state.json'), backup)
}

// The store leaves them behind when it is killed in the middle of a write.
function sweepTemporaries(folder: string) {
  for (const name of readdirSync(folder))
    if (/^state\.json\.tmp-/.test(name)) rmSync(join(folder, name), { force: true })
}
