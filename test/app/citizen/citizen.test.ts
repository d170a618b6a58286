import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCharge, wantsAwake } from '../../../main/app/citizen/awake.ts'
import { configAmong, linkAmong, placeOf } from '../../../main/app/citizen/deep-link.ts'
import { drawIcon } from '../../../main/app/citizen/icon.ts'
import {
  hasAutostart,
  healAutostart,
  isHiddenStart,
  type LoginFacts,
  setLogin,
} from '../../../main/app/citizen/login.ts'
import { noticeOf, noticeOfEvent, wantedOccasions } from '../../../main/app/citizen/notices.ts'
import type { DeskStanding } from '../../../main/app/citizen/standing.ts'
import { standingWords, trayMenu } from '../../../main/app/citizen/tray.ts'
import type { Build, BuildId, EventId } from '../../../main/master/model.ts'
import { EXCEPTION, FAILURE, type Result, SUCCESS, WARNINGS } from '../../../main/master/results.ts'
import { routes } from '../../../renderer/store/route.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const build = (id: number, results: Result | null) =>
  ({ id: id as BuildId, number: id, results, stateString: 'failed in test' }) as Build

describe('a notice', () => {
  test.each<[string, Result, Result | null, string, string]>([
    ['a failure', FAILURE, SUCCESS, 'failure', 'a b #2 failed'],
    ['a first failure', FAILURE, null, 'failure', 'a b #2 failed'],
    ['another failure', FAILURE, FAILURE, 'failure', 'a b #2 still fails'],
    ['a repair', SUCCESS, FAILURE, 'recovery', 'a b #2 is good again'],
    ['one with warnings', WARNINGS, SUCCESS, 'warnings', 'a b #2 has warnings'],
    [
      'a repair that still warns',
      WARNINGS,
      FAILURE,
      'recovery',
      'a b #2 passes again, with warnings',
    ],
    ['a good one', SUCCESS, SUCCESS, 'success', 'a b #2 is good'],
    ['an exception', EXCEPTION, SUCCESS, 'exception', 'a b #2 ended in an exception'],
  ])('of %s says so', (_what, now, before, occasion, title) => {
    const ended = {
      name: 'a b',
      build: build(2, now),
      before: before === null ? null : build(1, before),
    }

    expect(noticeOf(ended)).toMatchObject({ occasion, title, place: '/builds/a%20b/2' })
  })

  test('of a bisect says what was found, where its build is shown', () => {
    const event = { id: 1 as EventId, at: 0, kind: 'bisect-ended', detail: 'first bad is abc1234' }
    expect([
      noticeOfEvent({ ...event, subject: 'a #1 b #2' }),
      noticeOfEvent({ ...event, kind: 'config-loaded', subject: 'master.yml' }),
    ]).toEqual([
      {
        occasion: 'failure',
        title: 'a #1 b #2 was bisected',
        body: 'first bad is abc1234',
        builder: 'a #1 b',
        place: '/builds/a%20%231%20b/2',
      },
      null,
    ])
  })

  test('is shown as master.yml wants it; an empty list silences the desk', () => {
    expect([
      [...wantedOccasions([])],
      [...wantedOccasions([{ kind: 'mail', on: ['success'] }])],
      [...wantedOccasions([{ kind: 'desktop', on: ['success'] }])],
      [...wantedOccasions([{ kind: 'desktop', on: [] }])],
    ]).toEqual([
      ['failure', 'exception', 'recovery', 'slave-missing'],
      ['failure', 'exception', 'recovery', 'slave-missing'],
      ['success'],
      [],
    ])
  })
})

