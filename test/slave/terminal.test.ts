import '../helpers/with-processes.ts'
import { realpathSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createCommandTable } from '../../slave/command-table.ts'
import { serveMaster } from '../../slave/connection.ts'
import { CAPABILITIES } from '../../slave/protocol/capabilities.ts'
import { type Link, startLink } from '../../slave/protocol/link.ts'
import type { Fields } from '../../slave/protocol/parse.ts'
import { TERMINAL_MESSAGE_BYTES, TERMINAL_WINDOW_BYTES } from '../../slave/protocol/terminal-ops.ts'
import { createSpool } from '../../slave/spool.ts'
import { createTerminals, type Terminals } from '../../slave/terminal.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { connectedSockets } from '../helpers/link.ts'
import { isGone } from '../helpers/processes.ts'

const ENVIRONMENT = { PATH: process.env.PATH!, HOME: '/nowhere', SHELL: '/bin/sh', PS1: '$ ' }
const SIZE = { cols: 80, rows: 24 }

interface Desk {
  readonly folder: string
  readonly terminals: Terminals | undefined
  connect(): Promise<Master>
}

interface Master {
  readonly link: Link
  ask(op: string, fields?: Fields): Promise<unknown>
  type(text: string): Promise<unknown>
  /** Resolves when the shell's output holds `text`. */
  wrote(text: string | RegExp): Promise<void>
  readonly output: Buffer
  /** Lets output wait for its answers until it is called with false. */
  hold(on: boolean): void
  readonly ended: Promise<unknown>
}

// A slave's terminals, which outlive the links of the masters that come one after the other.
function desk({ graceMs = 60_000, allowed = true } = {}): Desk {
  const folder = realpathSync(temporaryFolder('terminal'))
  const troubles: string[] = []
  const commands = createCommandTable({
    environment: ENVIRONMENT,
    console: { say() {}, started() {}, ended() {} },
    spool: createSpool(folder),
  })
  const terminals = allowed
    ? createTerminals({
        basedir: folder,
        environment: ENVIRONMENT,
        graceMs,
        onTrouble: reason => troubles.push(reason),
      })
    : undefined
  let received: Buffer[] = []
  later(() => terminals?.stop())

  return { folder, terminals, connect }

  async function connect(): Promise<Master> {
    const [here, there] = await connectedSockets()
    serveMaster(there, {
      info: { basedir: folder },
      commands,
      console: { say() {}, started() {}, ended() {} },
      ...(terminals && { terminals }),
      onShutdown() {},
    })
    const looks = new Set<() => void>()
    const ended = Promise.withResolvers<unknown>()
    let holding: PromiseWithResolvers<null> | undefined
    const link = startLink(here, {
      answer(op, fields) {
        if (op === 'terminal_ended') ended.resolve(fields.code)
        if (op !== 'terminal_data') return null
        const before = received.reduce((sum, part) => sum + part.length, 0)
        if (fields.offset !== before) throw new Error(`offset ${fields.offset} after ${before}`)
        received = [...received, Buffer.from(fields.data as Uint8Array)]
        for (const look of [...looks]) look()
        return holding?.promise ?? null
      },
    })
    later(() => here.terminate())
    await link.request('set_worker_settings', { args: { triphammer: CAPABILITIES } })
    return {
      link,
      ask: (op, fields = {}) => link.request(op, { terminal_id: 't', ...fields }),
      type: text =>
        link.request('terminal_write', { terminal_id: 't', data: Buffer.from(text, 'latin1') }),
      wrote: text =>
        new Promise(resolve => {
          const look = () => {
            const said = Buffer.concat(received).toString('latin1')
            if (typeof text === 'string' ? !said.includes(text) : !text.test(said)) return
            looks.delete(look)
            resolve()
          }
          looks.add(look)
          look()
        }),
      get output() {
        return Buffer.concat(received)
      },
      hold(on) {
        holding?.resolve(null)
        holding = on ? Promise.withResolvers() : undefined
      },
      ended: ended.promise,
    }
  }
}

const told = (error: Error) => error.message

test('a shell opens in the folder and environment that it is told, in a terminal of that size', async () => {
  const { folder, connect } = desk()
  const master = await connect()
  await master.ask('terminal_open', { workdir: folder, env: { BUILDER: 'calc' }, ...SIZE })
  await master.type('echo "<$PWD $BUILDER $TERM>"; stty size; tty\n')
  // What a terminal says is compared byte by byte.
  await master.wrote(Buffer.from(`<${folder} calc xterm-256color>`).toString('latin1'))
  await master.wrote('24 80')
  await master.wrote('/dev/pts/')
  await master.ask('terminal_resize', { cols: 132, rows: 43 })
  await master.type('stty size\n')
  await master.wrote('43 132')
})

test('bytes that are no text go both ways unharmed', async () => {
  const { connect } = desk()
  const master = await connect()
  await master.ask('terminal_open', SIZE)
  await master.type("printf '\\377\\376\\001'\n")
  await master.wrote('\xff\xfe\x01')
  // What is typed comes back from od as it was sent.
  await master.type("stty -echo; printf 'rea''dy'; head -c 3 | od -An -tx1\n")
  await master.wrote('ready')
  await master.type('\xfe\xc3\n')
  await master.wrote('fe c3 0a')
})

