import type { WebSocket } from 'ws'
import { CAPABILITIES, RAW_OUTPUT_KEY } from '../../slave/protocol/capabilities.ts'
import { type Link, startLink } from '../../slave/protocol/link.ts'
import type { Fields } from '../../slave/protocol/parse.ts'
import { later } from './cleanup.ts'
import { connectedSockets } from './link.ts'

export interface FakeSlave {
  /** The master's end. */
  readonly socket: WebSocket
  /** The slave's end, for what a decent slave would never do. */
  readonly own: WebSocket
  readonly link: Link
  /** What it was asked, in order. */
  readonly asked: readonly string[]
  /** The next command that is started. */
  command(): Promise<FakeCommand>
}

export interface FakeCommand {
  readonly id: string
  readonly name: string
  readonly args: Fields
  /** Resolves when the master has answered. */
  update(pairs: readonly (readonly [string, unknown])[]): Promise<unknown>
  output(stream: string, offset: number, text: string): Promise<unknown>
  complete(failure?: string | null): Promise<unknown>
  /** Ends as a good slave ends a command. */
  end(rc: number): Promise<unknown>
}

export interface FakeSlaveOptions {
  readonly info?: unknown
  /** Answers instead of the usual; `undefined` leaves it to that. */
  readonly answer?: (op: string, fields: Fields) => unknown
}

/** A slave that speaks the real protocol over a real WebSocket, and does what a test tells it to. */
export async function fakeSlave(options: FakeSlaveOptions = {}): Promise<FakeSlave> {
  const [socket, own] = await connectedSockets()
  const asked: string[] = []
  const started: FakeCommand[] = []
  let wanted: ((command: FakeCommand) => void) | undefined
  const info = 'info' in options ? options.info : { basedir: '/b', triphammer: CAPABILITIES }
  const link = startLink(own, { answer, onTrouble() {} })
  later(() => own.terminate())
  return {
    socket,
    own,
    link,
    asked,
    command: () =>
      new Promise(resolve => {
        const first = started.shift()
        if (first) resolve(first)
        else wanted = resolve
      }),
  }

  function answer(op: string, fields: Fields): unknown {
    asked.push(op)
    const other = options.answer?.(op, fields)
    if (other !== undefined) return other
    if (op === 'get_worker_info') return info
    if (op === 'end_build') return ['sleep (pid 7)']
    if (op === 'start_command') take(commandOf(fields))
    return null
  }

  function take(command: FakeCommand) {
    if (!wanted) return void started.push(command)
    wanted(command)
    wanted = undefined
  }

  function commandOf(fields: Fields): FakeCommand {
    const id = fields.command_id as string
    const update = (pairs: readonly (readonly [string, unknown])[]) =>
      link.request('update', { command_id: id, args: pairs })
    const complete = (failure: string | null = null) =>
      link.request('complete', { command_id: id, args: failure })
    return {
      id,
      name: fields.command_name as string,
      args: fields.args as Fields,
      update,
      output: (stream, offset, text) =>
        update([[RAW_OUTPUT_KEY, [stream, offset, Buffer.from(text), 1]]]),
      complete,
      async end(rc) {
        await update([
          ['rc', rc],
          ['elapsed', 0.5],
        ])
        return complete()
      },
    }
  }
}