describe('a link', () => {
  test.each([
    ['triphammer://builds/calc/12', '/builds/calc/12'],
    ['triphammer://builds/a%20b/3?tab=log', '/builds/a%20b/3?tab=log'],
    ['triphammer://waterfall', '/waterfall'],
    ['triphammer://view/What%20is%20red', '/view/What%20is%20red'],
    ['triphammer://builds/../../settings', '/builds/settings'],
    ['triphammer://waterfall/?at=5', '/waterfall?at=5'],
  ])('%s leads to %s', (link, place) => {
    expect(placeOf(link)).toBe(place)
  })

  test('leads to every view of the window', () => {
    const views = Object.values(routes).filter(route => typeof route === 'string')
    expect(views).toContain('/waterfall')
    expect(views.map(view => placeOf(`triphammer:/${view}`))).toEqual(views)
  })

  test.each([
    'https://example.org/builds/calc/12',
    'triphammer://evil/builds',
    'triphammer:builds',
    'triphammer://builds/%E0%A4%A',
    `triphammer://builds/${'x'.repeat(3000)}`,
    '',
  ])('%s is not followed', link => {
    expect(placeOf(link)).toBeUndefined()
  })

  test('is found among the arguments of a start', () => {
    expect(linkAmong(['/opt/app', '--x', 'triphammer://slaves/mini'])).toBe(
      'triphammer://slaves/mini',
    )
  })

  test('is the settings for the own master.yml, by path or URL, and nothing for another one', () => {
    const of = (file: string) => linkAmong(['/opt/app', '--hidden', file], '/home/a b/T')
    expect([
      of('/home/a b/T/master.yml'),
      of('file:///home/a%20b/T/master.yml'),
      of('/home/a b/Downloads/master.yml'),
      of('/home/a b/T/other.yml'),
    ]).toEqual(['triphammer://settings', 'triphammer://settings', undefined, undefined])
    expect(configAmong(['/opt/app', 'file:///tmp/master.yml'])).toBe('/tmp/master.yml')
    // The program itself may lie in a folder of any name.
    expect(configAmong(['/tmp/master.yml', 'file://%'])).toBeUndefined()
  })
})

describe('an icon', () => {
  const shapes = [null, SUCCESS, WARNINGS, FAILURE, EXCEPTION] as const

  test('tells each kind of result by its shape alone', () => {
    const drawn = shapes.map(result => drawIcon(result, false, 16, true).pixels.toString('hex'))

    expect(new Set(drawn).size).toBe(shapes.length)
  })

  test('marks work that runs, and has as many pixels as it says', () => {
    const idle = drawIcon(SUCCESS, false, 32)
    const busy = drawIcon(SUCCESS, true, 32)

    expect([idle.pixels.length, idle.pixels.equals(busy.pixels)]).toEqual([32 * 32 * 4, false])
  })
})

describe('a tray', () => {
  const standing: DeskStanding = {
    worst: FAILURE,
    red: [{ name: 'calc', build: build(7, FAILURE) }],
    running: [{ name: 'site', build: build(8, null) }],
    waiting: 2,
    share: 0.5,
  }

  test('says how the desk stands', () => {
    expect([
      standingWords(standing),
      standingWords({ ...standing, worst: null, red: [], running: [], waiting: 0 }),
    ]).toEqual(['Triphammer: 1 red: calc; 1 build runs; 2 wait', 'Triphammer: nothing built yet'])
  })

  test('leads to what is red and to what runs', () => {
    const opened: string[] = []
    const menu = trayMenu(standing, {
      show: () => opened.push('show'),
      open: place => opened.push(place),
      quit: () => opened.push('quit'),
    })

    for (const item of menu) item.click?.(undefined as never, undefined, undefined as never)

    expect(opened).toEqual(['show', '/builds/calc/7', '/builds/site/8', '/waterfall', 'quit'])
  })
})

test('the machine is kept awake for builds on it, and not until the battery is empty', () => {
  const plugged = { onBattery: false, charge: 0.1 }

  expect([
    wantsAwake(true, 1, plugged),
    wantsAwake(true, 1, { onBattery: true, charge: 0.8 }),
    wantsAwake(true, 1, { onBattery: true, charge: 0.2 }),
    wantsAwake(true, 1, { onBattery: true, charge: null }),
    wantsAwake(true, 0, plugged),
    wantsAwake(false, 1, plugged),
  ]).toEqual([true, true, false, false, false, false])
})

