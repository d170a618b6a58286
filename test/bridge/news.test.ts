import { expect, test } from 'vitest'
import type { SequencedNews, Snapshot } from '../../main/bridge/contract.ts'
import type { News } from '../../main/bridge/news.ts'
import type { Build, Builder, BuilderId, BuildId, LogId } from '../../main/master/model.ts'
import { type Desk, foldNews, groupSteps, NOTHING } from '../../renderer/store/desk-state.ts'
import { openBridge } from '../helpers/bridge.ts'
import { later } from '../helpers/cleanup.ts'
import { testMaster } from '../helpers/master.ts'

const CONFIG = `slaves: [{ name: a, maxBuilds: 2 }, { name: b, maxBuilds: 2 }]
builders:
  - { name: one, steps: [{ shell: 'echo 1; echo 2' }, { shell: 'true' }] }
  - { name: two, steps: [{ shell: 'false', name: red, haltOnFailure: false }, { shell: 'echo x >&2' }] }
  - { name: three, collapseRequests: false, steps: [{ shell: 'seq 2000' }] }
`

async function desk() {
  const own = await testMaster({ config: CONFIG })
  const { news, ask } = openBridge(own.master)
  return { ...own, news, ask, snapshot: () => ask('desk:snapshot') }
}

/** Resolves when nobody waits any more as far as news say. */
function settled(news: News): Promise<void> {
  return new Promise(resolve => {
    const look = () => news.queue.length === 0 && resolve()
    later(news.subscribe(look))
    look()
  })
}

/** What a window shows of the master. */
function deskOf(snapshot: Snapshot): Desk {
  const builds = new Map(snapshot.builds.map(build => [build.id, build]))
  return { ...NOTHING, ...snapshot, builds, steps: groupSteps(snapshot.steps), ready: true }
}

// The order of builds and requests is nobody's concern; logs are asked for when they are read.
function picture(shown: Desk) {
  const byId = <T extends { id: number }>(all: Iterable<T>) => [...all].sort((x, y) => x.id - y.id)
  const { builders, projects, slaves, changes, events, queue, schedule, config } = shown
  const steps = [...shown.steps].sort(([x], [y]) => x - y)
  const requests = byId(shown.requests)
  const builds = byId(shown.builds.values())
  return {
    builders,
    projects,
    slaves,
    changes,
    events,
    queue,
    schedule,
    config,
    steps,
    requests,
    builds,
  }
}

test('what a window makes of the news is what a fresh one shows, whatever was cut on the way', async () => {
  const { request, completed, until, configure, news, ask, snapshot } = await desk()
  let shown = deskOf(await snapshot())
  let { seq } = news
  const told: SequencedNews[] = []
  later(news.subscribe(one => void told.push(one)))
  const round = async (second: string) => {
    const ids = ['one', second, 'three', 'three', 'one'].map(name => request(name))
    await Promise.all(ids.map(id => completed(id)))
  }
  await round('two')
  configure(CONFIG.replace('name: two', 'name: zwei'))
  shown = foldNews(shown, told.splice(0))
  seq = news.seq
  // Of what follows nothing is heard: it is asked for when the line is back.
  await round('zwei')
  const paused = until('slave/changed', slave => slave.paused !== null)
  await ask('slave:pause', { name: 'a', reason: 'enough', until: null })
  await paused
  // The queue and the plans are told once they have settled.
  await settled(news)
  const missed = (await ask('news:since', { startedAt: shown.startedAt, seq }))!
  expect(missed.news.length).toBeGreaterThan(50)
  expect(missed.seq).toBe(news.seq)
  shown = foldNews(shown, missed.news)
  const fresh = deskOf(await snapshot())
  expect(picture(shown)).toEqual(picture(fresh))
  expect(fresh.builds.size).toBe(10)
})

test('a window of another run of the master, or of long ago, has to look anew', async () => {
  const { news, ask, snapshot, data } = await desk()
  const { startedAt, seq } = await snapshot()
  const since = (query: { startedAt?: number; seq?: number }) =>
    ask('news:since', { startedAt, seq, ...query })
  expect(await since({ startedAt: startedAt - 1 })).toBe(null)
  expect(await since({ seq: seq + 1000 })).toBe(null)
  await expect(since({ seq: -1 })).rejects.toThrow('news:since: seq: must be at least 0')
  for (let i = 0; i < 7000; i++) data.addConsoleText('a', 'x')
  const answer = (await since({ seq: news.seq - 2000 }))!
  expect([answer.news.length, answer.news[0]!.seq]).toEqual([2000, news.seq - 1999])
  expect(await since({})).toBe(null)
})

test('a window that is open for months holds no more than the newest builds, those that run and the last of each builder', () => {
  const build = (id: number, builder: number, complete: boolean): SequencedNews =>
    ({
      seq: id,
      topic: 'build/changed',
      payload: {
        id: id as BuildId,
        builderId: builder as BuilderId,
        startedAt: id * 10,
        completeAt: complete ? id * 10 + 5 : null,
      } as Build,
    }) as SequencedNews
  const grown = (id: number): SequencedNews =>
    ({
      seq: id,
      topic: 'log/appended',
      payload: { logId: id as LogId, lineCount: 1, byteCount: 2 },
    }) as never
  let shown = NOTHING
  // Builder 2 was busy once, and one build of it still runs.
  for (let id = 1; id <= 50; id++) shown = foldNews(shown, [build(id, 2, id !== 7)])
  const news = Array.from({ length: 10_000 }, (_, i) => build(51 + i, 1, true))
  for (let i = 0; i < news.length; i += 25)
    shown = foldNews(shown, [
      ...news.slice(i, i + 25),
      ...Array.from({ length: 25 }, (_, j) => grown(i + j)),
    ])
  const ids = [...shown.builds.keys()].sort((a, b) => a - b)
  const old = ids.filter(id => id <= 50)
  expect(shown.builds.size).toBeLessThanOrEqual(4100)
  expect(shown.logSizes.size).toBeLessThanOrEqual(4000)
  expect(old).toEqual([7, ...Array.from({ length: 20 }, (_, i) => 31 + i)])
  // Nothing is missing from there on.
  const whole = ids.filter(id => id * 10 >= shown.wholeFrom)
  expect(whole.length).toBeGreaterThanOrEqual(2000)
  expect(whole).toEqual(Array.from({ length: whole.length }, (_, i) => whole[0]! + i))
  expect(whole.at(-1)).toBe(10_050)
})

test('the last builds of very many builders are not gone through again at each of the news', () => {
  const builders = Array.from({ length: 400 }, (_, i) => ({ id: (i + 1) as BuilderId }) as Builder)
  const build = (id: number): Build =>
    ({ id, builderId: (id % 400) + 1, startedAt: id * 10, completeAt: id * 10 + 5 }) as Build
  const builds = new Map(Array.from({ length: 8000 }, (_, i) => [i as BuildId, build(i)]))
  const shown = { ...NOTHING, builders, builds, wholeFrom: 77_000 }
  const news = [{ seq: 1, topic: 'event/new', payload: {} } as SequencedNews]
  expect(foldNews(shown, news).builds).toBe(builds)

  let grown: Desk = shown
  for (let id = 8000; id < 20_000; id += 200)
    grown = foldNews(
      grown,
      Array.from({ length: 200 }, (_, i) => ({
        seq: id + i,
        topic: 'build/changed',
        payload: build(id + i),
      })) as SequencedNews[],
    )
  expect(grown.builds.size).toBeLessThanOrEqual(12_000)
})
