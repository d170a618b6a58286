import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type CommandTable, createCommandTable } from '../../slave/command-table.ts'
import { type Connection, serveMaster } from '../../slave/connection.ts'
import { CAPABILITIES, RAW_OUTPUT_KEY } from '../../slave/protocol/capabilities.ts'
import { type Link, startLink } from '../../slave/protocol/link.ts'
import type { Fields } from '../../slave/protocol/parse.ts'
import { SLAVE_ID_VARIABLE } from '../../slave/protocol/slave-id.ts'
import { createSpool } from '../../slave/spool.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'
import { connectedSockets } from './link.ts'

/** What a master has heard of one command. */
export interface Heard {
  readonly rc: number | undefined
  readonly failureReason: string | undefined
  readonly files: readonly string[] | undefined
  readonly stat: readonly number[] | undefined
  /** What was sent of each stream. */
  readonly output: Readonly<Record<string, string>>
  readonly bytes: Readonly<Record<string, Buffer>>
  /** The text with which it broke, `null` when it did not. */
  readonly failure: string | null
  readonly uploaded: Buffer
}

export interface FakeMaster {
  readonly link: Link
  readonly connection: Connection
  readonly commands: CommandTable
  /** What the slave wrote on its terminal. */
  readonly console: readonly string[]
  start(name: string, args: Fields, options?: StartOptions): Started
  run(name: string, args: Fields, options?: StartOptions): Promise<Heard>
  /** Lets updates wait for their answers until it is called again with false. */
  hold(holding: boolean): void
}

export interface StartOptions {
  /** What the slave downloads. */
  readonly file?: Buffer
  readonly id?: string
}

export interface Started {
  readonly id: string
  /** Rejects when the slave refused to start it. */
  readonly accepted: Promise<unknown>
  readonly done: Promise<Heard>
  /** Bytes of output that have come so far. */
  readonly receivedBytes: number
  /** Resolves when the output of a stream holds `text`. */
  wrote(text: string, stream?: string): Promise<void>
  interrupt(why: string): Promise<unknown>
}

interface Running {
  pairs: (readonly [string, unknown])[]
  parts: Map<string, Buffer[]>
  uploaded: Buffer[]
  file: Buffer
  receivedBytes: number
  looks: Set<() => void>
  complete(failure: string | null): void
}

/** A master at one end of a real WebSocket, and our slave's connection in this process at the other. */
export async function fakeMaster(
  environment: Readonly<Record<string, string>> = { PATH: process.env.PATH!, HOME: '/nowhere' },
): Promise<FakeMaster> {
  const [here, there] = await connectedSockets()
  const said: string[] = []
  const commands = new Map<string, Running>()
  let holding: PromiseWithResolvers<void> | undefined
  // As the protocol demands, no id is ever used again.
  const run = randomBytes(6).toString('base64url')
  let lastId = 0
  const console = {
    say: (topic: string, text: string) => said.push(`${topic}: ${text}`),
    started: (builder: string) => said.push(`start: ${builder}`),
    ended: (builder: string) => said.push(`end: ${builder}`),
  }
  // Suites that run at the same time on one machine must not end each other's processes.
  const marked = { ...environment, [SLAVE_ID_VARIABLE]: `fake-${run}` }
  const spool = createSpool(join(temporaryFolder('spool'), '.spool'))
  const table = createCommandTable({ environment: marked, console, spool })
  const connection = serveMaster(there, {
    info: { basedir: '/nowhere', version: 'test' },
    commands: table,
    console,
    onShutdown: () => said.push('shutdown'),
  })
  const link = startLink(here, { answer, onTrouble: reason => said.push(`trouble: ${reason}`) })
  later(async () => {
    holding?.resolve()
    link.close('the test is over')
    await connection.ended
    await table.endAll('the test is over')
  })
  await link.request('set_worker_settings', { args: { triphammer: CAPABILITIES } })
  return {
    link,
    connection,
    commands: table,
    console: said,
    start,
    run: async (name, args, options) => {
      const { accepted, done } = start(name, args, options)
      await accepted
      return done
    },
    hold(on) {
      holding?.resolve()
      holding = on ? Promise.withResolvers() : undefined
    },
  }

  function start(name: string, args: Fields, { file, id }: StartOptions = {}): Started {
    const commandId = id ?? `${run}-${++lastId}`
    const done = Promise.withResolvers<Heard>()
    const running: Running = {
      pairs: [],
      parts: new Map(),
      uploaded: [],
      file: file ?? Buffer.alloc(0),
      receivedBytes: 0,
      looks: new Set(),
      complete: failure => done.resolve(heard(running, failure)),
    }
    commands.set(commandId, running)
    const accepted = link.request('start_command', {
      command_id: commandId,
      command_name: name,
      args,
    })
    accepted.catch(() => {})
    return {
      id: commandId,
      accepted,
      done: done.promise,
      get receivedBytes() {
        return running.receivedBytes
      },
      wrote: (text, stream = 'stdout') =>
        new Promise(resolve => {
          const look = () => {
            const parts = running.parts.get(stream) ?? []
            if (!Buffer.concat(parts).includes(text)) return
            running.looks.delete(look)
            resolve()
          }
          running.looks.add(look)
          look()
        }),
      interrupt: why => link.request('interrupt_command', { command_id: commandId, why }),
    }
  }

  function answer(op: string, fields: Fields): unknown {
    const running = commands.get(fields.command_id as string)
    if (!running) throw new Error(`there is no command ${fields.command_id}`)
    switch (op) {
      case 'update':
        for (const pair of fields.args as [string, unknown][]) take(running, pair)
        for (const look of [...running.looks]) look()
        return holding ? holding.promise.then(() => null) : null
      case 'complete':
        running.complete(fields.args as string | null)
        return null
      case 'update_upload_file_write':
      case 'update_upload_directory_write':
        running.uploaded.push(Buffer.from(fields.args as Uint8Array))
        return null
      case 'update_read_file': {
        const block = running.file.subarray(0, fields.length as number)
        running.file = running.file.subarray(block.length)
        return block
      }
      default:
        return null
    }
  }

  function take(running: Running, pair: readonly [string, unknown]) {
    if (pair[0] !== RAW_OUTPUT_KEY) return void running.pairs.push(pair)
    const [stream, offset, bytes] = pair[1] as [string, number, Uint8Array]
    const parts = running.parts.get(stream) ?? []
    const before = parts.reduce((sum, part) => sum + part.length, 0)
    if (offset !== before) throw new Error(`${stream}: offset ${offset} after ${before} bytes`)
    running.parts.set(stream, [...parts, Buffer.from(bytes)])
    running.receivedBytes += bytes.length
  }
}

function heard({ pairs, parts, uploaded }: Running, failure: string | null): Heard {
  const last = (key: string) => pairs.findLast(([one]) => one === key)?.[1]
  const bytes = Object.fromEntries([...parts].map(([name, list]) => [name, Buffer.concat(list)]))
  return {
    rc: last('rc') as number | undefined,
    failureReason: last('failure_reason') as string | undefined,
    files: last('files') as readonly string[] | undefined,
    stat: last('stat') as readonly number[] | undefined,
    output: Object.fromEntries(Object.entries(bytes).map(([name, one]) => [name, String(one)])),
    bytes,
    failure,
    uploaded: Buffer.concat(uploaded),
  }
}
