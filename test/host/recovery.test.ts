import '../helpers/with-processes.ts'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RecoveryStatus } from '../../main/bridge/contract.ts'
import { type Host, type HostOptions, startHost } from '../../main/host/host.ts'
import { wordsOfMissingRights } from '../../main/host/recovery.ts'
import { prepareStores } from '../../main/master/upgrade/prepare.ts'
import { later } from '../helpers/cleanup.ts'
import { contentsOf } from '../helpers/contents.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { makeLargeRelease, releaseData } from '../helpers/releases.ts'

test('a history that is gone keeps the doors open for recovery, and for nothing else', async () => {
  const dataDir = await upgraded()
  rmSync(join(dataDir, 'history.sqlite'))
  const host = await start(dataDir, { http: { host: '127.0.0.1', port: 0 } })
  await until(host, status => status.phase === 'recovery')
  const ask = host.handlers
  expect(await ask['recovery:status']()).toMatchObject({
    phase: 'recovery',
    busy: null,
    facts: { ok: false, trouble: { kind: 'missing', file: 'history.sqlite' } },
  })
  await expect(async () => ask['desk:snapshot']()).rejects.toThrow('history.sqlite is gone')
  await expect(async () => ask['build:rebuild']({ id: 1 as never })).rejects.toThrow(
    '"triphammer check"',
  )
  expect(() => host.master.data).toThrow('history.sqlite is gone')

  const health = await fetch(`${host.http!.url}/healthz`)
  expect([health.status, await health.json()]).toMatchObject([503, { status: 'recovery' }])
  const authorization = `Bearer ${host.token}`
  const rest = await fetch(`${host.http!.url}/api/v2/builders`, { headers: { authorization } })
  expect([rest.status, await rest.json()]).toMatchObject([
    503,
    { error: { message: expect.stringContaining('is gone') } },
  ])
  expect(await ask['recovery:report']()).toContain('history.sqlite: missing')
  expect(await ask['recovery:show']({ what: 'log' })).toBe(join(dataDir, 'app.log'))
  expect(existsSync(join(dataDir, 'history.sqlite'))).toBe(false)
})

test('a start that may not write names the files, and other faults are not taken for that', () => {
  const dataDir = temporaryFolder('data')
  for (const name of ['history.sqlite', 'history.sqlite-wal'])
    writeFileSync(join(dataDir, name), '')
  const may = (path: string) => !path.endsWith('-wal')
  const denied = new Error('attempt to write a readonly database')
  expect(wordsOfMissingRights(dataDir, denied, may)).toMatch(
    /^this user may not write history\.sqlite-wal there\./,
  )
  expect(wordsOfMissingRights(dataDir, denied, () => true)).toBeUndefined()
  expect(wordsOfMissingRights(dataDir, new Error('broken'), may)).toBeUndefined()
})

test('what was put back by hand is taken up by trying again, at the same address', async () => {
  const dataDir = await upgraded()
  const path = join(dataDir, 'history.sqlite')
  const whole = readFileSync(path)
  writeFileSync(path, 'no database at all, but long enough to look like one. '.repeat(50))
  const host = await start(dataDir, { http: { host: '127.0.0.1', port: 0 } })
  await until(host, status => status.phase === 'recovery')
  const { url } = host.http!
  await host.handlers['recovery:retry']()
  await until(host, status => status.phase === 'recovery')
  writeFileSync(path, whole)
  await host.handlers['recovery:retry']()
  await host.whenRunning
  expect([host.http!.url, (await host.handlers['desk:snapshot']()).builds.length]).toEqual([
    url,
    11,
  ])
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test('a history that nobody here understands can still be exported', async () => {
  const dataDir = await upgraded()
  const path = join(dataDir, 'history.sqlite')
  const file = readFileSync(path)
  file.writeUInt32BE(99, 60)
  writeFileSync(path, file)
  const host = await start(dataDir)
  await until(host, status => status.phase === 'recovery')
  const full = temporaryFolder('full')
  writeFileSync(join(full, 'a file'), '')
  await expect(host.handlers['recovery:export']({ into: full })).rejects.toThrow(full)
  expect(await host.handlers['recovery:status']()).toMatchObject({
    failed: expect.stringContaining(full),
  })
  const into = join(temporaryFolder('export'), 'all')
  expect(await host.handlers['recovery:export']({ into })).toBe(into)
  expect(readdirSync(into)).toEqual(expect.arrayContaining(['export.json', 'history', 'logs']))
  expect(readFileSync(path).equals(file)).toBe(true)
})

test('an empty start moves aside what was there, which can be restored', async () => {
  const dataDir = await upgraded()
  rmSync(join(dataDir, 'logs.sqlite'))
  const host = await start(dataDir)
  await until(host, status => status.phase === 'recovery')
  await host.handlers['recovery:startEmpty']()
  await host.whenRunning
  expect((await host.handlers['desk:snapshot']()).builds).toEqual([])
  await host.stop()
  const [aside] = readdirSync(join(dataDir, 'backups')).filter(name => name.startsWith('replaced'))
  expect(existsSync(join(dataDir, 'backups', aside!, 'history.sqlite'))).toBe(true)

  writeFileSync(join(dataDir, 'history.sqlite'), '')
  const again = await start(dataDir)
  await until(again, status => status.phase === 'recovery')
  const status = await again.handlers['recovery:status']()
  const good =
    'facts' in status ? status.facts.backups.find(one => one.name.startsWith('before')) : undefined
  await again.handlers['recovery:restore']({ name: good!.name })
  await again.whenRunning
  expect((await again.handlers['desk:snapshot']()).builds).toHaveLength(11)
})

test('doors are open while a large history is brought to this version, and it can be cancelled', async () => {
  const dataDir = temporaryFolder('large')
  makeLargeRelease('0.1.0', dataDir, 30_000)
  const before = contentsOf(dataDir)
  const host = await start(dataDir)
  const first = await host.handlers['recovery:status']()
  expect(first.phase).toBe('upgrading')
  await expect(async () => host.handlers['desk:snapshot']()).rejects.toThrow(
    'is being brought to version',
  )
  await host.handlers['recovery:cancel']()
  await until(host, status => status.phase === 'recovery')
  expect(await host.handlers['recovery:status']()).toMatchObject({
    facts: { trouble: { kind: 'cancelled' } },
  })
  expect(contentsOf(dataDir)).toBe(before)
  await host.handlers['recovery:retry']()
  await host.whenRunning
  expect((await host.handlers['desk:snapshot']()).events.map(event => event.kind)).toContain(
    'history-upgraded',
  )
})

test('a command that only looks says in one sentence why it can not', async () => {
  const dataDir = await upgraded()
  rmSync(join(dataDir, 'history.sqlite'))
  await expect(startHost({ dataDir, shell: 'headless', mode: 'dormant' })).rejects.toThrow(
    `${dataDir}/history.sqlite is gone, and there was a history`,
  )
})

async function upgraded(): Promise<string> {
  const dataDir = releaseData('0.1.0', 'clean')
  await prepareStores({ dataDir, version: 'test' })
  // No slave is needed for any of this.
  mkdirSync(join(dataDir, 'slaves'), { recursive: true })
  return dataDir
}

async function start(dataDir: string, options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await startHost({ shell: 'headless', ...options, dataDir })
  later(() => host.stop())
  return host
}

function until(host: Host, wanted: (status: RecoveryStatus) => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = () => wanted(host.recovery.status()) && resolve()
    host.recovery.onChange(look)
    look()
  })
}
