import { expect, test } from 'vitest'
import { createApp } from '../../main/http/app.ts'
import type { Doors } from '../../main/http/doors.ts'
import { createSecurity } from '../../main/http/security.ts'
import {
  BISECT_SCHEDULER,
  CANCELLED,
  FAILURE,
  SUCCESS,
  WARNINGS,
} from '../../main/master/results.ts'
import { testData } from '../helpers/data.ts'
import { testGate } from '../helpers/gate.ts'

const EVIL = `a<script>alert('1')</script>"&`

test('the feed tells each builder as CCTray has it, by its last build that says something', async () => {
  const { desk, get } = aDesk()
  const [bad, evil] = ['bad', EVIL].map(name => desk.builder(name))
  desk.builder('new')
  desk.build(desk.request(bad!), SUCCESS)
  const failed = desk.build(desk.request(bad!), FAILURE)
  desk.build(desk.request(bad!), CANCELLED)
  desk.build(desk.request(bad!, { scheduler: BISECT_SCHEDULER }), SUCCESS)
  desk.build(desk.request(evil!), WARNINGS)
  const { status, type, text } = await get('/cc.xml')
  expect([status, type]).toEqual([200, 'application/xml; charset=utf-8'])
  const at = new Date(failed.completeAt!).toISOString()
  const escaped = 'a&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#34;&#38;'
  expect(text.split('\n').map(line => line.trim())).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Projects>',
    `<Project name="bad" category="calc" activity="Sleeping" lastBuildStatus="Failure" lastBuildLabel="2" lastBuildTime="${at}" webUrl="http://desk:8010/#/builds/bad/2"/>`,
    expect.stringContaining(
      `<Project name="${escaped}" category="calc" activity="Sleeping" lastBuildStatus="Success"`,
    ),
    '<Project name="new" category="calc" activity="Sleeping" lastBuildStatus="Unknown" lastBuildLabel="" lastBuildTime="" webUrl="http://desk:8010/#/builds/new"/>',
    '</Projects>',
    '',
  ])
})

test('a badge says a result by words and shape, and a name is text in it', async () => {
  const { desk, get } = aDesk()
  const [bad, evil] = ['bad', EVIL].map(name => desk.builder(name))
  desk.build(desk.request(bad!), FAILURE)
  const { status, type, text } = await get('/badges/bad.svg')
  expect([status, type]).toEqual([200, 'image/svg+xml; charset=utf-8'])
  expect(text).toMatch(/aria-label="bad: failed".*<rect x="1.2".*>bad<.*>failed</s)
  const other = await get(`/badges/${encodeURIComponent(evil!.name)}.svg`)
  expect([other.status, other.text.includes('<script')]).toEqual([200, false])
  expect(other.text).toContain('not built yet')
  const none = await get('/badges/nobody.svg')
  expect([none.status, JSON.parse(none.text)]).toEqual([
    404,
    {
      error: {
        message: 'There is nothing at /badges/nobody.svg: badges are at /badges/BUILDER.svg.',
      },
    },
  ])
})

test('neither is for whoever has no token', async () => {
  const { get } = aDesk()
  for (const path of ['/cc.xml', '/badges/bad.svg']) expect((await get(path, {})).status).toBe(401)
})

function aDesk() {
  const desk = testData()
  const master = { data: desk.data } as Doors['master']
  const doors = {
    master,
    handlers: {},
    news: {},
    gate: testGate(),
    staticDir: '',
    ticketUrl: () => null,
    log() {},
  }
  const app = createApp(
    doors as unknown as Doors,
    createSecurity(doors.gate, () => ['desk:8010']),
  )
  const get = async (
    path: string,
    headers: Record<string, string> = { authorization: 'Bearer t' },
  ) => {
    const env = { incoming: { headers } } as never
    const answer = await app.request(`http://desk:8010${path}`, { headers }, env)
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      text: await answer.text(),
    }
  }
  return { desk, get }
}
