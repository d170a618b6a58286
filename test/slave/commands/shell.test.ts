import '../../helpers/with-processes.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { quoted } from '../../../slave/commands/quoted.ts'
import { stepEnvironment } from '../../../slave/commands/shell.ts'
import { fakeMaster } from '../../helpers/fake-master.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { isAlive, isGone } from '../../helpers/processes.ts'

const at = (workdir = temporaryFolder('work')) => ({ workdir, logEnviron: false })

test('a command tells its streams apart, and how it ended', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const heard = await master.run('shell', {
    ...at(workdir),
    command: 'echo out; echo err >&2; exit 3',
  })
  expect([heard.rc, heard.failure, heard.output]).toEqual([
    3,
    null,
    {
      header: expect.stringMatching(
        new RegExp(
          `^echo out; echo err >&2; exit 3\nin ${workdir}\nexit status 3 after [\\d.]+ s\n$`,
        ),
      ),
      stdout: 'out\n',
      stderr: 'err\n',
    },
  ])
})

test('a list is a program and its arguments, which no shell reads', async () => {
  const master = await fakeMaster()
  const heard = await master.run('shell', {
    ...at(),
    command: ['printf', '%s|', 'a b', '$HOME', "'"],
  })
  expect([heard.output.stdout, heard.output.header!.split('\n')[0]]).toEqual([
    "a b|$HOME|'|",
    `printf ${quoted('%s|')} 'a b' '$HOME' ''\\'''`,
  ])
})

test('bytes of every kind arrive as they were written', async () => {
  const master = await fakeMaster()
  const bytes = Buffer.from(Uint8Array.from({ length: 256 * 40 }, (_, i) => i % 256))
  const file = join(temporaryFolder(), 'bytes')
  writeFileSync(file, bytes)
  const heard = await master.run('shell', { ...at(), command: ['cat', file] })
  expect(heard.bytes.stdout!.equals(bytes)).toBe(true)
})

test('what a program writes just before it ends arrives whole', async () => {
  const master = await fakeMaster()
  const sizes = [1, 4095, 65_536, 1_000_000, 9_000_000]
  const heard = await Promise.all(
    sizes.map(size =>
      master.run('shell', { ...at(), command: `head -c ${size} /dev/zero | tr '\\0' x` }),
    ),
  )
  expect(heard.map(one => one.bytes.stdout!.length)).toEqual(sizes)
})

test('the end of the output waits for a master that is slow to take it', async () => {
  const master = await fakeMaster()
  const script = 'head -c 12000000 /dev/zero; echo end'
  master.hold(true)
  const command = master.start('shell', { ...at(), command: script })
  await command.accepted
  // Longer than the pipes of a program that has ended are usually waited for.
  await new Promise(resolve => setTimeout(resolve, 1500))
  const heldAt = command.receivedBytes
  master.hold(false)
  const heard = await command.done
  expect([heldAt < 9_000_000, heard.bytes.stdout!.length, heard.rc]).toEqual([true, 12_000_004, 0])
})

test('a fast program waits while the master does not answer', async () => {
  const master = await fakeMaster()
  master.hold(true)
  const command = master.start('shell', { ...at(), command: ['yes'] })
  await command.wrote('y\n')
  const samples: number[] = []
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    samples.push(command.receivedBytes)
  }
  await command.interrupt('enough')
  master.hold(false)
  await command.done
  expect([samples.at(-1), Math.max(...samples) < 8 * 1024 * 1024]).toEqual([samples.at(-2), true])
})

test('the command ends with its program, and not with what that left in the background', async () => {
  const master = await fakeMaster()
  const heard = await master.run('shell', {
    ...at(),
    build_marker: 'b1',
    command: 'sleep 600 & echo $!',
  })
  const pid = Number(heard.output.stdout)
  const alive = isAlive(pid)
  const left = await master.link.request('end_build', { build_marker: 'b1' })
  await isGone(pid)
  expect([heard.rc, alive, (left as string[]).map(one => one.replace(/\d+/, 'N')).sort()]).toEqual([
    0,
    true,
    ['sleep (pid N)'],
  ])
})

test('a background child that writes for ever does not keep the command', async () => {
  const master = await fakeMaster()
  const heard = await master.run('shell', {
    ...at(),
    build_marker: 'b2',
    command: 'yes & echo done',
  })
  await master.link.request('end_build', { build_marker: 'b2' })
  expect([heard.rc, heard.output.stdout!.includes('done\n')]).toEqual([0, true])
})