test('the charge is read where the system has it', () => {
  const folder = temporaryFolder('power')
  mkdirSync(join(folder, 'AC'))
  mkdirSync(join(folder, 'BAT0'))
  writeFileSync(join(folder, 'BAT0', 'capacity'), '42\n')

  expect([readCharge(folder), readCharge(join(folder, 'none'))]).toEqual([0.42, null])
})

describe('starting at login', () => {
  const facts = (more: Partial<LoginFacts> = {}): LoginFacts => ({
    platform: 'linux',
    env: {},
    home: temporaryFolder('home'),
    execPath: '/opt/Triphammer/triphammer',
    args: ['--data=/home/a b/data "x"'],
    ...more,
  })

  test('is a file on Linux, with the words quoted as its readers want them', () => {
    const own = facts()
    const file = join(own.home, '.config/autostart/org.triphammer.desktop.desktop')
    setLogin({ setLoginItemSettings: () => {} }, true, own)
    const text = readFileSync(file, 'utf8')
    const was = hasAutostart(own)
    setLogin({ setLoginItemSettings: () => {} }, false, own)

    expect(text).toContain(
      'Exec=/opt/Triphammer/triphammer "--data=/home/a b/data \\"x\\"" --hidden\n',
    )
    expect([was, hasAutostart(own)]).toEqual([true, false])
  })

  test('names the AppImage, and not the mount that goes with it', () => {
    const own = facts({ env: { APPIMAGE: '/home/a/Triphammer.AppImage' } })
    setLogin({ setLoginItemSettings: () => {} }, true, own)
    const file = join(own.home, '.config/autostart/org.triphammer.desktop.desktop')

    expect(readFileSync(file, 'utf8')).toContain('Exec=/home/a/Triphammer.AppImage ')
  })

  test('names the AppImage of now after an update has given it a new name', () => {
    const own = facts({ env: { APPIMAGE: '/home/a/Triphammer-0.2.0.AppImage' } })
    const file = join(own.home, '.config/autostart/org.triphammer.desktop.desktop')
    const updated = { ...own, env: { APPIMAGE: '/home/a/Triphammer-0.3.0.AppImage' } }

    healAutostart(updated)
    expect(hasAutostart(updated)).toBe(false)
    setLogin({ setLoginItemSettings: () => {} }, true, own)
    healAutostart(updated)

    expect(readFileSync(file, 'utf8')).toContain('Exec=/home/a/Triphammer-0.3.0.AppImage ')
  })

  test('is without a window where the system says that it was the login', () => {
    const started = (wasOpenedAtLogin: boolean) => ({
      getLoginItemSettings: () => ({ wasOpenedAtLogin }) as Electron.LoginItemSettings,
    })

    expect({
      'linux, told': isHiddenStart(started(false), true, 'linux', ['triphammer', '--hidden']),
      'linux, by hand': isHiddenStart(started(true), true, 'linux', ['triphammer']),
      'macOS, at login': isHiddenStart(started(true), true, 'darwin', ['triphammer']),
      'macOS, by hand': isHiddenStart(started(false), true, 'darwin', ['triphammer']),
      'macOS, not asked for': isHiddenStart(started(true), false, 'darwin', ['triphammer']),
    }).toEqual({
      'linux, told': true,
      'linux, by hand': false,
      'macOS, at login': true,
      'macOS, by hand': false,
      'macOS, not asked for': false,
    })
  })

  test.each(['darwin', 'win32'] as const)("is the system's own affair on %s", platform => {
    const asked: object[] = []
    const app = { setLoginItemSettings: (settings: object) => void asked.push(settings) }
    setLogin(app, true, facts({ platform, args: [] }))

    expect(asked).toEqual([{ openAtLogin: true, args: ['--hidden'] }])
  })
})
