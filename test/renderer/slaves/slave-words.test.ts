import { expect, test } from 'vitest'
import type { Slave } from '../../../main/master/model.ts'
import {
  describeLink,
  describeSlave,
  type SlaveScene,
} from '../../../renderer/slaves/slave-words.ts'
import { clock } from '../../../renderer/ui/format.ts'

const NOW = Date.parse('2026-03-02T14:30:00')
const MINUTE = 60_000

const LINK: Slave['link'] = {
  how: 'dialed',
  address: 'mini.local:9990',
  latencyMs: 4.2,
  bytesPerSecond: null,
  lastSeenAt: NOW - 3000,
  clockOffsetMs: null,
  capabilities: { resume: 1 },
  program: 'triphammer',
  leaseUntil: null,
}

function slave(part: Partial<Slave> = {}): Slave {
  return {
    id: 1 as Slave['id'],
    name: 'mini',
    kind: 'remote',
    tags: [],
    maxBuilds: 1,
    active: true,
    state: 'online',
    reason: '',
    since: NOW - 42_000,
    paused: null,
    draining: false,
    quarantine: null,
    missedAt: null,
    link: LINK,
    info: { version: '0.2.0' },
    building: [],
    ...part,
  }
}

const scene = (part: Partial<SlaveScene> = {}): SlaveScene => ({
  now: NOW,
  building: [],
  last: null,
  waiting: 0,
  ...part,
})

const at = (moment: number) => clock(moment)

test.each<[string, Partial<Slave>, Partial<SlaveScene>, string]>([
  ['that never built', {}, {}, 'idle: Idle, no build yet'],
  [
    'that built',
    {},
    { last: { name: 'docs #41', at: NOW - MINUTE } },
    `idle: Idle, last build docs #41, ${at(NOW - MINUTE)}`,
  ],
  ['that builds', {}, { building: ['calc #8', 'docs #2'] }, 'building: 2 builds, calc #8, docs #2'],
  [
    'whose link is lost',
    { state: 'lost', link: { ...LINK, leaseUntil: NOW + 9 * MINUTE } },
    { building: ['calc #8'] },
    `lost: Link lost 0:42, calc #8 goes on, lease to ${at(NOW + 9 * MINUTE)}`,
  ],
  [
    'that is paused by somebody until then, and waited for',
    { paused: { reason: 'updates', at: NOW, by: 'Ada', until: NOW + 20 * MINUTE } },
    { waiting: 2 },
    `paused: Paused by Ada, until ${at(NOW + 20 * MINUTE)}, “updates”, 2 requests wait`,
  ],
  [
    'that is paused and still builds',
    { paused: { reason: '', at: NOW, by: null, until: null } },
    { building: ['calc #8'] },
    'paused: Paused, calc #8 still runs',
  ],
  [
    'in quarantine',
    { quarantine: { until: NOW + MINUTE, failures: 3, reason: 'disk full' } },
    {},
    `quarantine: In quarantine until ${at(NOW + MINUTE)}, after 3 exceptions in a row: disk full`,
  ],
  [
    'that drains',
    { draining: true },
    { building: ['calc #8'] },
    'draining: Draining, goes after calc #8',
  ],
  [
    'that is offline',
    { state: 'offline', reason: 'said goodbye' },
    {},
    `offline: Offline since ${at(NOW - 42_000)}, said goodbye`,
  ],
  [
    'that is missed',
    { state: 'offline', missedAt: NOW },
    { waiting: 1 },
    `missing: Missing since ${at(NOW - 42_000)}, 1 request waits`,
  ],
  [
    'that never came',
    { state: 'offline', link: { ...LINK, how: 'dials-in', lastSeenAt: null } },
    {},
    'offline: Not attached yet, the master waits for it to dial in',
  ],
  [
    'that is started on demand',
    { state: 'offline', kind: 'docker', link: { ...LINK, how: 'on-demand' } },
    {},
    'asleep: Not started, starts when a build needs it',
  ],
])('a slave %s', (_, part, seen, words) => {
  const { sign, label, detail } = describeSlave(slave(part), scene(seen))
  expect(`${sign}: ${label}, ${detail}`).toBe(words)
})

test.each<[string, Partial<Slave>, string, string]>([
  ['attached', {}, 'heard 3 s ago', '0.2.0, 4 ms'],
  ['lost', { state: 'lost' }, 'trying to reach it', '0.2.0'],
  ['away', { state: 'offline' }, '3 s ago', '0.2.0'],
  ['local', { kind: 'local' }, 'pty, private socket', '0.2.0'],
  [
    'stock',
    { link: { ...LINK, program: 'buildbot-worker' }, info: { version: '3.7.0' } },
    'heard 3 s ago',
    'buildbot-worker 3.7.0, 4 ms',
  ],
])('the link of a slave that is %s', (_, part, link, program) => {
  expect(describeLink(slave(part), NOW)).toEqual({ link, program })
})
