import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { gitIn } from '../../main/master/changes/git.ts'
import { mustBeReadable } from '../../main/master/changes/mac-privacy.ts'
import { toRequirement, unmetBy } from '../../main/master/process/requirements.ts'
import { factsOf } from '../../main/master/slaves/facts.ts'
import { socketPath } from '../../main/master/slaves/socket-path.ts'
import { programOf } from '../../slave/commands/program.ts'
import { scrubEnvironment } from '../../slave/environment.ts'
import { keepOutOfBackups } from '../../slave/keep-out.ts'
import { readVmStat } from '../../slave/memory.ts'
import { DialError } from '../../slave/protocol/dial.ts'
import { macVersion, readSystemVersion } from '../../slave/system-version.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT } from '../helpers/master.ts'
import { beOn, setVariable, standIns } from '../helpers/platform.ts'
import { eventually } from '../helpers/processes.ts'

test('a Mac is called by the version that its person knows, which a builder can require', () => {
  const plist = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>ProductName</key>
	<string>macOS</string>
	<key>ProductVersion</key>
	<string>26.1</string>
	<key>iOSSupportVersion</key>
	<string>26.1</string>
</dict>
</plist>
`
  const info = { platform: 'darwin', ...macVersion(plist) }
  const facts = factsOf(info)
  const unmet = ['>=14', '>=27'].map(range => unmetBy([toRequirement('osVersion', range)], facts))
  expect([info, facts.os, unmet[0], unmet[1]?.map(({ has }) => has)]).toEqual([
    { platform: 'darwin', os_pretty_name: 'macOS 26.1', os_version_id: '26.1' },
    'macos',
    [],
    ['26.1'],
  ])
})

test('Windows tells its version, too', () => {
  expect(readSystemVersion('win32').os_version_id).toBe(release())
})

test('git of /usr/bin is not started on a Mac without developer tools: it would open a dialogue', async () => {
  beOn('darwin')
  standIns({ 'xcode-select': 'exit 2' })
  const signal = new AbortController().signal
  const env = { PATH: '/usr/bin:/bin' }
  const why =
    "git is not installed yet: /usr/bin/git only asks for Apple's command line tools. Install them with: xcode-select --install"
  await expect(gitIn('/', env, signal)('--version')).rejects.toThrow(why)
  const workdir = temporaryFolder('work')
  const problems = [
    ['git', '--version'],
    ['sh', '-c', 'true'],
  ].map(command => programOf({ command, workdir }, env).problem)
  expect(problems).toEqual([why, undefined])

  // One of Homebrew is no stand-in; and once they are there, Apple's is not either.
  standIns({ git: 'echo git version 2.50.0' })
  const own = { PATH: process.env.PATH! }
  expect(await gitIn('/', own, signal)('--version')).toBe('git version 2.50.0\n')
  standIns({ 'xcode-select': 'echo /Library/Developer/CommandLineTools' })
  expect(await gitIn('/', env, signal)('--version')).toMatch(/^git version /)
})

test('a folder that macOS keeps from us is told with where to allow it', async () => {
  const denied = () => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' }))
  await mustBeReadable('/Users/ada/Documents/calc', denied)
  beOn('darwin')
  await expect(mustBeReadable('/Users/ada/Documents/calc', denied)).rejects.toThrow(
    'macOS does not let Triphammer read /Users/ada/Documents/calc. Allow it in System Settings, Privacy & Security, Files and Folders.',
  )
  await mustBeReadable(temporaryFolder('work'))
})

test('where there is no way to a slave, a Mac is told of the local network', async () => {
  beOn('darwin')
  const { explainDial } = await import('../../main/master/slaves/remote/trouble.ts')
  const error = new DialError('unreachable', 'EHOSTUNREACH')
  expect(explainDial(error, 'mini.local:9990').nextStep).toContain(
    'Privacy & Security, Local Network allows Triphammer',
  )
})

test('memory in use on a Mac is that of programs, not what caches have filled', () => {
  const text = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                6042.
Pages active:                            301200.
Pages inactive:                          299800.
Pages speculative:                         1200.
Pages wired down:                        130000.
Pages purgeable:                           5000.
"Translation faults":                 900000000.
File-backed pages:                       201000.
Anonymous pages:                         401000.
Pages stored in compressor:              300000.
Pages occupied by compressor:             74000.
`
  expect([readVmStat(text), readVmStat('vm_stat: not today')]).toEqual([600_000 * 16_384, null])
})

test('builds of an app from the Finder, which has no language, read text as UTF-8', () => {
  beOn('darwin')
  const langOf = (env: Record<string, string>) => scrubEnvironment(env, '/Applications/x').LANG
  expect([langOf({}), langOf({ LANG: 'de_DE.UTF-8' }), langOf({ LC_CTYPE: 'UTF-8' })]).toEqual([
    'en_US.UTF-8',
    'de_DE.UTF-8',
    undefined,
  ])
})

test('a socket whose path would be too long is in the home folder of a Mac, where nothing cleans up', () => {
  const home = temporaryFolder('home')
  setVariable('HOME', home)
  const far = `/${'x'.repeat(120)}`
  beOn('darwin')
  expect(dirname(socketPath(far, 'socket'))).toBe(join(home, '.triphammer'))
  expect(statSync(join(home, '.triphammer')).mode & 0o777).toBe(0o700)
})

test('build folders are kept out of backups, and on a Mac out of Time Machine and Spotlight, once', async () => {
  const [folder, heard] = [temporaryFolder('slave'), temporaryFolder('heard')]
  keepOutOfBackups(folder)
  expect(readdirSync(folder)).toEqual(['CACHEDIR.TAG'])
  beOn('darwin')
  standIns({ tmutil: `echo "$*" >> '${heard}/calls'` })
  keepOutOfBackups(folder)
  keepOutOfBackups(folder)
  const calls = () => existsSync(join(heard, 'calls')) && readFileSync(join(heard, 'calls'), 'utf8')
  expect(await eventually(calls, 'a call of tmutil')).toBe(`addexclusion ${folder}\n`)
  expect(readdirSync(folder)).toEqual(['.metadata_never_index', 'CACHEDIR.TAG'])
})

test('the packaged app says to macOS why it asks for the network and for folders', () => {
  const { mac } = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8'))
  expect(Object.keys(mac.extendInfo)).toEqual([
    'NSLocalNetworkUsageDescription',
    'NSDesktopFolderUsageDescription',
    'NSDocumentsFolderUsageDescription',
    'NSDownloadsFolderUsageDescription',
    'NSRemovableVolumesUsageDescription',
    'NSNetworkVolumesUsageDescription',
  ])
})
