import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { listenTo } from '../helpers/child-words.ts'
import { test as base } from './fixtures.ts'
import { CLI } from './paths.ts'

export { expect } from './fixtures.ts'

/** A slave in a process of its own, as a person starts it on another machine. */
export interface FarSlave {
  /** Resolves, with what the first group matched, once it has said so. */
  says(pattern: RegExp): Promise<string>
  stop(): Promise<void>
}

/** A cable to a port of this machine, that can be pulled. */
export interface Cable {
  readonly port: number
  /** Ends what passes, and lets nobody in until it is plugged in again. */
  pull(): Promise<void>
  plug(): Promise<void>
}

interface SlaveFixtures {
  /** Starts `triphammer slave` with these arguments; what is asked of it is answered by `input`. */
  readonly startSlave: (args: readonly string[], input?: string) => FarSlave
  readonly cableTo: (port: number) => Promise<Cable>
}

export const test = base.extend<SlaveFixtures>({
  startSlave: async ({ env, home }, use) => {
    const started: ChildProcess[] = []
    await use((args, input) => {
      const folders = ['--basedir', join(home, 'far'), '--state', join(home, 'far-state')]
      const child = spawn(process.execPath, [CLI, 'slave', ...args, ...folders], { env })
      started.push(child)
      if (input !== undefined) child.stdin.end(input)
      return {
        says: listenTo(child).until,
        stop: () => end(child),
      }
    })
    for (const child of started) await end(child)
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to see what is needed
  cableTo: async ({}, use) => {
    const cables: Cable[] = []
    await use(async port => {
      const cable = await startCable(port)
      cables.push(cable)
      return cable
    })
    for (const cable of cables) await cable.pull()
  },
})

async function startCable(target: number): Promise<Cable> {
  const passing = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  const cable: Cable = {
    get port() {
      return port
    },
    async pull() {
      const closing = server
      server = undefined
      for (const socket of passing) socket.destroy()
      if (!closing) return
      closing.close()
      await once(closing, 'close')
    },
    async plug() {
      server = createServer(here => {
        const there = connect({ port: target, host: '127.0.0.1' })
        for (const socket of [here, there]) {
          passing.add(socket)
          socket.on('error', () => {})
          socket.on('close', () => {
            passing.delete(socket)
            here.destroy()
            there.destroy()
          })
        }
        here.pipe(there).pipe(here)
      })
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
    },
  }
  await cable.plug()
  return cable
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
