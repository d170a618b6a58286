import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { browserName } from '../../main/http/browser-name.ts'
import { IDLE_MS, openSessions } from '../../main/http/sessions.ts'
import { createTickets } from '../../main/http/tickets.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const MINUTE = 60_000

function desk(apiToken = 'token') {
  const file = join(temporaryFolder('sessions'), 'sessions.json')
  const logged: string[] = []
  const time = { now: 1_800_000_000_000 }
  const open = (key = apiToken) =>
    openSessions({ file, apiToken: key, now: () => time.now, log: text => logged.push(text) })
  return { file, logged, time, open }
}

test('a session outlives the master, and its file is for this user alone and opens nothing', () => {
  const { file, open } = desk()
  const { id, token } = open().begin(FIREFOX)
  const text = readFileSync(file, 'utf8')

  expect([text.includes(token), statSync(file).mode & 0o777]).toEqual([false, 0o600])
  const next = open()
  expect([next.of(token), next.of(`${token}x`), next.of(''), next.of(id)]).toEqual([
    id,
    undefined,
    undefined,
    undefined,
  ])
  expect(next.list()).toMatchObject([{ id, browser: 'Firefox on Linux' }])
})

test('a session that is ended opens nothing, before or after a restart, and is told at once', () => {
  const { open } = desk()
  const sessions = open()
  const [one, other] = [sessions.begin(FIREFOX), sessions.begin('curl/8')]
  const ended: string[] = []
  sessions.onEnd(id => ended.push(id))

  expect(sessions.end([one.id, 'nobody'])).toBe(1)
  expect([ended, sessions.of(one.token), sessions.of(other.token)]).toEqual([
    [one.id],
    undefined,
    other.id,
  ])
  expect(open().of(one.token)).toBeUndefined()
})

test('a session is over when it was not used for a month, and a new API token ends them all', () => {
  const { open, time } = desk()
  const sessions = open()
  const { id, token } = sessions.begin(FIREFOX)
  time.now += IDLE_MS - 1
  expect(sessions.of(token)).toBe(id)
  time.now += IDLE_MS - 1
  expect(open('another').of(token)).toBeUndefined()
  expect(open().of(token)).toBe(id)
  time.now += IDLE_MS
  expect([open().of(token), open().list()]).toEqual([undefined, []])
})

test('a damaged file lets nobody in and stops nothing', () => {
  const { file, open, logged } = desk()
  writeFileSync(file, '[{"id": 1}]')
  const sessions = open()
  expect([sessions.list(), logged]).toEqual([[], [expect.stringContaining('is damaged')]])
  expect(sessions.of(sessions.begin(FIREFOX).token)).toBeDefined()
})

test('a ticket is good once, for ten minutes; that of the terminal as long as the master runs', () => {
  const time = { now: 0 }
  const tickets = createTickets(() => time.now)
  const [one, late] = [tickets.once(), tickets.once()]
  expect([tickets.take(one), tickets.take(one), tickets.take('')]).toEqual([true, false, false])
  time.now += 10 * MINUTE
  expect([
    tickets.take(late),
    tickets.take(tickets.lasting),
    tickets.take(tickets.lasting),
  ]).toEqual([false, true, true])
  expect(createTickets(() => 0).take(tickets.lasting)).toBe(false)
})

test('a pass opens one path, for a minute, and can be neither changed nor moved', () => {
  const time = { now: 0 }
  const tickets = createTickets(() => time.now)
  const pass = tickets.pass('/download/logs/1', 'me')
  const [session, end, signature] = pass.split('.') as [string, string, string]
  const opened = (path: string, shown: string) => tickets.sessionOfPass(path, shown)

  expect(opened('/download/logs/1', pass)).toBe('me')
  for (const [path, shown] of [
    ['/download/logs/2', pass],
    ['/download/logs/1', `you.${end}.${signature}`],
    ['/download/logs/1', `${session}.${Number(end) + 1}.${signature}`],
    ['/download/logs/1', `${session}.${end}.`],
    ['/download/logs/1', 'rubbish'],
  ] as const)
    expect(opened(path, shown)).toBeUndefined()
  time.now += MINUTE
  expect(opened('/download/logs/1', pass)).toBeUndefined()
})

test.each([
  [FIREFOX, 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19 Safari/605.1.15',
    'Safari on macOS',
  ],
  ['curl/8.5', 'a browser'],
])('%s is shown as %s', (userAgent, words) => {
  expect(browserName(userAgent)).toBe(words)
})
