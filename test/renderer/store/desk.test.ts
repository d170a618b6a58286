import { beforeEach, expect, test, vi } from 'vitest'
import type { SequencedNews } from '../../../renderer/bridge.ts'

/** One side of the bridge, whose answers are given by hand, and a page whose frames are. */
function createBridge() {
  const asked: { channel: string; resolve(value: unknown): void; reject(error: Error): void }[] = []
  let hear = (_: SequencedNews) => {}
  let connect = (_: boolean) => {}
  const timers: (() => void)[] = []
  const frames: (() => void)[] = []
  const page = { hidden: false }
  const settle = () => new Promise<void>(done => setImmediate(done))
  vi.stubGlobal('window', {
    triphammer: {
      request: (channel: string) =>
        new Promise((resolve, reject) => asked.push({ channel, resolve, reject })),
      onNews: (listener: typeof hear) => {
        hear = listener
      },
      onConnection: (listener: typeof connect) => {
        connect = listener
      },
    },
  })
  vi.stubGlobal('document', page)
  vi.stubGlobal('setTimeout', (run: () => void) => timers.push(run))
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
  return {
    asked,
    page,
    tell: (seq: number, id: number) =>
      hear({ seq, topic: 'event/new', payload: { id } } as SequencedNews),
    tick: async () => {
      // While a page is hidden its frames stand still.
      for (const run of [...timers.splice(0), ...(page.hidden ? [] : frames.splice(0))]) run()
      await settle()
    },
    /** As a socket does: what was asked is rejected, then it is said. */
    cut: async () => {
      for (const one of asked.splice(0)) one.reject(new Error('The line to the master dropped.'))
      connect(false)
      await settle()
    },
    open: async () => {
      connect(true)
      await settle()
    },
    answer: async (channel: string, value: unknown) => {
      expect(asked[0]?.channel).toBe(channel)
      asked.shift()!.resolve(value)
      await settle()
    },
  }
}

function snapshotAt(seq: number, startedAt: number) {
  return { seq, startedAt, now: 0, builds: [], steps: [], events: [], changes: [] }
}

const missed = (seq: number, ...seqs: number[]) => ({
  seq,
  news: seqs.map(one => ({ seq: one, topic: 'event/new', payload: { id: one } })),
})

beforeEach(() => {
  vi.resetModules()
  vi.unstubAllGlobals()
})

async function start() {
  const bridge = createBridge()
  const desk = await import('../../../renderer/store/desk.ts')
  desk.startDesk()
  return { ...bridge, ...desk, events: () => desk.readDesk().events.map(event => event.id) }
}

test('a window that opens asks for one snapshot, although its line comes after it asked', async () => {
  const { asked, open, answer, readDesk } = await start()
  await open()

  expect(asked.map(one => one.channel)).toEqual(['desk:snapshot'])
  await answer('desk:snapshot', snapshotAt(7, 1))
  expect([readDesk().ready, asked.length]).toEqual([true, 0])
})

test('news that are missing are asked for, each is told once, and what came meanwhile follows', async () => {
  const { asked, tell, tick, answer, events, onNewsOf } = await start()
  const told: number[] = []
  onNewsOf('event/new', event => told.push(event.id))
  await answer('desk:snapshot', snapshotAt(0, 1))

  tell(1, 1)
  tell(4, 4)
  await tick()
  tell(5, 5)
  await tick()
  await answer('news:since', missed(4, 2, 3, 4))

  expect(events()).toEqual([5, 4, 3, 2, 1])
  expect(told).toEqual([1, 4, 5, 2, 3])
  expect(asked).toEqual([])
})

test('news of a master that is gone do not have a window ask the next one for ever', async () => {
  const { asked, page, tell, tick, cut, open, answer, events } = await start()
  await answer('desk:snapshot', snapshotAt(500, 1))
  tell(501, 501)
  page.hidden = true
  tell(503, 503)
  await cut()
  await open()
  await answer('news:since', null)
  await answer('desk:snapshot', snapshotAt(5, 2))
  tell(6, 6)
  await tick()

  expect(asked).toEqual([])
  expect(events()).toEqual([6])
})

test('what was heard and not yet drawn when the line was cut is not told a second time', async () => {
  const { tell, cut, open, answer, events, onNewsOf } = await start()
  const told: number[] = []
  onNewsOf('event/new', event => told.push(event.id))
  await answer('desk:snapshot', snapshotAt(0, 1))
  tell(1, 1)
  await cut()
  await open()
  await answer('news:since', missed(2, 2))

  expect(told).toEqual([1, 2])
  expect(events()).toEqual([2, 1])
})

test('a question for what was missed that fails is made up for by a snapshot', async () => {
  const { asked, tell, tick, answer, readDesk } = await start()
  await answer('desk:snapshot', snapshotAt(0, 1))
  tell(3, 3)
  await tick()
  asked.shift()!.reject(new Error('no'))
  await new Promise(done => setImmediate(done))
  await answer('desk:snapshot', snapshotAt(9, 1))

  expect([readDesk().ready, asked.length]).toEqual([true, 0])
})

test('a page that is hidden before its frame came takes news in all the same', async () => {
  const { page, tell, tick, answer, events } = await start()
  await answer('desk:snapshot', snapshotAt(0, 1))
  tell(1, 1)
  page.hidden = true
  tell(2, 2)
  await tick()

  expect(events()).toEqual([2, 1])
})
