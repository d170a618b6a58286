import { expect, test } from 'vitest'
import { CHANNELS, callHandler } from '../../main/bridge/call.ts'
import type { Handlers } from '../../main/bridge/contract.ts'

const RUBBISH: readonly unknown[] = [
  undefined,
  null,
  7,
  'text',
  {},
  [undefined, undefined],
  [Number.NaN],
  [[[]]],
  [{ id: -1, name: 'x'.repeat(1_000_000) }, 1],
  [nested(100_000)],
  nested(100_000),
]

function nested(depth: number): unknown {
  let inner: unknown = {}
  for (let i = 0; i < depth; i++) inner = { properties: inner }
  return inner
}

test('whatever is sent to whichever channel is refused in one short sentence, and nothing is logged', async () => {
  const logged: string[] = []
  const reached: string[] = []
  const handlers = Object.fromEntries(
    CHANNELS.map(channel => [channel, () => void reached.push(channel)]),
  ) as unknown as Handlers
  for (const channel of CHANNELS)
    for (const args of RUBBISH) {
      const reply = await callHandler(handlers, channel, args, text => void logged.push(text))
      if (!reply.ok) expect(reply.error).toMatch(/^[^\n]{1,300}$/)
    }
  expect([reached, logged]).toEqual([[], []])
})

test('properties that are nested too deeply are refused', async () => {
  const order = { builderId: 1, branch: null, revision: null, reason: '' }
  const reply = await callHandler(
    {} as Handlers,
    'build:force',
    [{ ...order, properties: { deep: nested(100_000) } }],
    () => {},
  )
  expect(reply).toEqual({
    ok: false,
    error: 'build:force: what was sent is nested more than 64 levels deep',
  })
})

test.each([
  ['branch', 'main\0x', 'holds a control character'],
  ['branch', 'main\nx', 'holds a control character'],
  ['branch', '-dash', 'begins with a dash'],
  ['revision', '--upload-pack=x', 'begins with a dash'],
])('a build of %s %j is refused before it is asked for', async (field, value, words) => {
  const order = { builderId: 1, branch: null, revision: null, reason: '', properties: {} }
  const reply = await callHandler(
    {} as Handlers,
    'build:force',
    [{ ...order, [field]: value }],
    () => {},
  )
  expect(reply).toEqual({
    ok: false,
    error: `build:force: ${field}: ${words}, which no name in git does`,
  })
})

test('a full disk is told in the sentence that is used everywhere', async () => {
  const handlers = {
    'backup:create': () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    },
  } as unknown as Handlers
  expect(await callHandler(handlers, 'backup:create', [], () => {})).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^the disk of the master is full, .*"triphammer check"/),
  })
})
