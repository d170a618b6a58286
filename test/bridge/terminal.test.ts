import { expect, test } from 'vitest'
import type { Answer, Arguments, Channel, SequencedNews } from '../../main/bridge/contract.ts'
import { openBridge } from '../helpers/bridge.ts'
import { later } from '../helpers/cleanup.ts'
import { type TestMaster, type TestMasterOptions, testMaster } from '../helpers/master.ts'
import { isGone } from '../helpers/processes.ts'

interface Window {
  ask<C extends Channel>(channel: C, ...args: Arguments<C>): Promise<Answer<C>>
  /** Opens a terminal and takes what it writes, as a window does. */
  open(wish?: Partial<Arguments<'terminal:open'>[0]>): Promise<Terminal>
}

interface Terminal {
  readonly id: string
  type(text: string): Promise<void>
  wrote(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<{ code: number | null; reason: string }>
}

const CONFIG = `
builders:
  - name: one
    env: { GREETING: "hello from \${{ prop.branch }}", TOKEN: "\${{ secret.TOKEN }}" }
    steps:
      - { name: wait, shell: 'echo "$GREETING" > made; echo begun; while [ ! -e go ]; do sleep 0.02; done' }
`

async function desk(options: TestMasterOptions = {}): Promise<TestMaster & Window> {
  const own = await testMaster({ config: CONFIG, ...options })
  if (own.data.slave('local')!.state !== 'online')
    await own.until('slave/changed', slave => slave.state === 'online')
  const { ask, news } = openBridge(own.master)
  return Object.assign(own, {
    ask,
    async open(wish = {}) {
      const heard: SequencedNews[] = []
      const looks = new Set<() => void>()
      let id: string | undefined
      let said = Buffer.alloc(0)
      const ended = Promise.withResolvers<{ code: number | null; reason: string }>()
      const take = (one: SequencedNews) => {
        if (one.topic === 'terminal/ended' && one.payload.terminalId === id)
          ended.resolve({ code: one.payload.code, reason: one.payload.reason })
        if (one.topic !== 'terminal/data' || one.payload.terminalId !== id) return
        const bytes = Buffer.from(one.payload.data, 'base64')
        said = Buffer.concat([said, bytes.subarray(said.length - one.payload.offset)])
        void ask('terminal:took', { terminalId: id, upTo: said.length, again: false })
        for (const look of [...looks]) look()
      }
      later(
        news.subscribe(one => {
          heard.push(one)
          if (id !== undefined) take(one)
        }),
      )
      const size = { cols: 80, rows: 24 }
      id = (await ask('terminal:open', { slave: 'local', buildId: null, ...size, ...wish }))
        .terminalId
      // The shell may speak before the answer is here.
      for (const one of heard) take(one)
      return {
        id,
        ended: ended.promise,
        type: text =>
          ask('terminal:write', { terminalId: id!, data: Buffer.from(text).toString('base64') }),
        wrote: pattern =>
          new Promise(resolve => {
            const look = () => {
              const found = pattern.exec(said.toString())
              if (!found) return
              looks.delete(look)
              resolve(found)
            }
            looks.add(look)
            look()
          }),
      }
    },
  } satisfies Window)
}

const told = (error: Error) => error.message

test("a shell beside a running build works in the build's folder, with its environment", async () => {
  const test = await desk({ secret: name => (name === 'TOKEN' ? 's3cret' : undefined) })
  const request = test.request('one', { branch: 'main' })
  const { buildId } = await test.wrote('wait', 'begun')
  const terminal = await test.open({ buildId })
  await terminal.type('stty -echo; echo "<$GREETING $TOKEN $BUILDER $BUILD_NUMBER $CI $PWD>"\n')
  const [, said] = await terminal.wrote(/<(hello .*)>/)
  expect(said).toBe(`hello from main s3cret one 1 true ${test.dataDir}/slaves/local/one/build`)
  // It is the very folder in which the step waits.
  await terminal.type('cat made; touch go\n')
  await terminal.wrote(/\nhello from main/)
  expect((await test.completed(request)).results).toBe(0)
  // The end of the build leaves the shell alone.
  await terminal.type('echo "[$((6 * 7))]"; exit 3\n')
  await terminal.wrote(/\[42\]/)
  expect(await terminal.ended).toEqual({ code: 3, reason: '' })
})

test('a shell of the slave itself opens in its folder, and goes with its terminal', async () => {
  const test = await desk()
  const terminal = await test.open()
  await terminal.type('stty -echo; echo "<$PWD>"; echo "($$)"\n')
  const [, folder] = await terminal.wrote(/<(\/.*)>/)
  const [, pid] = await terminal.wrote(/\((\d+)\)/)
  await test.ask('terminal:close', { terminalId: terminal.id })
  expect([folder, await isGone(Number(pid))]).toEqual([`${test.dataDir}/slaves/local`, true])
  expect(await terminal.type('echo\n').catch(told)).toBe('that terminal is closed')
})

test('what a window missed is told once more', async () => {
  const test = await desk()
  let heard = Buffer.alloc(0)
  const wanted = Promise.withResolvers<void>()
  // From the first byte on: the shell's prompt may come before the answer that it is open.
  const stop = test.master.terminals.subscribe(({ topic, payload }) => {
    if (topic !== 'terminal/data') return
    heard = Buffer.concat([heard, Buffer.from(payload.data, 'base64')])
    if (heard.includes('first')) wanted.resolve()
  })
  const { terminalId } = await test.ask('terminal:open', {
    slave: 'local',
    buildId: null,
    cols: 80,
    rows: 24,
  })
  const data = Buffer.from('stty -echo; echo fi""rst\n').toString('base64')
  await test.ask('terminal:write', { terminalId, data })
  await wanted.promise
  const all = heard
  const toldFrom = async (upTo: number) => {
    heard = Buffer.alloc(0)
    await test.ask('terminal:took', { terminalId, upTo, again: true })
    return heard.subarray(0, all.length - upTo)
  }
  expect([await toldFrom(0), await toldFrom(all.length - 4)]).toEqual([all, all.subarray(-4)])
  stop()
})

test.each<[string, Partial<Arguments<'terminal:open'>[0]>, string]>([
  ['a slave that is not there', { slave: 'mini' }, 'there is no slave "mini"'],
  ['a build that is not there', { buildId: 99 as never }, 'there is no build 99'],
  ['no width', { cols: 0 }, 'terminal:open: cols: must be at least 1'],
])('a terminal on %s is refused', async (_, wish, why) => {
  const test = await desk()
  expect(await test.open(wish).catch(told)).toBe(why)
})

test('a slave for which master.yml forbids terminals announces none, and none is opened', async () => {
  const test = await desk({ config: { slaves: [{ name: 'local', terminal: false }] } })
  expect([
    test.data.slave('local')!.link.capabilities.terminal,
    await test.open().catch(told),
  ]).toEqual([undefined, 'master.yml says "terminal: false" for local'])
})

test('terminals end with their master, and are told so', async () => {
  const test = await desk()
  const terminal = await test.open()
  await terminal.type('stty -echo; echo "($$)"\n')
  const [, pid] = await terminal.wrote(/\((\d+)\)/)
  await test.stop()
  expect([await terminal.ended, await isGone(Number(pid))]).toEqual([
    { code: null, reason: 'the master stops' },
    true,
  ])
})
