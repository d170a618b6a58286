import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Fields } from '../../../slave/protocol/parse.ts'
import type { Clock } from '../clock.ts'
import type { SlaveConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { AsyncStop, SlaveState } from '../model.ts'
import { createAttachment } from './attachment.ts'
import { startLocalSlave } from './local.ts'
import type { Program } from './pseudo-terminal.ts'
import type { Remote } from './remote/remote.ts'
import type { Session } from './session.ts'
import type { Terminals } from './terminals.ts'

export interface SlavesOptions {
  readonly data: Data
  readonly clock: Clock
  /** `slaves/` of the data directory. */
  readonly folder: string
  readonly program: Pick<Program, 'file' | 'args' | 'env'>
  readonly terminals: Terminals
  readonly remote: Remote
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
const REMOTE_LEASE = { leaseMs: 600_000, graceMs: 60_000 }

export function startSlaves(options: SlavesOptions): Slaves {
  const { data, clock, folder, program, terminals, remote, log } = options
  const running = new Map<string, { readonly key: string; readonly stop: AsyncStop }>()
  const leaving = new Map<string, Promise<void>>()
  const sessions = new Map<string, Session>()
  // Ids are never used again, also not by the next run of this master.
  const run = randomBytes(6).toString('base64url')
  let lastCommand = 0

  return {
    configure(configs) {
      data.saveSlaves(configs)
      const keys = new Map(configs.map(one => [one.name, keyOf(one)]))
      for (const [name, { key, stop }] of running)
        if (keys.get(name) !== key) {
          running.delete(name)
          leaving.set(
            name,
            stop().finally(() => leaving.delete(name)),
          )
        }
      for (const config of configs) {
        const { name } = config
        if (!running.has(name))
          running.set(name, { key: keyOf(config), stop: startWhenFree(config) })
      }
    },
    session: name => sessions.get(name),
    async stop() {
      await Promise.all([...[...running.values()].map(({ stop }) => stop()), ...leaving.values()])
      running.clear()
    },
  }

  // One that is named again while it still leaves would meet itself in its folder.
  function startWhenFree(config: SlaveConfig): AsyncStop {
    const gone = leaving.get(config.name)
    if (!gone) return start(config)
    let stopped = false
    const started = gone.then(() => (stopped ? undefined : start(config)))
    return async () => {
      stopped = true
      await (await started)?.()
    }
  }

  function start(config: SlaveConfig): AsyncStop {
    const { name } = config
    const place = placeOf(config)
    if (config.kind === 'local')
      return startLocalSlave({
        ...place,
        folder: join(folder, name),
        lease: LOCAL_LEASE,
        program,
        onConsole: text => data.addConsoleText(name, text),
      })
    if (config.kind === 'remote')
      return remote.keep(config, createAttachment({ ...place, lease: REMOTE_LEASE }), place.onState)
    place.onState('offline', `slaves of kind ${config.kind} are not yet started by this version`)
    return async () => {}
  }

  function placeOf({ name, terminal }: SlaveConfig) {
    return {
      name,
      clock,
      terminal,
      nextCommandId: () => `${run}-${++lastCommand}`,
      onState: (state: SlaveState, reason: string) => data.setSlaveState(name, state, reason),
      onSession(session: Session | undefined) {
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
      onTrouble: (reason: string) => log(`slave ${name}: ${reason}`),
      onTerminal: (op: string, fields: Fields) => terminals.hear(name, op, fields),
    }
  }
}

// What a slave has to be started anew for.
function keyOf({ kind, address, terminal }: SlaveConfig): string {
  return JSON.stringify([kind, address, terminal])
}
