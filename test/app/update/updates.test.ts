import { expect, test } from 'vitest'
import type { Release, UpdaterPort } from '../../../main/app/update/updater-port.ts'
import {
  INSTALL_MS,
  QUIET_MS,
  startUpdates,
  type UpdatesOptions,
} from '../../../main/app/update/updates.ts'
import type { UpdateStatus } from '../../../main/bridge/contract.ts'
import type { UpdateSettings } from '../../../main/host/state.ts'
import type { BuildId } from '../../../main/master/model.ts'
import { createFakeClock } from '../../helpers/clock.ts'

const DAY_MS = 24 * 3_600_000
const RELEASE: Release = {
  version: '1.1.0',
  files: [{ url: 'Triphammer-1.1.0.AppImage', sha512: 'x', size: 3 }],
  notes: 'Better.',
  signature: undefined,
}
const build = (id: number) => id as BuildId

function updating(given: Partial<UpdatesOptions> & { release?: Release | null } = {}) {
  const clock = createFakeClock()
  const trace: string[] = []
  const told: UpdateStatus[] = []
  const feed = {
    release: given.release === undefined ? RELEASE : given.release,
    check: undefined as Error | undefined,
    download: undefined as Error | undefined,
    verify: undefined as Error | undefined,
  }
  const world = {
    running: [] as BuildId[],
    waiting: false,
    prepare: async (_to: string) => {},
    settings: { check: true, channel: 'latest', apply: 'ask', tried: null } as UpdateSettings,
  }
  let builds = () => {}
  const port: UpdaterPort = {
    async check(channel) {
      trace.push(`check ${channel}`)
      if (feed.check) throw feed.check
      return feed.release
    },
    async download(onProgress) {
      trace.push('download')
      onProgress({ fraction: 0.5, bytesPerSecond: 10 })
      if (feed.download) throw feed.download
    },
    async verify() {
      trace.push('verify')
      if (feed.verify) throw feed.verify
    },
    install: () => void trace.push('install'),
  }
  const updates = startUpdates({
    version: '1.0.0',
    installed: { kind: 'replaceable' },
    outcome: null,
    openPort: async () => port,
    feedKeys: null,
    clock,
    random: () => 0.5,
    settings: {
      get: () => world.settings,
      set: settings => {
        world.settings = settings
      },
    },
    runningBuilds: () => world.running,
    anyWaiting: () => world.waiting,
    onBuilds: listener => {
      builds = listener
      return () => {}
    },
    hold: reason => void trace.push(reason === null ? 'release' : 'hold'),
    prepare: async to => {
      trace.push(`prepare ${to}`)
      await world.prepare(to)
    },
    leave: async () => void trace.push('leave'),
    startAgain: () => void trace.push('start again'),
    tell: status => told.push(status),
    log: () => {},
    ...given,
  })
  /** Lets builds begin or end. */
  const run = (...running: BuildId[]) => {
    world.running = running
    builds()
  }
  const phase = () => updates.status().phase
  const ready = async () => {
    await updates.check()
    await expect.poll(() => phase().kind).toBe('ready')
  }
  return { updates, clock, trace, told, feed, world, run, phase, ready }
}

const GOING = ['hold', 'verify', 'prepare 1.1.0', 'leave', 'install']

test('it looks soon after the start and then once a day', async () => {
  const { clock, trace } = updating({ release: null })

  clock.advance(20_000)
  await expect.poll(() => clock.waiting).toBe(1)
  clock.advance(DAY_MS)
  await expect.poll(() => trace).toEqual(['check latest', 'check latest'])
})

test('a person may not want it to look', () => {
  const { updates, clock } = updating()
  updates.configure({ check: false })
  const other = updating()
  other.world.settings = { ...other.world.settings, check: false }

  expect(clock.waiting).toBe(1)
})