test.each([
  ['no output for 0.2 s', { timeout: 0.2 }, 'timeout_without_output'],
  ['ran longer than 0.2 s', { maxTime: 0.2 }, 'timeout'],
])('a command that %s is ended', async (why, limits, failureReason) => {
  const master = await fakeMaster()
  const heard = await master.run('shell', { ...at(), command: 'sleep 600', ...limits })
  expect([heard.rc, heard.failureReason, heard.output.header]).toEqual([
    -1,
    failureReason,
    expect.stringContaining(`\n${why}: ending the command\n`),
  ])
})

test('a command that says too much is ended', async () => {
  const master = await fakeMaster()
  const heard = await master.run('shell', { ...at(), command: ['yes'], max_lines: 1000 })
  expect([heard.rc, heard.failureReason]).toEqual([-1, 'max_lines_failure'])
})

test('output keeps a command from its limit of silence, also that of its log files', async () => {
  const master = await fakeMaster()
  const [ticking, logging] = await Promise.all([
    master.run('shell', {
      ...at(),
      command: 'for i in 1 2 3 4 5 6; do sleep 0.2; echo tick; done',
      timeout: 0.8,
    }),
    master.run('shell', {
      ...at(),
      command: 'for i in 1 2 3 4 5 6 7 8; do sleep 0.25; echo tick >> own.log; done',
      timeout: 1.6,
      logfiles: { own: 'own.log' },
    }),
  ])
  expect([ticking.rc, logging.rc, logging.output['log:own']]).toEqual([0, 0, 'tick\n'.repeat(8)])
})

test('a command is interrupted with a reason', async () => {
  const master = await fakeMaster()
  const command = master.start('shell', { ...at(), command: 'echo begun; sleep 600' })
  await command.wrote('begun')
  await command.interrupt('not needed any more')
  const heard = await command.done
  expect([heard.rc, heard.output.header]).toEqual([
    -1,
    expect.stringContaining('\ninterrupted (not needed any more): ending the command\n'),
  ])
})

test('a tree that ignores SIGTERM, forks twice and begins sessions of its own dies whole', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const other = temporaryFolder('work')
  const bystander = master.start('shell', {
    ...at(other),
    command: 'echo $$ > pid; echo; sleep 600',
  })
  await bystander.wrote('\n')
  writeFileSync(
    join(workdir, 'stubborn.sh'),
    `trap '' TERM HUP INT
     (setsid sh -c 'trap "" TERM; echo $$ >> pids; while :; do sleep 600; done' &) &
     (setsid setsid sh -c 'trap "" TERM; echo $$ >> pids; exec sleep 600' & ) &
     echo $$ >> pids
     while [ $(wc -l < pids) -lt 3 ]; do sleep 0.05; done
     echo ready
     while :; do sleep 600; done`,
  )
  const command = master.start('shell', {
    ...at(workdir),
    command: 'sh stubborn.sh',
    sigtermTime: 0.3,
  })
  await command.wrote('ready')
  const pids = readFileSync(join(workdir, 'pids'), 'utf8').trim().split('\n').map(Number)
  const before = pids.map(isAlive)
  await command.interrupt('enough')
  const heard = await command.done
  const after = pids.map(isAlive)
  const lives = isAlive(Number(readFileSync(join(other, 'pid'), 'utf8')))
  await bystander.interrupt('the end')
  expect([before, heard.rc, after, lives]).toEqual([
    [true, true, true],
    -1,
    [false, false, false],
    true,
  ])
})

test('a program that is not there is named', async () => {
  const master = await fakeMaster()
  const heard = await master.run('shell', { ...at(), command: ['no-such-program', 'a'] })
  expect([heard.rc, heard.output.header]).toEqual([
    127,
    expect.stringContaining(
      '"no-such-program" was not found. Is it installed, and in the slave\'s PATH?\n',
    ),
  ])
})

test('an argument that no system takes breaks the command, and nothing goes on', async () => {
  const master = await fakeMaster()
  const heard = await master.run('shell', {
    ...at(),
    command: ['echo', 'a\0b'],
    logfiles: { own: 'own.log' },
    timeout: 60,
  })
  await expect.poll(() => master.commands.busy).toBe(false)
  expect(heard.failure).toContain('null bytes')
})

test('a folder that can not be made breaks the command with words', async () => {
  const master = await fakeMaster()
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const heard = await master.run('shell', { workdir: join(file, 'sub'), command: 'true' })
  expect(heard.failure).toContain('ENOTDIR')
})

test('standard input is given, and is empty otherwise', async () => {
  const master = await fakeMaster()
  const [given, none] = await Promise.all([
    master.run('shell', { ...at(), command: ['cat'], initial_stdin: 'typed\n' }),
    master.run('shell', { ...at(), command: ['cat'] }),
  ])
  expect([given.output.stdout, none.output.stdout, none.rc]).toEqual(['typed\n', undefined, 0])
})

