import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { serveBridge } from '../../main/app/bridge-ipc.ts'
import { pageAddress } from '../../main/app/page-address.ts'
import type { IpcPort } from '../../main/app/ports.ts'
import type { Handlers, SequencedNews } from '../../main/bridge/contract.ts'
import { FakeContents } from './fake-electron.ts'

type Invoke = (event: object, channel: unknown, args: unknown) => Promise<unknown>

const OURS = { origin: 'app://triphammer', parent: null }

function served() {
  const ipc = new EventEmitter()
  let invoke: Invoke | undefined
  const ipcMain = Object.assign(ipc, {
    handle(channel: string, handler: Invoke) {
      if (channel === 'bridge') invoke = handler
    },
  })
  let tell: (news: SequencedNews) => void = () => {}
  const logged: string[] = []
  const bridge = serveBridge(
    ipcMain as unknown as IpcPort,
    {
      handlers: {
        'build:byNumber': (query: { number: number }) => query.number,
      } as unknown as Handlers,
      news: {
        seq: 0,
        queue: [],
        schedule: [],
        stop: () => {},
        since: () => null,
        tellUpdate: () => {},
        subscribe(listener) {
          tell = listener
          return () => {}
        },
      },
      log: text => logged.push(text),
    },
    pageAddress(undefined),
  )
  return {
    bridge,
    logged,
    tell: (seq: number) => tell({ seq } as SequencedNews),
    ask: (senderFrame: object | null, channel: unknown, args: unknown) =>
      invoke!({ senderFrame }, channel, args),
    ready: (sender: FakeContents, senderFrame: object | null = OURS) =>
      ipc.emit('bridge:ready', { sender, senderFrame }),
  }
}

const nextTurn = () => new Promise(resolve => setImmediate(resolve))

test('our page is answered', async () => {
  const { ask } = served()

  const reply = await ask(OURS, 'build:byNumber', [{ builder: 'calc', number: 3 }])

  expect(reply).toEqual({ ok: true, value: 3 })
})

test.each([
  ['a page that is gone', null],
  ['a frame inside our page', { origin: 'app://triphammer', parent: OURS }],
  ['a page from elsewhere', { origin: 'https://example.org', parent: null }],
  ['a page without an origin', { origin: 'null', parent: null }],
  ['an origin that begins as ours', { origin: 'app://triphammer.example.org', parent: null }],
])('%s is refused', async (_who, frame) => {
  const { ask, logged } = served()

  const reply = await ask(frame, 'build:byNumber', [{ builder: 'calc', number: 3 }])

  expect(reply).toEqual({ ok: false, error: expect.stringContaining('may not ask') })
  expect(logged).toHaveLength(1)
})

test('what no page of ours would send is refused in words', async () => {
  const { ask } = served()

  expect([
    await ask(OURS, 'build:byNumber', 'not a list'),
    await ask(OURS, '__proto__', []),
    await ask(OURS, 7, []),
  ]).toMatchObject([{ ok: false }, { ok: false }, { ok: false }])
})

test('news of one turn travel together, to pages that listen', async () => {
  const { ready, tell } = served()
  const page = new FakeContents()
  const stranger = new FakeContents()

  tell(1)
  await nextTurn()
  ready(page)
  ready(stranger, { origin: 'https://example.org', parent: null })
  tell(2)
  tell(3)
  await nextTurn()
  tell(4)
  await nextTurn()

  expect(page.sent).toEqual([
    ['bridge:news', [{ seq: 2 }, { seq: 3 }]],
    ['bridge:news', [{ seq: 4 }]],
  ])
  expect(stranger.sent).toEqual([])
})

test('a page that goes elsewhere has to say again that it listens', async () => {
  const { ready, tell } = served()
  const page = new FakeContents()
  ready(page)

  page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
  tell(1)
  await nextTurn()
  page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
  tell(2)
  await nextTurn()
  ready(page)
  tell(3)
  await nextTurn()

  expect(page.sent).toEqual([
    ['bridge:news', [{ seq: 1 }]],
    ['bridge:news', [{ seq: 3 }]],
  ])
})

test('a command waits until the page is ready', () => {
  const { bridge, ready } = served()
  const page = new FakeContents()

  bridge.command(page.port, 'settings')
  expect(page.sent).toEqual([])
  ready(page)
  bridge.command(page.port, 'palette')

  expect(page.sent).toEqual([
    ['bridge:command', 'settings'],
    ['bridge:command', 'palette'],
  ])
})