test('a newer version is downloaded, and then waits for a word', async () => {
  const { phase, ready, trace } = updating()

  await ready()

  expect(phase()).toEqual({ kind: 'ready', version: '1.1.0', notes: 'Better.', apply: 'ask' })
  expect(trace).toEqual(['check latest', 'download'])
})

test('said so, it goes in: backup, stop, swap, in this order', async () => {
  const { updates, ready, trace } = updating()
  await ready()

  expect(updates.apply({ how: 'now', agreed: [] })).toEqual({ kind: 'going' })
  await expect.poll(() => trace.slice(2)).toEqual(GOING)
})

test('an update that the system refuses stops nothing, and the person is told why', async () => {
  const { updates, ready, trace, feed, phase } = updating()
  await ready()
  feed.verify = new Error('macOS does not take this update: code signature invalid')

  updates.apply({ how: 'now', agreed: [] })
  await expect.poll(() => phase().kind).toBe('failed')

  expect(trace.slice(2)).toEqual(['hold', 'verify', 'release'])
  expect(phase()).toMatchObject({ message: expect.stringContaining('code signature invalid') })
})

test('when the installer does not end this process, this version starts again', async () => {
  const { updates, ready, trace, clock } = updating()
  await ready()
  updates.apply({ how: 'now', agreed: [] })
  await expect.poll(() => trace).toContain('install')

  clock.advance(INSTALL_MS - 1)
  expect(trace).not.toContain('start again')
  clock.advance(1)

  expect(trace.at(-1)).toBe('start again')
})

test('consent is to the builds that were named; others that began since are asked about', async () => {
  const { updates, ready, run, trace } = updating()
  await ready()
  run(build(7), build(8))

  expect(updates.apply({ how: 'now', agreed: [build(7)] })).toEqual({
    kind: 'ask',
    builds: [build(7), build(8)],
  })
  expect(trace).not.toContain('prepare 1.1.0')
  expect(updates.apply({ how: 'now', agreed: [build(7), build(8)] }).kind).toBe('going')
  await expect.poll(() => trace.slice(2)).toEqual(GOING)
})

test('told to wait, it starts no more builds and goes in when the last has ended', async () => {
  const { updates, ready, run, trace } = updating()
  await ready()
  run(build(7), build(8))

  updates.apply({ how: 'wait', agreed: [] })
  run(build(8))
  expect(trace.slice(2)).toEqual(['hold'])
  run()
  await expect.poll(() => trace.slice(3)).toEqual(GOING)
})

test('what was chosen can be taken back', async () => {
  const { updates, ready, run, trace, phase } = updating()
  await ready()
  run(build(7))
  updates.apply({ how: 'wait', agreed: [] })

  updates.cancel()
  run()

  expect(trace.slice(2)).toEqual(['hold', 'release'])
  expect(phase()).toMatchObject({ kind: 'ready', apply: 'ask' })
})

test('chosen for a quiet moment, it waits until nothing has run or waited for a minute', async () => {
  const { updates, ready, run, trace, world, clock } = updating()
  await ready()
  updates.apply({ how: 'quiet', agreed: [] })
  clock.advance(QUIET_MS / 2)
  run(build(7))
  clock.advance(QUIET_MS)
  world.waiting = true
  run()
  clock.advance(QUIET_MS)
  expect(trace).not.toContain('prepare 1.1.0')

  world.waiting = false
  run()
  clock.advance(QUIET_MS)

  await expect.poll(() => trace).toContain('install')
})

test('a build that never ends is never ended for an update, offered for a month', async () => {
  const { updates, ready, run, trace, clock } = updating()
  await ready()
  run(build(7))
  updates.apply({ how: 'quiet', agreed: [] })

  for (let minute = 0; minute < 30 * 24 * 60; minute++) clock.advance(60_000)

  expect(trace).not.toContain('prepare 1.1.0')
})

test('chosen for a quit, it goes in at the quit and not before', async () => {
  const { updates, ready, trace } = updating()
  await ready()
  expect(await updates.onQuit()).toBe(false)
  updates.apply({ how: 'quit', agreed: [] })

  expect(await updates.onQuit()).toBe(true)

  expect(trace.filter(one => one !== 'release').slice(2)).toEqual(GOING)
})

