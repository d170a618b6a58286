import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { later } from '../../helpers/cleanup.ts'
import { testData } from '../../helpers/data.ts'
import { readRows } from '../../helpers/database.ts'

test('whoever hears of something finds it in the history', () => {
  const { db, data, mq, builder, request, faults } = testData()
  const other = openDatabase(db.path, { readOnly: true })
  later(() => other.close())
  const rows: unknown[] = []
  const at = (table: string, id: number) =>
    other.get(`SELECT results, complete_at FROM ${table} WHERE id = ?`, id)
  mq.subscribe('buildset/new', ({ id }) => rows.push(['buildset', { ...at('buildsets', id) }]))
  mq.subscribe('request/changed', ({ id }) => rows.push(['request', at('build_requests', id)]))
  mq.subscribe('build/changed', ({ id }) => rows.push(['build', at('builds', id)?.results]))
  mq.subscribe('buildset/complete', ({ id }) => rows.push(['set', at('buildsets', id)?.results]))

  const id = request(builder('a'))
  const build = data.startBuild(id, data.slave('local')!.id, {})!
  data.finishBuild(build.id, 2, 'failed')

  const open = { results: null, complete_at: null }
  expect([rows, faults]).toEqual([
    [
      ['buildset', open],
      ['request', open],
      ['request', open],
      ['build', null],
      ['build', 2],
      ['request', { results: 2, complete_at: expect.any(Number) }],
      ['set', 2],
    ],
    [],
  ])
})

test('an update that throws tells nothing and leaves nothing', () => {
  const { db, data, news } = testData()
  expect(() =>
    data.together(() => {
      data.addEvent('kept', 'not')
      throw new Error('no')
    }),
  ).toThrow('no')
  expect([news, readRows(db, 'events')]).toEqual([[], []])
})

test('updates inside another one are told when all of it is committed', () => {
  const { data, news } = testData()
  const early = data.together(() => {
    data.addEvent('one', 'a')
    data.addEvent('two', 'b')
    return news.length
  })
  expect([early, news.map(one => one.topic)]).toEqual([0, ['event/new', 'event/new']])
})

test('a listener that writes does not come between the news of one commit', () => {
  const { data, mq, news } = testData()
  const stop = mq.subscribe('event/new', ({ kind }) => {
    if (kind === 'one') data.addEvent('answer', 'x')
  })
  data.together(() => {
    data.addEvent('one', 'a')
    data.addEvent('two', 'b')
  })
  stop()
  expect(news.map(one => (one.payload as { kind: string }).kind)).toEqual(['one', 'two', 'answer'])
})

test('after an update that threw the next one is told as ever', () => {
  const { data, news } = testData()
  expect(() =>
    data.together(() => {
      throw new Error('no')
    }),
  ).toThrow()
  data.addEvent('one', 'a')
  expect(news).toHaveLength(1)
})
