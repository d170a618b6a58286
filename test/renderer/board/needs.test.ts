import { expect, test } from 'vitest'
import type { RedBuilder } from '../../../main/master/db/red.ts'
import type { Builder, BuilderId, MasterEvent, Project, Slave } from '../../../main/master/model.ts'
import type { WaitReason } from '../../../main/master/process/waiting.ts'
import { type NeedsInput, needsOf } from '../../../renderer/board/needs.ts'

const NOW = 1_795_000_000_000
const MINUTE = 60_000
const builder = { id: 1 as BuilderId, name: 'calc' } as Builder

function input(part: Partial<NeedsInput> = {}): NeedsInput {
  return {
    now: NOW,
    builders: [builder],
    slaves: [],
    projects: [],
    queue: [],
    events: [],
    config: { good: true, problems: [] },
    disks: [{ slave: null, freeBytes: 80_000_000_000 }],
    red: [],
    ...part,
  }
}

const waiting = (reasons: readonly WaitReason[], minutes = 5) =>
  input({
    queue: [
      {
        builderId: builder.id,
        count: 2,
        oldestAt: NOW - minutes * MINUTE,
        reason: 'why',
        reasons,
      },
    ],
  })

const slave = (part: object) =>
  ({
    name: 'local',
    kind: 'local',
    state: 'online',
    active: true,
    since: NOW - 10 * MINUTE,
    paused: null,
    quarantine: null,
    missedAt: null,
    ...part,
  }) as Slave

const event = (kind: string, at: number) =>
  ({ kind, at, subject: 'x', detail: 'why' }) as MasterEvent

const kinds = (wanted: NeedsInput) => needsOf(wanted).map(need => need.kind)

test('where all is well, nobody is needed', () => {
  expect(kinds(input({ slaves: [slave({})] }))).toEqual([])
})

test.each<[string, readonly WaitReason[], number, boolean]>([
  ['no slave has the tag', [{ kind: 'no-tag', tags: ['arm'] }], 5, true],
  ['all slaves are busy', [{ kind: 'busy', slave: 'a', running: 1, maxBuilds: 1 }], 500, false],
  [
    'one is gone and one is busy',
    [
      { kind: 'gone', slave: 'a' },
      { kind: 'busy', slave: 'b', running: 1, maxBuilds: 1 },
    ],
    5,
    false,
  ],
  ['it was just away', [{ kind: 'away', slave: 'a', state: 'offline', reason: '' }], 0.5, false],
  ['it stays away', [{ kind: 'away', slave: 'a', state: 'offline', reason: '' }], 5, true],
  ['it starts', [{ kind: 'away', slave: 'a', state: 'starting', reason: '' }], 5, false],
  ['paused for ever', [{ kind: 'paused', slave: 'a', by: null, reason: '', until: null }], 5, true],
  ['paused for now', [{ kind: 'paused', slave: 'a', by: null, reason: '', until: NOW }], 5, false],
  ['nothing is known', [], 5, false],
])('waiting needs a person only when nothing else ends it: %s', (_, reasons, minutes, needed) =>
  expect(kinds(waiting(reasons, minutes))).toEqual(needed ? ['stuck'] : []),
)

test.each<[string, object, boolean]>([
  ['in quarantine', { quarantine: { until: NOW, failures: 3, reason: '' } }, true],
  ['missing', { state: 'offline', kind: 'remote', missedAt: NOW }, true],
  ['a remote one that is off', { state: 'offline', kind: 'remote' }, false],
  ['lost for long', { state: 'lost' }, true],
  ['lost just now', { state: 'lost', since: NOW - 1000 }, false],
  ['paused until later', { paused: { until: NOW + MINUTE } }, false],
  ['paused until somebody ends it', { paused: { until: null } }, true],
  ['no longer configured', { active: false, state: 'lost' }, false],
])('a slave needs a look when it does not come back by itself: %s', (_, part, needed) =>
  expect(kinds(input({ slaves: [slave(part)] }))).toEqual(needed ? ['slave'] : []),
)

test('a backup that was made since makes good for one that failed', () => {
  const failed = event('backup-failed', NOW - 2)
  expect([
    kinds(input({ events: [failed] })),
    kinds(input({ events: [event('backup-made', NOW - 1), failed] })),
  ]).toEqual([['backup'], []])
})

test('damage that was not told again since the start is mended', () => {
  const damaged = event('history-damaged', NOW - 5)
  expect([
    kinds(input({ events: [damaged, event('master-started', NOW - 9)] })),
    kinds(input({ events: [event('master-started', NOW - 1), damaged] })),
  ]).toEqual([['damage'], []])
})

test('the most urgent comes first', () => {
  const away = { state: 'away', since: NOW, reason: 'gone' } as const
  expect(
    kinds({
      ...waiting([{ kind: 'no-slave' }]),
      red: [{ builderId: builder.id } as RedBuilder, { builderId: 9 } as unknown as RedBuilder],
      disks: [{ slave: 'mini', freeBytes: 1000 }],
      config: { good: false, problems: [] },
      events: [event('history-damaged', NOW)],
      slaves: [slave({ state: 'lost' })],
      projects: [{ name: 'p', active: true, source: away } as unknown as Project],
    }),
  ).toEqual(['config', 'damage', 'disk', 'red', 'stuck', 'slave', 'source'])
})