test('an update whose backup fails is not begun, and builds start again', async () => {
  const { updates, ready, trace, world, phase } = updating()
  await ready()
  world.prepare = async () => {
    throw new Error('the disk is full')
  }

  updates.apply({ how: 'now', agreed: [] })
  await expect.poll(() => phase().kind).toBe('failed')

  expect(trace.slice(2)).toEqual(['hold', 'verify', 'prepare 1.1.0', 'release'])
  expect(phase()).toEqual({
    kind: 'failed',
    message: 'Version 1.1.0 was not installed, and nothing was changed: the disk is full',
  })
})

test('an update that did not take twice is not tried again; a newer one is', async () => {
  const { updates, ready, trace, world, phase, feed } = updating()
  world.settings = { ...world.settings, tried: { version: '1.1.0', failures: 1 } }
  await ready()
  updates.apply({ how: 'now', agreed: [] })
  await expect.poll(() => trace).toContain('install')

  // The same version starts again.
  const again = updating()
  again.world.settings = world.settings
  await again.updates.check()
  expect(again.phase()).toEqual({ kind: 'given-up', version: '1.1.0', failures: 2 })

  again.feed.release = { ...RELEASE, version: '1.1.1' }
  await again.ready()
  expect(phase().kind).toBe('preparing')
  expect(feed.release?.version).toBe('1.1.0')
})

test('once the new version runs, nothing is held against it', () => {
  const settings: UpdateSettings = {
    check: false,
    channel: 'latest',
    apply: 'ask',
    tried: { version: '1.1.0', failures: 2 },
  }
  let now = settings
  updating({ version: '1.1.0', settings: { get: () => now, set: one => void (now = one) } })

  expect(now.tried).toBeNull()
})

test('a feed that is not signed by us downloads nothing', async () => {
  const { updates, trace, phase } = updating({ feedKeys: [] })

  await updates.check()

  expect(trace).toEqual(['check latest'])
  expect(phase()).toEqual({
    kind: 'failed',
    message:
      'The release 1.1.0 is not signed by Triphammer; nothing was downloaded. Nothing was changed; it is tried again later.',
  })
})

test('a copy that a package manager owns only tells what to type', async () => {
  const { updates, trace, phase } = updating({
    installed: { kind: 'told', command: ({ version }) => `install ${version}` },
  })

  await updates.check()

  expect([trace, phase()]).toEqual([
    ['check latest'],
    { kind: 'found', version: '1.1.0', notes: 'Better.', command: 'install 1.1.0' },
  ])
})

test('a copy that can not be replaced says why, and asks nobody', async () => {
  const { updates, clock, phase } = updating({
    installed: { kind: 'never', reason: 'This is a checkout; git updates it.' },
  })

  await updates.check()

  expect(phase()).toEqual({ kind: 'off', reason: 'This is a checkout; git updates it.' })
  expect(clock.waiting).toBe(0)
})

test.each([
  ['ENOTFOUND', 'The update server was not found; is this machine online?'],
  [
    'ERR_CHECKSUM_MISMATCH',
    'The file that came is not the one that was announced, and was thrown away.',
  ],
  ['ERR_UPDATER_CHANNEL_FILE_NOT_FOUND', 'No release has been published at the update address.'],
  ['ENOSPC', 'There is no room on the disk for the download.'],
])('%s is told in words, and it is tried again in an hour', async (code, words) => {
  const { updates, feed, phase, clock, trace } = updating()
  feed.download = Object.assign(new Error('no'), { code })

  await updates.check()
  await expect.poll(() => phase().kind).toBe('failed')

  expect(phase()).toMatchObject({ message: expect.stringContaining(words.replace(/[.]$/, '')) })
  clock.advance(3_600_000)
  await expect.poll(() => trace.length).toBe(4)
})
