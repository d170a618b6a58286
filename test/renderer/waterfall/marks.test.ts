import { expect, test } from 'vitest'
import type { MasterEvent } from '../../../main/master/model.ts'
import { linearAxis } from '../../../renderer/waterfall/axis.ts'
import { eventWords, markWords } from '../../../renderer/waterfall/mark-words.ts'
import { placeMarks, placeSleeps } from '../../../renderer/waterfall/marks.ts'

const NOW = Date.UTC(2026, 10, 24, 14, 38)
const MIN = 60_000
const DAY = 24 * 60 * MIN
// A minute is as high as a usual build of a minute: 64 px.
const axis = linearAxis({ now: NOW, spans: [], marks: [NOW - DAY], zoom: 1, usualMs: MIN })

test('marks stand at their moments, and what is as good as at one place is one mark', () => {
  const events = [
    event(1, 60, 'master-started', '0.2.0'),
    event(2, 59.9, 'slave-attached', 'local', '0.2.0'),
    event(3, 30, 'config-loaded', '/srv/master.yml'),
    event(4, 29.9, 'tag-made', 'calc v4.2'),
    event(5, 2 * 24 * 60, 'tag-made', 'calc v4.1'),
  ]
  const marks = placeMarks(events, [], axis, NOW - DAY)
  expect(
    marks.map(mark => [Math.round(mark.y), mark.kind, mark.events.map(one => one.id)]),
  ).toEqual([
    [Math.round(29.9 * 64), 'releases', [4, 3]],
    [Math.round(59.9 * 64), 'app', [2, 1]],
  ])
  const less = placeMarks(events, ['releases', 'slaves'], axis, NOW - DAY)
  expect(less.map(mark => mark.events.map(one => one.id))).toEqual([[3], [1]])
})

test('eight hours of sleep are a stretch of the axis, unless that is switched off', () => {
  const from = NOW - 9 * 60 * MIN
  const slept = event(1, 60, 'machine-slept', String(from), String(8 * 60 * MIN))
  const bands = placeSleeps([slept], [], axis)
  expect(bands).toEqual([{ top: 60 * 64, bottom: 9 * 60 * 64 }])
  expect(placeSleeps([slept], ['sleep'], axis)).toEqual([])
})

test('each event is told in words, those of other versions too', () => {
  const words = (kind: string, subject: string, detail = '') =>
    eventWords(event(1, 0, kind, subject, detail))
  expect([
    words('tag-made', 'calc v4.2', 'abc'),
    words('slave-paused', 'mini', 'system updates'),
    words('slave-killed', 'mini'),
    words('app-updated', '0.3.0'),
    words('moon-rose', 'full'),
    words('__proto__', 'x'),
    words('constructor', 'y'),
  ]).toEqual([
    'calc v4.2 was tagged',
    'slave mini paused: system updates',
    'slave mini was ended',
    'Triphammer was updated to 0.3.0',
    'moon rose full',
    '__proto__ x',
    'constructor y',
  ])
  const many = Array.from({ length: 20 }, (_, i) => event(i, i, 'slave-detached', `s${i}`))
  const lines = markWords({ y: 0, kind: 'slaves', events: many }).split('\n')
  expect([lines.length, lines.at(-1)]).toEqual([13, 'and 8 more'])
  expect(lines[0]).toMatch(/2026.*: slave s0 detached$/)
})

function event(
  id: number,
  minutesAgo: number,
  kind: string,
  subject: string,
  detail = '',
): MasterEvent {
  return { id: id as MasterEvent['id'], at: NOW - minutesAgo * MIN, kind, subject, detail }
}
