import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { quoteArgument } from '../../../slave/commands/windows-words.ts'
import { launchdEnd, launchdFiles } from '../../../slave/install/launchd.ts'
import { fleetingFolder, settleProgram } from '../../../slave/install/program.ts'
import { systemdEnd, systemdFiles } from '../../../slave/install/systemd.ts'
import { windowsEnd, windowsFiles } from '../../../slave/install/windows-task.ts'
import { stateFolder } from '../../../slave/state-folder.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT, testEnvironment } from '../../helpers/master.ts'

const SERVICE = {
  slave: 'mini',
  command: [
    '/opt/my node/bin/node',
    '/opt/s.mjs',
    '--name',
    'mini',
    '--basedir',
    '/b/100% "x" $HOME',
  ],
  path: '/usr/bin:/opt/a&b',
  stopS: 30,
}

test('the unit of systemd, to the letter', () => {
  const { file, content, start } = systemdFiles(SERVICE, '/home/ada/.config')
  expect(file).toBe('/home/ada/.config/systemd/user/triphammer-slave-mini.service')
  expect(content).toBe(`[Unit]
Description=Triphammer slave mini

[Service]
ExecStart="/opt/my node/bin/node" "/opt/s.mjs" "--name" "mini" "--basedir" "/b/100%% \\"x\\" $$HOME"
Environment="PATH=/usr/bin:/opt/a&b"
Restart=on-failure
RestartSec=10
# The slave ends its steps by itself, and their groups are its own to make.
KillMode=mixed
Delegate=yes
TimeoutStopSec=30

[Install]
WantedBy=default.target
`)
  expect(start.map(words => words.join(' '))).toEqual([
    'systemctl --user daemon-reload',
    'systemctl --user enable triphammer-slave-mini.service',
    'systemctl --user restart triphammer-slave-mini.service',
  ])
  expect(systemdEnd('mini', '/home/ada/.config').file).toBe(file)
  // One that drains may take as long as its builds do.
  expect(systemdFiles({ ...SERVICE, stopS: null }, '/c').content).toContain(
    'TimeoutStopSec=infinity',
  )
})

test.skipIf(spawnSync('systemd-analyze', ['--version']).error)(
  'systemd itself finds no fault in the unit (skipped where there is no systemd-analyze)',
  () => {
    const file = join(temporaryFolder('unit'), 'triphammer-slave-mini.service')
    const command = [process.execPath, ...SERVICE.command.slice(1)]
    const { content } = systemdFiles({ ...SERVICE, command }, '/c')
    writeFileSync(file, content)
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', file], {
      encoding: 'utf8',
      env: { ...testEnvironment(), XDG_RUNTIME_DIR: temporaryFolder('run') },
    })
    expect(stderr.split('\n').filter(line => line.includes('triphammer'))).toEqual([])
  },
)

test('the agent of launchd is a property list with the same words', () => {
  const { file, content, start } = launchdFiles(SERVICE, '/Users/ada', 501, 'gui')
  expect(file).toBe('/Users/ada/Library/LaunchAgents/org.triphammer.slave.mini.plist')
  expect(XMLValidator.validate(String(content))).toBe(true)
  const { dict } = new XMLParser().parse(String(content)).plist
  expect(dict.array.string).toEqual(SERVICE.command)
  expect([dict.string, dict.dict[0].string]).toEqual([
    ['org.triphammer.slave.mini', 'Interactive'],
    SERVICE.path,
  ])
  expect(start).toEqual([
    ['launchctl', 'enable', 'gui/501/org.triphammer.slave.mini'],
    ['launchctl', 'bootstrap', 'gui/501', file],
  ])
  expect(launchdEnd('mini', '/Users/ada', 501, String(content))).toEqual({
    file,
    stop: [['launchctl', 'bootout', 'gui/501/org.triphammer.slave.mini']],
    after: [],
  })
})

test('the task of Windows starts the same program when this user logs in', () => {
  const { file, content, start } = windowsFiles(SERVICE, 'C:\\s', 'DESK\\ada')
  const text = Buffer.from(content as Uint8Array).toString('utf16le')
  expect(text.codePointAt(0)).toBe(0xfeff)
  expect(XMLValidator.validate(text.slice(1))).toBe(true)
  const { Task } = new XMLParser().parse(text.slice(1))
  expect(Task.Actions.Exec.Command).toBe('conhost.exe')
  expect(Task.Actions.Exec.Arguments).toBe(
    '--headless "/opt/my node/bin/node" /opt/s.mjs --name mini --basedir "/b/100% \\"x\\" $HOME"',
  )
  expect(Task.Triggers.LogonTrigger.UserId).toBe('DESK\\ada')
  expect(start[0]!.slice(0, 4)).toEqual(['schtasks', '/Create', '/TN', 'Triphammer slave mini'])
  expect(windowsEnd('mini', 'C:\\s').file).toBe(file)
})

