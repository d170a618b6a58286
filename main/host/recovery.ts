import { accessSync, constants, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RecoveryStatus } from '../bridge/contract.ts'
import type { RecoveryPort } from '../bridge/recovery.ts'
import { RefusedError } from '../bridge/refused.ts'
import { isOfDatabase, replacedNames } from '../master/backup/data-files.ts'
import { finishRestore, restoreBackup, swapIn } from '../master/backup/restore.ts'
import { saysDamaged } from '../master/db/damaged.ts'
import { exportData } from '../master/exchange/export.ts'
import { wordsOfFullDisk } from '../master/room.ts'
import { checkDataDirectory, type Facts, reportOf } from '../master/upgrade/check.ts'
import { copyWhole } from '../master/upgrade/copy.ts'
import { makeEmptyStores } from '../master/upgrade/empty.ts'
import { goOnWithRest } from '../master/upgrade/go-on.ts'
import { STORES } from '../master/upgrade/stores.ts'
import {
  describeStoreTrouble,
  type StoreTrouble,
  StoreTroubleError,
} from '../master/upgrade/trouble.ts'
import type { UpgradeProgress } from '../master/upgrade/upgrade.ts'
import { VERSION } from './version.ts'

export interface RecoveryOptions {
  readonly dataDir: string
  readonly log: (text: string) => void
  /** Tries to start the master. Rejects with why it can't. */
  start(onProgress: (progress: UpgradeProgress) => void, signal: AbortSignal): Promise<void>
  /** Starts what only looks at a copy of the data directory, and gives its stop. */
  look(copy: string): Promise<() => Promise<void>>
  /** Shows a file or folder to a person; answers false where the shell can't. */
  show(path: string): Promise<boolean>
}

/** What a shell does while its master can't start: it tries, tells, and waits for a person's word. */
export interface Recovery extends RecoveryPort {
  /**
   * Tries for the first time. Resolves when the master runs or is known not to.
   *
   * @param how `alone`: nobody can see it yet; what the system refuses (a port that is taken) is thrown.
   */
  begin(how: { readonly alone: boolean }): Promise<void>
  /** Called with each change of how things are. */
  onChange(listener: () => void): void
  stop(): Promise<void>
}

/**
 * Nothing here builds, and nothing is thrown away: what a restore or an empty start replaces
 * is moved aside and kept.
 */
