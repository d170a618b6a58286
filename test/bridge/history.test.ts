import '../helpers/with-processes.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callHandler } from '../../main/bridge/call.ts'
import type { Channel, Handlers } from '../../main/bridge/contract.ts'
import { personHandlers } from '../../main/bridge/person.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const trends = { from: 0, to: 1, parts: 1, builders: [] }
const tests = { builderId: null, search: '', order: 'name', limit: 1 }

test.each<[Channel, readonly unknown[], string]>([
  [
    'history:holdings',
    [{ project: null, branch: null, who: 'ada', before: null, limit: 1 }],
    'who',
  ],
  ['history:holdings', [{ project: null, branch: null, who: [], before: -1, limit: 1 }], 'before'],
  ['history:holdings', [{ project: 7, branch: null, who: [], before: null, limit: 1 }], 'project'],
  ['history:inside', ['1; DROP TABLE builds'], 'arguments'],
  ['history:trends', [{ ...trends, parts: 1e9 }], 'parts'],
  ['history:trends', [{ ...trends, builders: Array(13).fill(1) }], 'builders'],
  ['history:trends', [{ ...trends, from: Number.NaN }], 'from'],
  ['history:between', [{ a: 1 }], 'b'],
  ['history:tests', [{ ...tests, order: 'worst' }], 'order'],
  ['history:tests', [{ ...tests, search: 'x'.repeat(1001) }], 'search'],
  ['history:test', [{ builderId: 1, suite: null, name: '' }], 'suite'],
  ['history:load', [{ from: 0, to: 1, parts: 0, now: 1 }], 'parts'],
  ['history:vitals', [{ from: 0, to: 1, parts: 401 }], 'parts'],
  ['history:red', [1], 'arguments'],
  ['history:summary', [{ from: 0, to: 'now' }], 'to'],
  ['history:summary', [{ from: Number.POSITIVE_INFINITY, to: 1 }], 'from'],
  ['history:summary', [], 'arguments'],
  ['history:authors', [Array(2001).fill(1)], 'arguments'],
  ['history:authors', [['1; DROP TABLE builds']], '0'],
  ['history:days', [{ from: 0, to: 1, offsetMs: 0, by: 'tree' }], 'by'],
  ['history:lastEvents', [Array(51).fill('x')], 'arguments'],
])(
  '%s with rubbish is answered with one sentence that names what is wrong',
  async (channel, args, what) => {
    const logged: string[] = []
    // What can't be read reaches no handler.
    const reply = await callHandler({} as Handlers, channel, args, text => logged.push(text))
    expect(reply).toEqual({
      ok: false,
      error: expect.stringMatching(`^${channel}: ${what}.*: [^\n]+$`),
    })
    expect(logged).toEqual([])
  },
)

test('who sits here is what git says outside of any repository, or nobody', async () => {
  const home = temporaryFolder('person')
  const config = join(home, 'gitconfig')
  writeFileSync(config, '[user]\n  name = Ada Lindgren\n  email = ada@example.org\n')
  const env = { PATH: process.env.PATH!, GIT_CONFIG_NOSYSTEM: '1' }
  const asked = (more: object) => personHandlers({ ...env, ...more })['person:identity']()
  expect([
    await asked({ GIT_CONFIG_GLOBAL: config }),
    await asked({ GIT_CONFIG_GLOBAL: join(home, 'none') }),
    await asked({ PATH: home }),
  ]).toEqual([
    { name: 'Ada Lindgren', email: 'ada@example.org' },
    { name: null, email: null },
    { name: null, email: null },
  ])
})
