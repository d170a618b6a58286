import { expect, test } from 'vitest'
import type { AllLogsSearch, Answer } from '../../main/bridge/contract.ts'
import type { FoundLog, LogsCursor } from '../../main/master/data/search-logs.ts'
import type { LogId } from '../../main/master/model.ts'
import { openBridge } from '../helpers/bridge.ts'
import { testMaster } from '../helpers/master.ts'

const ESC = String.raw`\\033`
// Printed by the shell's printf.
const shell = (text: string) => ({ shell: ['sh', '-c', `printf '${text}'`], name: 'say' })
const CONFIG = {
  builders: [
    { name: 'one', steps: [{ ...shell(`first\\nnee${ESC.slice(1)}[31mdle\\nlast\\n`) }] },
    {
      name: 'two',
      steps: [
        { ...shell('Needle 1\\n10%% needle\\rdone      \\nneedle 2\\n') },
        { shell: 'exit 1' },
      ],
    },
    { name: 'many', steps: [{ shell: ['seq', '-f', 'line %g of many', '30'] }] },
  ],
}

async function desk() {
  const own = await testMaster({ config: CONFIG })
  const { ask, faults } = openBridge(own.master)
  return { ...own, faults, ask }
}

const PLAIN = { regex: false, ignoreCase: true, from: null }

type Ask = Awaited<ReturnType<typeof desk>>['ask']

/** To the end, answer by answer, as `builder #number step line: text`. */
async function findAll(ask: Ask, wish: Partial<AllLogsSearch> & { pattern: string }) {
  const found: FoundLog[] = []
  for (let from: LogsCursor | null = null; ; ) {
    const answer: Answer<'logs:search'> = await ask('logs:search', { ...PLAIN, ...wish, from })
    found.push(...answer.logs)
    from = answer.next
    if (from === null) break
  }
  return found.flatMap(log =>
    log.lines.map(
      ({ line, text, start, end }) =>
        `${log.builder} #${log.number} ${log.step} ${line}: ${text.slice(0, start)}<${text.slice(start, end)}>${text.slice(end)}`,
    ),
  )
}

test('all logs of all builds are searched, the newest build first, as they are read', async () => {
  const { ask, build } = await desk()
  await build('one')
  await build('two')
  await build('many')
  await build('one')
  const all = await findAll(ask, { pattern: 'needle' })
  // The header of a step names its command.
  const lines = (found: string[]) => found.filter(line => !line.includes('printf'))
  expect(lines(all).map(line => line.replace(/ \d+:/, ':'))).toEqual([
    'one #2 say: <needle>',
    'two #1 say: <Needle> 1',
    'two #1 say: <needle> 2',
    'one #1 say: <needle>',
  ])
  expect(
    lines(await findAll(ask, { pattern: 'needle', builder: 'two', ignoreCase: false })),
  ).toEqual([expect.stringMatching(/^two #1 say \d+: <needle> 2$/)])
  expect(lines(await findAll(ask, { pattern: 'needle', results: 2 })).length).toBe(2)
  expect(await findAll(ask, { pattern: 'needle', since: Date.now() + 60_000 })).toEqual([])
  expect(await findAll(ask, { pattern: '^needle \\d$', regex: true, ignoreCase: false })).toEqual([
    expect.stringMatching(/^two #1 say \d+: <needle 2>$/),
  ])
})

test('of one log some lines are told, and that it holds more', async () => {
  const { ask, build } = await desk()
  await build('many')
  const { logs, next } = await ask('logs:search', { ...PLAIN, pattern: 'of many' })
  expect([logs.length, logs[0]!.lines.length, logs[0]!.more, next]).toEqual([1, 20, true, null])
})

test('what can not be searched for is answered in one sentence', async () => {
  const { ask, build, faults } = await desk()
  await build('one')
  const why = (wish: object) =>
    ask('logs:search', { ...PLAIN, pattern: 'x', ...wish } as AllLogsSearch).then(
      () => 'nothing',
      (error: Error) => error.message,
    )
  expect(
    await Promise.all([
      why({ pattern: '' }),
      why({ pattern: '(', regex: true }),
      why({ builder: 'nobody' }),
      why({ pattern: 7 }),
      why({ results: 9 }),
      why({ since: -1 }),
      why({ from: { buildId: 1, logId: 1 } }),
      why({ from: { buildId: 999, logId: 999, line: 1e9, byte: 1e12, found: 0 } }),
    ]),
  ).toEqual([
    'say what to search for',
    'Invalid regular expression: /(/u: Unterminated group',
    'there is no builder "nobody"',
    expect.stringMatching(/^logs:search: pattern: /),
    expect.stringMatching(/^logs:search: results: /),
    expect.stringMatching(/^logs:search: since: /),
    expect.stringMatching(/^logs:search: from.line: /),
    'nothing',
  ])
  const noLog = 99 as LogId
  await expect(ask('log:piece', { logId: noLog, line: 0, from: 0 })).rejects.toThrow(
    'there is no log 99',
  )
  const from = { line: 0, byte: 0 }
  await expect(ask('log:outline', { logId: noLog, from })).rejects.toThrow('there is no log 99')
  await expect(ask('log:outline', { logId: noLog } as never)).rejects.toThrow('log:outline: from')
  const screen = { logId: noLog, first: 0, last: 9, rowless: [], above: 0 }
  await expect(ask('log:screen', screen)).rejects.toThrow('there is no log 99')
  await expect(ask('log:screen', { ...screen, rowless: [[1]] } as never)).rejects.toThrow(
    'log:screen: rowless',
  )
  const beyond = { logId: 1 as LogId, from: { line: 1e9, byte: 1e12 } }
  expect(await ask('log:outline', beyond)).toMatchObject({ marks: [], redraws: [], next: null })
  expect(await ask('log:piece', { logId: 1 as LogId, line: 1, from: 1e9 })).toMatchObject({
    text: '',
  })
  expect(faults).toEqual([])
})
