import { once } from 'node:events'
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Doors } from '../../main/http/doors.ts'
import { startHttp } from '../../main/http/server.ts'
import { later } from '../helpers/cleanup.ts'
import { testData } from '../helpers/data.ts'
import { testGate } from '../helpers/gate.ts'

// Who is let in by the HTTP doors, over real sockets.

const GUARDED = ['/api/v2/builders', '/cc.xml', '/badges/x.svg', '/download/logs/1', '/bridge/x']

test('a stranger is refused at every door, also with the cookie of an older version', async () => {
  const { ask } = await aServer()
  for (const path of GUARDED) {
    expect((await ask(path)).status).toBe(401)
    expect((await ask(path, { headers: { cookie: 'triphammer=x; session=y' } })).status).toBe(401)
    expect((await ask(path, { headers: { authorization: 'Bearer x' } })).status).toBe(401)
  }
  expect((await ask('/session')).json).toMatchObject({ signedIn: false })
})

test('a link lets a page in once; what it gets is in no cookie, and ends when it is ended', async () => {
  const { ask, signIn, gate } = await aServer()
  const ticket = gate.tickets.once()
  const session = await signIn(ticket)
  expect(session).toMatchObject({ status: 200, cookie: undefined })
  expect(await signIn(ticket)).toMatchObject({
    status: 403,
    json: { error: { message: 'That link was used before, or is older than ten minutes.' } },
  })
  const headers = { authorization: `Bearer ${session.json.token}` }
  const statuses = async () =>
    Promise.all(
      ['/api/v2/builders', '/session'].map(async path => (await ask(path, { headers })).json),
    )
  expect(await statuses()).toMatchObject([{ builders: [] }, { signedIn: true }])
  // A session can't make links by which one could come back after its end.
  expect((await ask('/ticket', { method: 'POST', headers })).status).toBe(403)

  expect(await ask('/session', { method: 'DELETE', headers })).toMatchObject({
    status: 200,
    json: { signedIn: false },
  })
  expect((await ask('/api/v2/builders', { headers })).status).toBe(401)
})

test('of a stranger no more is read than a link takes', async () => {
  const { signIn, gate } = await aServer()
  expect(await signIn('x'.repeat(100_000))).toMatchObject({ status: 413 })
  expect(await signIn('x'.repeat(1000))).toMatchObject({ status: 403 })
  // Without a length, too.
  const headers = { 'transfer-encoding': 'chunked' }
  expect(await signIn('x'.repeat(100_000), headers)).toMatchObject({ status: 413 })
  expect(await signIn(gate.tickets.once(), headers)).toMatchObject({ status: 200 })
})

test('a token of a session is good for no other desk', async () => {
  const [one, other] = [await aServer(), await aServer('other')]
  const { json } = await one.signIn(one.gate.tickets.once())
  const headers = { authorization: `Bearer ${json.token}` }
  expect((await other.ask('/api/v2/builders', { headers })).status).toBe(401)
  expect((await other.ask('/session')).json.desk).not.toBe(json.desk)
})

test('a page of another server is refused, whatever it shows', async () => {
  const { ask, gate, url } = await aServer()
  const { token } = gate.sessions.begin('')
  const authorization = `Bearer ${token}`
  const origin = 'http://127.0.0.1:1'
  for (const headers of [
    { origin, authorization },
    { host: 'evil.example:80', authorization },
  ])
    expect((await ask('/session', { headers })).status).toBe(403)
  expect(await opens(url, ['triphammer', `session.${token}`], { origin })).toBe('refused')
})

test('the line of a page wants its token among the protocols, and is cut when the session ends', async () => {
  const { gate, url } = await aServer()
  const { id, token } = gate.sessions.begin('')
  expect(await opens(url, [])).toBe('refused')
  expect(await opens(url, ['triphammer', 'session.x'])).toBe('refused')
  expect(await opens(url, [], { headers: { cookie: `triphammer=${token}` } })).toBe('refused')

  const socket = new WebSocket(`${url}/bridge`, ['triphammer', `session.${token}`])
  await once(socket, 'open')
  // What is answered does not hold the token.
  expect(socket.protocol).toBe('triphammer')
  const closed = once(socket, 'close')
  gate.sessions.end([id])
  expect((await closed)[0]).toBe(4401)
  expect(await opens(url, ['triphammer', `session.${token}`])).toBe('refused')
})

test('a download is opened by a pass for its address alone, as long as its session lasts', async () => {
  const { ask, gate } = await aServer()
  const { id, token } = gate.sessions.begin('')
  const headers = { authorization: `Bearer ${token}` }
  const pass = (path: string) =>
    ask('/session/pass', { method: 'POST', headers, body: JSON.stringify({ path }) })
  const { json } = await pass('/download/builds/1/a%20b.txt?plain=1')
  // It is let in: what is missing is the file.
  expect(await ask(json.url)).toMatchObject({
    status: 404,
    json: { error: { message: 'Build 1 has no file a b.txt.' } },
  })
  const shown = new URL(json.url, 'http://desk').searchParams.get('pass')
  for (const path of ['/download/builds/2/a%20b.txt', '/api/v2/builders', '/cc.xml'])
    expect((await ask(`${path}?pass=${shown}`)).status).toBe(401)
  expect((await pass('/api/v2/builders')).status).toBe(400)
  gate.sessions.end([id])
  expect((await ask(json.url)).status).toBe(401)
})

async function aServer(apiToken = 't') {
  const { data } = testData()
  const gate = testGate(apiToken)
  const news = { subscribe: () => () => {} }
  const doors = { master: { data }, handlers: {}, news, gate, staticDir: '', log() {} }
  const http = await startHttp({ ...doors, ticketUrl: () => null } as unknown as Doors, {
    host: '127.0.0.1',
    port: 0,
  })
  later(() => http.stop())
  const ask = (path: string, options: { method?: string; headers?: object; body?: string } = {}) =>
    new Promise<{ status: number; json: Json; cookie: unknown }>((resolve, reject) => {
      const { method = 'GET', headers = {}, body } = options
      const sent = request(`${http.url}${path}`, { method, headers: { ...headers } }, answer => {
        const parts: Buffer[] = []
        answer.on('data', part => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          const json = text.startsWith('{') ? JSON.parse(text) : {}
          resolve({ status: answer.statusCode!, json, cookie: answer.headers['set-cookie'] })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const signIn = (ticket: string, headers: object = {}) =>
    ask('/session', { method: 'POST', headers, body: JSON.stringify({ ticket }) })
  return { ask, signIn, gate, url: http.url }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes are looked into.
type Json = any

async function opens(url: string, protocols: string[], options = {}): Promise<string> {
  const socket = new WebSocket(`${url}/bridge`, protocols, options)
  const answer = await new Promise<string>(resolve => {
    socket.once('open', () => resolve('open'))
    socket.once('error', () => resolve('refused'))
  })
  socket.terminate()
  return answer
}
