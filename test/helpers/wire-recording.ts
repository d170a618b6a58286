import { readFileSync } from 'node:fs'
import { decode, encode } from '@msgpack/msgpack'
import type { WebSocket } from 'ws'

/** One frame, in the order in which they passed the master. */
export interface Recorded {
  readonly from: 'master' | 'worker'
  readonly message: Message
}

interface Message {
  readonly op: string
  readonly seq_number: number
  readonly command_id?: string
  readonly [key: string]: unknown
}

/** Listens to both ends at the master's side of a link. Call it before anybody else uses the socket. */
export function recordWire(socket: WebSocket): readonly Recorded[] {
  const records: Recorded[] = []
  const take = (from: Recorded['from'], frame: Uint8Array) =>
    records.push({ from, message: structuredClone(decode(frame)) as Message })
  socket.on('message', frame => take('worker', frame as Buffer))
  const send = socket.send.bind(socket)
  socket.send = ((frame: Uint8Array, ...rest: []) => {
    take('master', frame)
    send(frame, ...rest)
  }) as WebSocket['send']
  return records
}

const BASE = '<basedir>'

/** As lines of JSON, without what is of one machine only. */
export function writeRecording(records: readonly Recorded[], basedir: string): string {
  const lines = records.map(record =>
    JSON.stringify(record, (key, value) => {
      if (key === 'environ') return { '<name>': '<value>' }
      if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
      return typeof value === 'string' ? value.replaceAll(basedir, BASE) : value
    }),
  )
  return `${lines.join('\n')}\n`
}

export function readRecording(file: string): Recorded[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map(line =>
    JSON.parse(line, (_key, value) =>
      typeof value?.bytes === 'string' && Object.keys(value).length === 1
        ? new Uint8Array(Buffer.from(value.bytes, 'base64'))
        : value,
    ),
  )
}

/**
 * Plays the worker of a recording at its end of a link: each of its frames goes once the master has
 * asked as much as it had when the frame was recorded. Resolves with what the master answered
 * otherwise than it did then.
 */
export async function replayWorker(
  socket: WebSocket,
  records: readonly Recorded[],
): Promise<readonly string[]> {
  const asked: Message[] = []
  const answers = new Map<number, Message>()
  let wake = () => {}
  socket.on('message', frame => {
    const message = decode(frame as Buffer) as Message
    if (message.op === 'response') answers.set(message.seq_number, message)
    else asked.push(message)
    wake()
  })
  const until = async (there: () => boolean) => {
    while (!there())
      await new Promise<void>(resolve => {
        wake = resolve
      })
  }
  const differences: string[] = []
  const ids = new Map<string, string>()
  const wanted: Message[] = []
  for (const { from, message } of records) {
    if (from === 'master') {
      if (message.op === 'response') await compare(message)
      else await expectRequest(message)
      continue
    }
    const { command_id: id, ...rest } = message
    const seq_number =
      message.op === 'response'
        ? asked[wanted.findIndex(one => one.seq_number === message.seq_number)]!.seq_number
        : message.seq_number
    socket.send(
      encode({ ...rest, seq_number, ...(id !== undefined && { command_id: ids.get(id) }) }),
    )
  }
  return differences

  async function expectRequest(message: Message) {
    wanted.push(message)
    await until(() => asked.length >= wanted.length)
    const now = asked[wanted.length - 1]!
    const [then_, now_] = [message, now].map(one => `${one.op} ${one.command_name ?? ''}`)
    if (then_ !== now_) differences.push(`asked for ${now_} instead of ${then_}`)
    if (message.op === 'start_command') ids.set(message.command_id!, now.command_id!)
    if (message.op === 'interrupt_command' && now.command_id !== ids.get(message.command_id!))
      differences.push(`interrupted ${now.command_id}`)
  }

  async function compare(then_: Message) {
    await until(() => answers.has(then_.seq_number))
    const now = answers.get(then_.seq_number)!
    if (!Buffer.from(encode(now)).equals(Buffer.from(encode(then_))))
      differences.push(`answered ${JSON.stringify(now)} instead of ${JSON.stringify(then_)}`)
  }
}