test('a shell that ends says how, after its last words', async () => {
  const { connect } = desk()
  const master = await connect()
  await master.ask('terminal_open', SIZE)
  await master.type('echo good""bye; exit 7\n')
  expect(await master.ended).toBe(7)
  expect(master.output.toString()).toContain('goodbye')
  expect(await master.type('echo\n').catch(told)).toBe('that shell has ended')
})

test('a terminal that is closed ends whole, also what has detached itself', async () => {
  const { connect } = desk()
  const master = await connect()
  await master.ask('terminal_open', SIZE)
  await master.type(
    `sh -c 'trap "" TERM HUP; setsid sleep 600 & echo "[$!]"; echo "<$$>"; exec sleep 600' &\n`,
  )
  await master.wrote(/\[\d+\]/)
  await master.wrote(/<\d+>/)
  const said = master.output.toString()
  const pids = [/\[(\d+)\]/, /<(\d+)>/].map(pattern => Number(pattern.exec(said)?.[1]))
  await master.ask('terminal_close')
  expect([pids.every(pid => pid > 0), await isGone(...pids)]).toEqual([true, true])
})

test('a shell goes on while its link is lost, and loses and doubles no byte', async () => {
  const { connect } = desk()
  const first = await connect()
  await first.ask('terminal_open', SIZE)
  first.hold(true)
  await first.type('stty -echo; for i in $(seq 1 200); do echo "line $i"; sleep 0.002; done\n')
  await first.wrote('line 60')
  first.link.close('the line drops')
  await first.link.ended
  const second = await connect()
  await second.ask('terminal_open', { ...SIZE, received: second.output.length })
  await second.wrote('line 200')
  const lines = second.output.toString().match(/line \d+\r\n/g)!
  expect(lines.map(line => Number(line.slice(5)))).toEqual(
    Array.from({ length: 200 }, (_, i) => i + 1),
  )
})

test('shells that nobody takes up are ended after a while', async () => {
  const { connect } = desk({ graceMs: 50 })
  const first = await connect()
  await first.ask('terminal_open', SIZE)
  await first.type('echo "<$$>"\n')
  await first.wrote(/<\d+>/)
  const pid = Number(/<(\d+)>/.exec(first.output.toString())![1])
  first.link.close('the line drops')
  expect(await isGone(pid)).toBe(true)
  const second = await connect()
  expect(
    await second.ask('terminal_open', { ...SIZE, received: first.output.length }).catch(told),
  ).toBe('the shell has ended meanwhile')
})

test('a program that writes faster than anybody reads waits, and costs little memory', async () => {
  const { connect } = desk()
  const master = await connect()
  await master.ask('terminal_open', SIZE)
  master.hold(true)
  await master.type('stty -echo; yes 0123456789 | head -c 3000000; echo en""d\n')
  await master.wrote('0123456789\r\n0123456789')
  // A command of another kind passes by, and by then everything that is to come has come.
  await master.link.request('keepalive')
  await isStill(master)
  expect(master.output.length).toBeLessThan(TERMINAL_WINDOW_BYTES + 2 * TERMINAL_MESSAGE_BYTES)
  master.hold(false)
  await master.wrote('end')
  expect(master.output.toString().match(/0123456789\r\n/g)!.length).toBe(Math.floor(3000000 / 11))
})

// Resolves when nothing more has come for some turns of both ends.
async function isStill(master: Master) {
  for (let before = -1; before !== master.output.length; ) {
    before = master.output.length
    for (let i = 0; i < 20; i++) await master.link.request('keepalive')
  }
}

test.each<[string, Fields, string]>([
  [
    'a folder that is not there',
    { ...SIZE, workdir: '/nowhere/build' },
    'the folder /nowhere/build is not there: the build has not made it yet, or it was removed',
  ],
  ['no size', {}, 'cols must be a whole number from 0, not undefined'],
  ['a size that is none', { cols: 0, rows: 5 }, 'cols must be from 1 to 1000, not 0'],
  ['an environment that is none', { ...SIZE, env: { A: 5 } }, 'env.A must be a text, not number'],
])('a terminal in %s is refused', async (_, fields, why) => {
  const master = await desk().connect()
  expect(await master.ask('terminal_open', fields).catch(told)).toBe(why)
})

test('a slave has sixteen terminals at most', async () => {
  const { connect } = desk()
  const { link } = await connect()
  const opened = await Promise.all(
    Array.from({ length: 17 }, (_, i) =>
      link.request('terminal_open', { terminal_id: `t${i}`, ...SIZE }).then(() => 'open', told),
    ),
  )
  expect(opened.filter(one => one !== 'open')).toEqual([
    '16 terminals are open on this slave; close one first',
  ])
})

test('a slave that allows no terminals does not announce them, and opens none', async () => {
  const master = await desk({ allowed: false }).connect()
  const info = (await master.link.request('get_worker_info')) as { triphammer: Fields }
  expect([info.triphammer.terminal, await master.ask('terminal_open', SIZE).catch(told)]).toEqual([
    undefined,
    'unknown op "terminal_open"',
  ])
})