export function createRecovery(options: RecoveryOptions): Recovery {
  const { dataDir, log } = options
  const listeners = new Set<() => void>()
  let status: RecoveryStatus = { phase: 'running' }
  let trouble: StoreTrouble | undefined
  let facts: Facts | undefined
  let cancel = new AbortController()
  let looking: { stop: () => Promise<void>; copy: string } | undefined
  let trying: Promise<void> = Promise.resolve()

  return {
    begin: ({ alone }) => (trying = attempt(alone)),
    status: () => status,
    facts: () => facts ?? look(),
    report: () => reportOf(facts ?? look()),
    onChange: listener => void listeners.add(listener),
    retry() {
      mustWait()
      trying = attempt()
    },
    cancel() {
      if (status.phase !== 'upgrading') throw new RefusedError('Nothing is under way.')
      cancel.abort()
    },
    look: () => carryOut('preparing a copy to look at', startLooking),
    leave: stopLooking,
    restore: name =>
      carryOut('restoring', async () => {
        const backup = look().backups.find(one => one.name === name)
        if (!backup) throw new RefusedError(`There is no backup "${name}".`)
        const { replaced } = await restoreBackup({
          dataDir,
          from: backup.folder,
          version: VERSION,
          now: Date.now(),
        })
        log(`restored ${name}; what was there is in ${replaced ?? 'no backup: there was nothing'}`)
        trying = attempt()
      }),
    async export(into) {
      const folder = resolve(into)
      await carryOut('exporting', async () => {
        await exportData({ dataDir, into: folder, version: VERSION, now: Date.now() })
      })
      return folder
    },
    goOn: () =>
      carryOut('keeping what is left', async () => {
        const why = trouble ? describeStoreTrouble(dataDir, trouble) : ''
        const kept = await goOnWithRest(dataDir, { version: VERSION, now: Date.now(), why })
        log(`a person chose to go on with what is left of the history; the files are in ${kept}`)
        trying = attempt()
      }),
    startEmpty: () =>
      carryOut('moving aside what is there', async () => {
        await finishRestore(dataDir)
        // Settings stay.
        const leaving = replacedNames(dataDir).filter(isOfDatabase)
        const kept = await swapIn(dataDir, {
          coming: [],
          leaving,
          version: VERSION,
          now: Date.now(),
        })
        await makeEmptyStores(dataDir, Date.now())
        log(
          `a person chose to start with an empty history; ${kept ? `what was there is in ${kept}` : 'none was there'}`,
        )
        trying = attempt()
      }),
    async show(what) {
      const path = what === 'log' ? join(dataDir, 'app.log') : dataDir
      return (await options.show(path)) ? null : path
    },
    async stop() {
      cancel.abort()
      await trying.catch(() => {})
      await stopLooking()
    },
  }

  function set(next: RecoveryStatus) {
    status = next
    for (const listener of listeners) listener()
  }

  async function attempt(alone = false): Promise<void> {
    await stopLooking()
    cancel = new AbortController()
    const first: UpgradeProgress = { what: 'Looking at the history', share: 0, stages: [] }
    set({ phase: 'upgrading', version: VERSION, progress: first })
    try {
      await options.start(
        progress => set({ phase: 'upgrading', version: VERSION, progress }),
        cancel.signal,
      )
      trouble = undefined
      set({ phase: 'running' })
    } catch (error) {
      const found = asTrouble(error)
      if (!found && alone && isOfSystem(error)) throw error
      log(`the master can't start: ${(error as Error).message}`)
      trouble = found ?? otherTrouble(dataDir, error as Error)
      wait(null)
    }
  }

  function look(): Facts {
    facts = checkDataDirectory(dataDir, VERSION, {
      ...(trouble && { trouble }),
      whole: false,
      now: Date.now(),
    })
    return facts
  }

  function wait(failed: string | null) {
    set({ phase: 'recovery', facts: look(), busy: null, failed })
  }

  function mustWait() {
    if (status.phase !== 'recovery')
      throw new RefusedError(
        status.phase === 'running' ? 'The master runs.' : 'Something else is under way.',
      )
    if (status.busy !== null) throw new RefusedError(`Not now: ${status.busy}.`)
  }

  // What fails leaves everything as it is, and is told.
  async function carryOut(busy: string, work: () => Promise<void>): Promise<void> {
    mustWait()
    set({ phase: 'recovery', facts: facts ?? look(), busy, failed: null })
    try {
      await work()
      if (status.phase === 'recovery') wait(null)
    } catch (error) {
      const reason = wordsOfFullDisk(error) ?? (error as Error).message
      log(`${busy}: ${reason}`)
      wait(reason)
      throw new RefusedError(reason)
    }
  }

  async function startLooking() {
    const copy = mkdtempSync(join(tmpdir(), 'triphammer-look-'))
    try {
      for (const { name } of STORES)
        for (const end of ['', '-wal'])
          if (existsSync(join(dataDir, name + end)))
            copyWhole(join(dataDir, name + end), join(copy, name + end), () => {})
      if (existsSync(join(dataDir, 'artifacts')))
        symlinkSync(join(dataDir, 'artifacts'), join(copy, 'artifacts'), 'junction')
      looking = { copy, stop: await options.look(copy) }
      set({ phase: 'looking', facts: facts ?? look() })
    } catch (error) {
      rmSync(copy, { recursive: true, force: true })
      throw error
    }
  }

  async function stopLooking() {
    const now = looking
    looking = undefined
    if (!now) return
    await now.stop()
    rmSync(now.copy, { recursive: true, force: true })
    wait(null)
  }
}

function asTrouble(error: unknown): StoreTrouble | undefined {
  if (error instanceof StoreTroubleError) return error.trouble
  if (saysDamaged(error))
    return { kind: 'damaged', file: 'history.sqlite', reason: (error as Error).message }
  return undefined
}

// A port that is taken, a folder that can't be written: nothing of it is in the history.
function isOfSystem(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^E[A-Z]+$/.test(code)
}

function otherTrouble(dataDir: string, error: Error): StoreTrouble {
  const reason = wordsOfFullDisk(error) ?? wordsOfMissingRights(dataDir, error) ?? error.message
  return { kind: 'start-failed', reason: reason.endsWith('.') ? reason : `${reason}.` }
}

/**
 * Which files this user may not write, where a start failed for that. SQLite names none, and what
 * it makes beside a database has the rights that this one had then.
 */
export function wordsOfMissingRights(
  dataDir: string,
  error: Error,
  may: (path: string) => boolean = mayWrite,
): string | undefined {
  if (!/readonly database|unable to open database/.test(error.message)) return undefined
  const closed = STORES.flatMap(({ name }) => ['', '-wal', '-shm'].map(end => name + end)).filter(
    name => existsSync(join(dataDir, name)) && !may(join(dataDir, name)),
  )
  if (closed.length === 0) return undefined
  return `this user may not write ${closed.join(', ')} there. Give it the right to (chmod u+rw) and try again`
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
