import { expect, test } from 'vitest'
import { describeWaiting, type WaitReason } from '../../../main/master/process/waiting.ts'

const now = new Date(2026, 2, 2, 10, 0).getTime()
const at = (hour: number, minute: number, day = 2) => new Date(2026, 2, day, hour, minute).getTime()
const node = (has: string | null) => ({ key: 'node', wanted: '>=20', has })
const cpus = { key: 'cpus', wanted: '>=8', has: '4' }
const paused = { kind: 'paused', slave: 'mini' } as const
const local = { slave: 'local' }

test.each<[string, readonly WaitReason[]]>([
  ['starts now', [{ kind: 'starts-now' }]],
  ['no slave has tag gpu', [{ kind: 'no-tag', tags: ['gpu'] }]],
  ['no slave has all of the tags gpu, linux', [{ kind: 'no-tag', tags: ['gpu', 'linux'] }]],
  [
    'no slave has node >=20 (local has 18.2.0, mini tells of none)',
    [
      { kind: 'unfit', ...local, unmet: [cpus, node('18.2.0')] },
      { kind: 'unfit', slave: 'mini', unmet: [node(null)] },
    ],
  ],
  [
    'local lacks cpus >=8 (it has 4); mini lacks node >=20',
    [
      { kind: 'unfit', ...local, unmet: [cpus] },
      { kind: 'unfit', slave: 'mini', unmet: [node(null)] },
    ],
  ],
  [
    'local is busy with 2 of 2; mini is paused by you until 18:00; big lacks node >=20 (it has 18.2.0)',
    [
      { kind: 'unfit', slave: 'big', unmet: [node('18.2.0')] },
      { ...paused, by: 'you', reason: '', until: at(18, 0) },
      { kind: 'busy', ...local, running: 2, maxBuilds: 2 },
    ],
  ],
  ['mini is paused: lunch', [{ ...paused, by: null, reason: 'lunch', until: null }]],
  [
    'mini is paused by you until Tue 09:30: a demo',
    [{ ...paused, by: 'you', reason: 'a demo', until: at(9, 30, 3) }],
  ],
  [
    'mini is paused until Mar 30 09:30',
    [{ ...paused, by: null, reason: '', until: at(9, 30, 30) }],
  ],
  [
    'mini is in quarantine until 14:07 after 3 exceptions (git: no such file)',
    [
      {
        kind: 'quarantine',
        slave: 'mini',
        until: at(14, 7),
        failures: 3,
        reason: 'git: no such file',
      },
    ],
  ],
  ['mini drains and takes no new builds', [{ kind: 'draining', slave: 'mini' }]],
  [
    'the link to mini is lost since 09:58',
    [{ kind: 'link-lost', slave: 'mini', since: at(9, 58) }],
  ],
  [
    'all slaves are busy: local with 2 of 2, mini with 1 of 1',
    [
      { kind: 'busy', ...local, running: 2, maxBuilds: 2 },
      { kind: 'busy', slave: 'mini', running: 1, maxBuilds: 1 },
    ],
  ],
  [
    'waits for lock gpu, held by calc-asan #120',
    ['local', 'mini'].map(slave => ({
      kind: 'lock',
      slave,
      lock: 'gpu',
      holders: ['calc-asan #120'],
    })),
  ],
  ['its build #7 still runs on local', [{ kind: 'same-builder', ...local, build: 7 }]],
])('%s', (words, reasons) => {
  expect(describeWaiting(reasons, now)).toBe(words)
})
