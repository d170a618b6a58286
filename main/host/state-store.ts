import type { Moment } from '../master/model.ts'
import {
  checkStateFile,
  DEFAULT_STATE,
  type LastRun,
  type State,
  type StateTrouble,
  stateStoreOptions,
  type WindowState,
} from './state.ts'

/** state.json, as both shells use it: electron-store in the app, conf headless. */
export interface StateStore {
  get<K extends keyof State>(key: K): State[K]
  set<K extends keyof State>(key: K, value: State[K]): void
  /** What was wrong with the file, so that a person can be told once. */
  readonly trouble: StoreTrouble | undefined
}

export type StoreTrouble = StateTrouble | { readonly kind: 'unusable'; readonly reason: string }

/** What electron-store and conf have in common. */
export interface FileStore {
  get(key: keyof State): unknown
  set(key: keyof State, value: unknown): void
}

export type StateStoreOptions = ReturnType<typeof stateStoreOptions>

/**
 * Opens state.json in a data directory that this process has locked. Whatever is
 * wrong with the file costs preferences only: the master starts on defaults.
 *
 * @param create Makes the file store; a parameter because electron-store needs Electron.
 */
export function openStateStore(
  folder: string,
  now: Moment,
  create: (options: StateStoreOptions) => FileStore,
  log: (text: string) => void,
): StateStore {
  let trouble: StoreTrouble | undefined
  let file: FileStore | undefined
  try {
    trouble = checkStateFile(folder, now)
    if (trouble?.kind !== 'newer') file = create(stateStoreOptions(folder))
  } catch (error) {
    trouble = { kind: 'unusable', reason: (error as Error).message }
  }
  if (trouble) log(describeTrouble(trouble))
  return file ? fileState(file, trouble, log) : memoryState(trouble)
}

/** State that lasts as long as the process. */
export function memoryState(trouble?: StoreTrouble): StateStore {
  const state: { -readonly [K in keyof State]: State[K] } = { ...DEFAULT_STATE }
  return {
    trouble,
    get: key => state[key],
    set(key, value) {
      state[key] = value
    },
  }
}

/** One or two sentences for a person. */
export function describeTrouble(trouble: StoreTrouble): string {
  const safe = 'History, queue and logs are not affected.'
  switch (trouble.kind) {
    case 'damaged':
      return `The preferences in state.json could not be read and start afresh. The damaged file was kept as ${trouble.movedTo}. ${safe}`
    case 'newer':
      return `The preferences in state.json are from a later Triphammer (schema ${trouble.schema}). They were left untouched, and what you change now is forgotten at quit. ${safe}`
    case 'unusable':
      return `The preferences in state.json can't be used: ${trouble.reason} What you change now is forgotten at quit. ${safe}`
  }
}

function fileState(
  file: FileStore,
  trouble: StoreTrouble | undefined,
  log: (text: string) => void,
): StateStore {
  // What could not be written is still true for this run.
  const unwritten = memoryState()
  const failed = new Set<keyof State>()
  return {
    trouble,
    get(key) {
      if (failed.has(key)) return unwritten.get(key)
      try {
        return PARSERS[key](file.get(key))
      } catch (error) {
        log(`state.json can't be read: ${(error as Error).message}`)
        return DEFAULT_STATE[key]
      }
    },
    set(key, value) {
      try {
        file.set(key, value)
        failed.delete(key)
      } catch (error) {
        log(`state.json can't be written: ${(error as Error).message}`)
        unwritten.set(key, value)
        failed.add(key)
      }
    },
  }
}

// The file can be edited by hand: a value that makes no sense is as good as none.
const PARSERS: { readonly [K in keyof State]: (value: unknown) => State[K] } = {
  theme: value => (value === 'light' || value === 'dark' ? value : 'system'),
  window: value =>
    hasNumbers(value, ['x', 'y', 'width', 'height'])
      ? ({ ...value, maximized: value.maximized === true } as unknown as WindowState)
      : null,
  lastRun: value =>
    hasNumbers(value, ['at']) && typeof value.version === 'string'
      ? ({
          ...value,
          ending: value.ending === 'clean' ? 'clean' : 'running',
          stood: hasNumbers(value.stood, ['change', 'request', 'build']) ? value.stood : null,
        } as unknown as LastRun)
      : null,
  desktop(value) {
    const { tray, background, login, keepAwake, muted } = Object(value) as Record<string, unknown>
    return {
      tray: tray !== false,
      background: background === true,
      login: login === true,
      keepAwake: keepAwake !== false,
      muted: Array.isArray(muted) ? muted.filter(one => typeof one === 'string') : [],
    }
  },
  views: value =>
    Array.isArray(value)
      ? value.filter(one => typeof one?.name === 'string' && /^\//.test(one.place))
      : [],
  look: value => (typeof value === 'string' && value.startsWith('/') ? value : null),
  updates(value) {
    const { check, channel, apply, tried } = Object(value) as Record<string, unknown>
    return {
      check: check !== false,
      channel: channel === 'beta' ? 'beta' : 'latest',
      apply: apply === 'quit' || apply === 'quiet' ? apply : 'ask',
      tried:
        hasNumbers(tried, ['failures']) && typeof tried.version === 'string'
          ? { version: tried.version, failures: Number(tried.failures) }
          : null,
    }
  },
}

function hasNumbers(
  value: unknown,
  keys: readonly string[],
): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  return keys.every(key => Number.isFinite((value as Record<string, unknown>)[key]))
}