test('a program may open its outputs by name, as in a terminal', async () => {
  const master = await fakeMaster()
  const scripts = [
    'echo out > /dev/stdout; echo err >> /dev/stderr',
    'echo err | tee /dev/stderr | sed s/err/out/',
    'echo out > /proc/self/fd/1; echo err > /dev/fd/2',
    `python3 -c "open('/dev/stdout', 'w').write('out\\n'); open('/dev/stderr', 'a').write('err\\n')"`,
  ]
  for (const command of scripts) {
    const { rc, output } = await master.run('shell', { ...at(), command })
    expect({ command, rc, ...output }).toMatchObject({ rc: 0, stdout: 'out\n', stderr: 'err\n' })
    const inTerminal = await master.run('shell', { ...at(), command, usePTY: true })
    const lines = inTerminal.output.stdout!.trim().split('\r\n').sort()
    expect({ command, rc: inTerminal.rc, lines }).toEqual({ command, rc: 0, lines: ['err', 'out'] })
  }
})

test.each([
  ['with pipes', false],
  ['in a terminal', true],
])('a text that is too long for an argument runs all the same, %s', async (_, usePTY) => {
  const master = await fakeMaster()
  const filler = `# ${'-'.repeat(70)}\n`.repeat(2000)
  const command = `set -e\necho "$0 $#"; LEFT=2\n${filler}echo $LEFT; (exit 7)\necho never\n`
  const heard = await master.run('shell', { ...at(), command, usePTY })
  expect([heard.rc, heard.output.stdout!.replaceAll('\r', '')]).toEqual([7, '/bin/sh 0\n2\n'])
})

test.each([
  [
    { command: ['echo', 'x'.repeat(140_000)] },
    /^One argument has 140000 bytes, and this system takes 131071\. Write it into a file/m,
  ],
  [
    { command: 'true', env: { LONG: 'x'.repeat(140_000) } },
    /^The variable LONG has 140000 bytes, and this system takes 131071 with its name\./m,
  ],
  [
    { command: ['echo', ...Array.from({ length: 40 }, () => 'x'.repeat(100_000))] },
    /^"echo" could not be started: its arguments and its environment together are longer than/m,
  ],
])('what no system takes is told with what to do, %#', async (args, words) => {
  const master = await fakeMaster()
  const heard = await master.run('shell', { ...at(), ...args })
  expect([heard.rc, heard.failure, heard.output.header]).toEqual([
    127,
    null,
    expect.stringMatching(words),
  ])
})

test('a step in a terminal has one', async () => {
  const master = await fakeMaster()
  const command = 'test -t 0 && test -t 1 && test -t 2 && echo yes; stty size'
  const [inPty, onPipes] = await Promise.all([
    master.run('shell', { ...at(), command, usePTY: true }),
    master.run('shell', { ...at(), command }),
  ])
  expect([inPty.output.stdout, onPipes.output.stdout]).toEqual(['yes\r\n30 120\r\n', undefined])
})

test('a terminal loses nothing of what a program writes before it ends', async () => {
  const master = await fakeMaster()
  const heard = await Promise.all(
    [1, 5000, 300_000].map(size =>
      master.run('shell', {
        ...at(),
        usePTY: true,
        command: `head -c ${size} /dev/zero | tr '\\0' x`,
      }),
    ),
  )
  expect(heard.map(one => one.bytes.stdout!.length)).toEqual([1, 5000, 300_000])
})

test('a program in a terminal is ended by its limit, and by a signal it is not well', async () => {
  const master = await fakeMaster()
  const [limited, killed, absent] = await Promise.all([
    master.run('shell', { ...at(), usePTY: true, command: 'sleep 600', maxTime: 0.2 }),
    master.run('shell', { ...at(), usePTY: true, command: 'kill -9 $$' }),
    master.run('shell', { ...at(), usePTY: true, command: ['no-such-program'] }),
  ])
  expect([limited.rc, limited.failureReason, killed.rc, absent.rc]).toEqual([
    -1,
    'timeout',
    -1,
    127,
  ])
})

test("the environment is the slave's own one, changed as the arguments say", () => {
  const base = { PATH: '/bin', HOME: '/home/ada', GONE: 'x' }
  const own = (name: string) => `$\{${name}}`
  const env = {
    GONE: null,
    PATH: ['/opt/bin', own('PATH')],
    A: `in ${own('HOME')}`,
    B: own('NONE'),
  }
  const given = { PATH: '/opt/bin:/bin', HOME: '/home/ada', PWD: '/w', A: 'in /home/ada', B: '' }
  expect(stepEnvironment({ env, workdir: '/w' }, base)).toEqual(given)
  // What a master of ours has filled in is no template.
  expect(stepEnvironment({ env, workdir: '/w' }, base, ['A'])).toEqual({ ...given, A: env.A })
})
