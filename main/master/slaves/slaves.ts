import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { SlaveConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { AsyncStop } from '../model.ts'
import { startLocalSlave } from './local.ts'
import type { Program } from './pseudo-terminal.ts'
import type { Session } from './session.ts'
import type { Terminals } from './terminals.ts'

export interface SlavesOptions {
  readonly data: Data
  readonly clock: Clock
  /** `slaves/` of the data directory. */
  readonly folder: string
  readonly program: Pick<Program, 'file' | 'args' | 'env'>
  readonly terminals: Terminals
  readonly log: (text: string) => void
}

export interface Slaves {
  /** Starts what is new, stops what is gone, leaves alone what did not change. */
  configure(slaves: readonly SlaveConfig[]): void
  /** The session of a slave that is attached. */
  session(name: string): Session | undefined
  stop: AsyncStop
}

// A slave of this machine whose master has gone.
const LOCAL_LEASE = { leaseMs: 3_600_000, graceMs: 60_000 }

export function startSlaves(options: SlavesOptions): Slaves {
  const { data, clock, folder, program, terminals, log } = options
  const running = new Map<string, AsyncStop>()
  const leaving = new Map<string, Promise<void>>()
  const sessions = new Map<string, Session>()
  // Ids are never used again, also not by the next run of this master.
  const run = randomBytes(6).toString('base64url')
  let lastCommand = 0

  return {
    configure(configs) {
      data.saveSlaves(configs)
      const locals = new Set(configs.filter(one => one.kind === 'local').map(one => one.name))
      for (const [name, stop] of running)
        if (!locals.has(name)) {
          running.delete(name)
          leaving.set(
            name,
            stop().finally(() => leaving.delete(name)),
          )
        }
      for (const { name, kind, terminal } of configs) {
        if (kind === 'local' && !running.has(name)) running.set(name, startWhenFree(name, terminal))
        if (kind === 'remote')
          data.setSlaveState(name, 'offline', 'remote slaves are not yet attached by this version')
      }
    },
    session: name => sessions.get(name),
    async stop() {
      await Promise.all([...[...running.values()].map(stop => stop()), ...leaving.values()])
      running.clear()
    },
  }

  // One that is named again while it still leaves would meet itself in its folder.
  function startWhenFree(name: string, terminal: boolean): AsyncStop {
    const gone = leaving.get(name)
    if (!gone) return startLocal(name, terminal)
    let stopped = false
    const started = gone.then(() => (stopped ? undefined : startLocal(name, terminal)))
    return async () => {
      stopped = true
      await (await started)?.()
    }
  }

  function startLocal(name: string, terminal: boolean): AsyncStop {
    return startLocalSlave({
      name,
      folder: join(folder, name),
      clock,
      lease: LOCAL_LEASE,
      terminal,
      program,
      nextCommandId: () => `${run}-${++lastCommand}`,
      onState: (state, reason) => data.setSlaveState(name, state, reason),
      onSession(session) {
        if (session) {
          sessions.set(name, session)
          data.setSlaveInfo(name, session.info)
          data.setSlaveLink(name, { capabilities: session.capabilities })
          data.addEvent('slave-attached', name, String(session.info.version ?? ''))
        } else if (sessions.delete(name)) {
          data.endSlaveLink(name)
          data.addEvent('slave-detached', name)
        }
        terminals.setSession(name, session)
      },
      onConsole: text => data.addConsoleText(name, text),
      onTrouble: reason => log(`slave ${name}: ${reason}`),
      onTerminal: (op, fields) => terminals.hear(name, op, fields),
    })
  }
}
