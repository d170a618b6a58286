import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { watch } from 'chokidar'
import type { Clock } from '../clock.ts'
import { renameAtOnce } from '../lasting.ts'
import type { AsyncStop, Stop } from '../model.ts'
import type { Config } from './model.ts'
import { loadConfig, parseConfig } from './parse.ts'
import type { ConfigProblem, ConfigStatus } from './status.ts'

export interface ConfigFile {
  /** The last good configuration. */
  readonly current: Config
  readonly status: ConfigStatus
  /** Reads the file now. */
  reload(): ConfigStatus
  stop: AsyncStop
}

export interface ConfigFileOptions {
  readonly path: string
  /** Where a copy of the last good file is kept, for a start with a bad one. */
  readonly lastGood: string
  readonly clock: Clock
  readonly watch: boolean
  /** After each reading, also of a bad file; `current` is the configuration in force. */
  readonly onRead: (status: ConfigStatus, changed: boolean) => void
  readonly onTrouble: (reason: string) => void
}

// Editors write in several steps.
const SETTLE_MS = 60
const RETRY_MS = 1000

/**
 * The configuration file, read again whenever it changes. A bad file never takes
 * the good one out of force, and neither does one that has gone. Where there never
 * was a file everything has its default, so that a new user begins with an empty desk.
 */
export function openConfigFile(options: ConfigFileOptions): ConfigFile {
  const { path, clock } = options
  let current = parseConfig('', path).config!
  let status: ConfigStatus = {
    file: path,
    good: true,
    hasBefore: false,
    loadedAt: clock.now(),
    problems: [],
    notices: [],
  }
  let settling: Stop | undefined
  let first = true
  let missed = false
  let told = ''
  let hadGood = false
  let found = false
  let text = ''
  // The folder is watched: editors replace the file by another one of that name.
  const watcher = options.watch
    ? watch(dirname(path), {
        depth: 0,
        ignoreInitial: true,
        ignored: file => !concerns(path, file),
      })
    : undefined
  const reloadSoon = () => {
    settling?.()
    settling = clock.after(SETTLE_MS, tryToReload)
  }
  watcher?.on('all', reloadSoon)
  // What was written between the first reading and now was not seen.
  watcher?.on('ready', () => {
    if (loadConfig(path).text !== text) reloadSoon()
  })
  watcher?.on('error', error => options.onTrouble(`watching ${path}: ${(error as Error).message}`))

  return {
    get current() {
      return current
    },
    get status() {
      return status
    },
    reload,
    async stop() {
      settling?.()
      await watcher?.close()
    },
  }

  // What can't be taken over now, as while the disk is full, is taken over as soon as it can be.
  function tryToReload() {
    try {
      reload()
      told = ''
    } catch (error) {
      const { message } = error as Error
      if (message !== told) options.onTrouble(`${path} could not be taken over yet: ${message}`)
      told = message
      settling?.()
      settling = clock.after(RETRY_MS, tryToReload)
    }
  }

  function reload(): ConfigStatus {
    found ||= existsSync(path)
    const read = found ? loadConfig(path) : { ...parseConfig('', path), text: '' }
    const { config, problems, notices } = read
    text = read.text
    const before =
      first && !config ? loadConfig(options.lastGood, path, isOfNotify).config : undefined
    const inForce = config ?? before ?? current
    const changed = missed || JSON.stringify(inForce) !== JSON.stringify(current)
    current = inForce
    if (config && found && (changed || first)) keep()
    first = false
    // That there was no file yet is no configuration that anybody could miss.
    hadGood ||= (config !== undefined && found) || before !== undefined
    const good = config !== undefined
    status = { file: path, good, hasBefore: hadGood, loadedAt: clock.now(), problems, notices }
    // Until somebody has taken it over it counts as changed.
    missed = changed
    options.onRead(status, changed)
    missed = false
    return status
  }

  function keep() {
    const whole = `${options.lastGood}.new`
    try {
      rmSync(whole, { force: true })
      writeFileSync(whole, text, { mode: 0o600 })
      renameAtOnce(whole, options.lastGood)
    } catch (error) {
      options.onTrouble(
        `the last good configuration could not be kept: ${(error as Error).message}`,
      )
    }
  }
}

/** Whether what chokidar names is the file, or its folder. It has strokes of its own on Windows. */
export function concerns(file: string, named: string): boolean {
  return basename(named) === basename(file) || resolve(named) === resolve(dirname(file))
}

// An earlier version took kinds of notifications that this one refuses. Whom to tell is no reason to
// build nothing.
function isOfNotify({ key }: ConfigProblem): boolean {
  return key.startsWith('notify')
}
