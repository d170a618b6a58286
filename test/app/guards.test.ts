import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { guardContents, guardPermissions } from '../../main/app/guards.ts'
import { pageAddress } from '../../main/app/page-address.ts'
import type { AppPort, SessionPort } from '../../main/app/ports.ts'
import { FakeContents, fakeEvent } from './fake-electron.ts'

function guarded(devUrl?: string) {
  const app = new EventEmitter()
  const contents = new FakeContents()
  const opened: string[] = []
  const shell = {
    async openExternal(url: string) {
      opened.push(url)
    },
  }
  guardContents(app as unknown as AppPort, shell, pageAddress(devUrl), () => {})
  app.emit('web-contents-created', {}, contents)
  return { contents, opened }
}

test.each([
  ['app://triphammer/', true],
  ['app://triphammer/#/waterfall', true],
  ['app://triphammer.example.org/', false],
  ['app://elsewhere/', false],
  ['https://example.org/', false],
  ['http://127.0.0.1:8010/', false],
  ['file:///etc/passwd', false],
  ['about:blank', false],
  ['data:text/html,hello', false],
  ['javascript:alert(1)', false],
  ['not an address', false],
])('a page may go to %s: %s', (url, may) => {
  const { contents, opened } = guarded()

  expect(contents.navigate('will-frame-navigate', url)).toBe(may)
  expect(contents.navigate('will-redirect', url)).toBe(may)
  expect(opened).toEqual([])
})

test('a link to a download downloads, and the page stays', () => {
  const { contents } = guarded()

  expect(contents.navigate('will-frame-navigate', 'app://triphammer/download/logs/1')).toBe(false)

  expect(contents.downloads).toEqual(['app://triphammer/download/logs/1'])
})

test('a page from elsewhere downloads nothing', () => {
  const { contents } = guarded()
  contents.url = 'https://example.org/'

  contents.navigate('will-frame-navigate', 'app://triphammer/download/logs/1')

  expect(contents.downloads).toEqual([])
})

test('while developing, our page is that of Vite', () => {
  const { contents } = guarded('http://localhost:5173/')

  expect(contents.navigate('will-frame-navigate', 'http://localhost:5173/x')).toBe(true)
  expect(contents.navigate('will-frame-navigate', 'http://localhost:9/')).toBe(false)
  expect(pageAddress('http://localhost:5173/').origin).toBe('http://localhost:5173')
})

test('no window is opened; what is https is shown in the browser', () => {
  const { contents, opened } = guarded()
  const urls = [
    'https://example.org/docs',
    'http://example.org/',
    'file:///etc/passwd',
    'app://triphammer/',
    'triphammer://x',
    'smb://server/share',
    '',
  ]

  expect(urls.map(url => contents.openHandler!({ url }).action)).toEqual(urls.map(() => 'deny'))
  expect(opened).toEqual(['https://example.org/docs'])
})

test('no web view is attached', () => {
  const { contents } = guarded()
  const event = fakeEvent()

  contents.emit('will-attach-webview', event)

  expect(event.defaultPrevented).toBe(true)
})

test('our page may copy, and nothing else is granted', () => {
  type Request = (
    contents: null,
    permission: string,
    answer: (granted: boolean) => void,
    details: { requestingUrl: string },
  ) => void
  type Check = (contents: null, permission: string, origin: string) => boolean
  let request: Request = () => {}
  let check: Check = () => true
  let device: () => boolean = () => true
  const session = {
    setPermissionRequestHandler: (handler: Request) => (request = handler),
    setPermissionCheckHandler: (handler: Check) => (check = handler),
    setDevicePermissionHandler: (handler: () => boolean) => (device = handler),
  }
  guardPermissions(session as unknown as SessionPort, pageAddress(undefined))
  const may = (permission: string, url: string) => {
    let granted: boolean | undefined
    request(null, permission, answer => (granted = answer), { requestingUrl: url })
    return [granted, check(null, permission, url)]
  }

  for (const permission of ['clipboard-sanitized-write', 'fullscreen']) {
    expect(may(permission, 'app://triphammer/')).toEqual([true, true])
    expect(may(permission, 'https://example.org/')).toEqual([false, false])
  }
  for (const permission of ['clipboard-read', 'media', 'notifications', 'openExternal'])
    expect(may(permission, 'app://triphammer/')).toEqual([false, false])
  expect(device()).toBe(false)
})