test.each([
  ['a', 'a'],
  ['', '""'],
  ['a b', '"a b"'],
  ['C:\\my dir\\', '"C:\\my dir\\\\"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['a\\"b', '"a\\\\\\"b"'],
  ['C:\\dir\\', 'C:\\dir\\'],
])('Windows is given %j as %s', (word, quoted) => {
  expect(quoteArgument(word)).toBe(quoted)
})

test('what npx fetched is copied to where npm does not clean up', () => {
  const cache = join(temporaryFolder('npm'), '_npx', 'abc123', 'node_modules')
  const entry = join(cache, 'triphammer-slave', 'slave.mjs')
  mkdirSync(join(cache, '.bin'), { recursive: true })
  mkdirSync(join(cache, 'triphammer-slave'))
  writeFileSync(entry, '// slave')
  symlinkSync('../triphammer-slave/slave.mjs', join(cache, '.bin', 'triphammer-slave'))
  const state = temporaryFolder('state')

  const settled = settleProgram({ node: '/usr/bin/node', entry }, state)
  expect(settled).toEqual({
    node: '/usr/bin/node',
    entry: join(state, 'program', 'node_modules', 'triphammer-slave', 'slave.mjs'),
  })
  expect(readFileSync(settled.entry, 'utf8')).toBe('// slave')
  // A newer version takes its place.
  writeFileSync(entry, '// newer')
  settleProgram({ node: '/usr/bin/node', entry }, state)
  expect(readFileSync(settled.entry, 'utf8')).toBe('// newer')
})

test('what somebody has put somewhere is started from there', () => {
  const program = { node: '/usr/bin/node', entry: '/opt/triphammer-slave/slave.mjs' }
  expect(settleProgram(program, '/nowhere')).toBe(program)
  expect(fleetingFolder('C:\\Users\\a\\_npx\\1f\\node_modules\\x\\s.mjs')).toBe(
    'C:\\Users\\a\\_npx\\1f\\node_modules',
  )
})

test('--install writes the unit, and says what is left to do where systemd does not run', () => {
  const home = temporaryFolder('home')
  const env = {
    ...testEnvironment(),
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    // A systemctl that has no session to speak with.
    PATH: join(home, 'bin'),
  }
  const run = (...args: string[]) => {
    const all = [join(ROOT, 'slave/main.ts'), ...args, '--name', 'mini']
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { env, encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }
  const installed = run('--install', '--listen', '9990', '--drain')
  const unit = join(home, 'config/systemd/user/triphammer-slave-mini.service')
  expect(installed).toEqual({
    status: 1,
    said: expect.stringMatching(
      /^wrote .*mini\.service, but it could not be started: systemctl is not on this machine\nStart it with: systemctl --user daemon-reload && .*\nIts log is .*slave\.log\.\n$/,
    ),
  })
  expect(readFileSync(unit, 'utf8')).toContain('"--name" "mini" "--listen" "[::]:9990" "--drain"\n')
  expect(statSync(unit).mode & 0o777).toBe(0o600)
  expect(run('--uninstall')).toEqual({
    status: 1,
    said: expect.stringMatching(/^removed .*Its keys, log and builds stay in/s),
  })
  expect(existsSync(unit)).toBe(false)
  expect(run('--uninstall')).toMatchObject({
    status: 1,
    said: expect.stringMatching(/^triphammer slave: no slave "mini" is installed: there is no /),
  })
  expect(run('--install', '--master', 'desk:1').said).toMatch(/no password: name a file/)
})

test('state has a place of its own on each system', () => {
  expect(stateFolder('mini', 'linux', {}, '/home/ada')).toBe(
    '/home/ada/.local/state/triphammer-slave/mini',
  )
  expect(stateFolder('mini', 'linux', { XDG_STATE_HOME: '/s' }, '/home/ada')).toBe(
    '/s/triphammer-slave/mini',
  )
  expect(stateFolder('mini', 'darwin', {}, '/Users/ada')).toBe(
    '/Users/ada/Library/Application Support/Triphammer Slave/mini',
  )
})
