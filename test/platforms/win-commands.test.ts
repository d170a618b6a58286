import { expect, test, vi } from 'vitest'
import { later } from '../helpers/cleanup.ts'
import { beOn, driveC } from '../helpers/platform.ts'

const CMD = 'C:\\Windows\\system32\\cmd.exe'
const NODE = 'C:\\Program Files\\nodejs'
const ENV = { PATH: `C:\\Windows\\system32;${NODE}`, COMSPEC: CMD }
const WORKDIR = 'C:\\w'
const UTF8 = 'chcp 65001 >nul 2>&1'

async function programs() {
  beOn('win32')
  const read = driveC([CMD, `${NODE}\\node.exe`, `${NODE}\\npm.cmd`, `${NODE}\\npm`])
  const { programOf } = await import('../../slave/commands/program.ts')
  const of = (command: string | string[], stops = true, workdir = WORKDIR) =>
    programOf({ command, workdir }, ENV, stops)
  return { of, read }
}

test('a line is given to cmd.exe as it is, in UTF-8', async () => {
  const { of } = await programs()
  const { file, args, verbatim, problem } = of('echo "a b" & npm test\n')
  expect([file, args.join(' '), verbatim, problem]).toEqual([
    CMD,
    `/d /s /c "${UTF8}& echo "a b" & npm test"`,
    true,
    undefined,
  ])
})

test('each line of a text is a batch file of its own, and only the last good one ends it with 0', async () => {
  const { of, read } = await programs()
  const program = of(
    'npm ci\nrem then\nif exist a (\n  del a\n) else (\n  echo b ^\n c\n)\n\nnpm test',
  )
  const [, folder = ''] = /call "(.+)\\all\.cmd"/.exec(program.args.join(' ')) ?? []
  const file = (name: string) => read(`${folder}\\${name}.cmd`)?.split('\r\n').slice(0, -1)
  const check = ['if errorlevel 1 exit %errorlevel%', 'if not errorlevel 0 exit %errorlevel%']
  expect([
    program.args.join(' '),
    ...['all', 'line1', 'line2', 'line3', 'line4'].map(file),
  ]).toEqual([
    `/d /s /c "${UTF8}& call "${folder}\\all.cmd"& echo The text ended before its last line.>&2& exit 1"`,
    [
      '@echo off',
      ...['line1', 'line2', 'line3'].flatMap(name => [`call "%~dp0${name}.cmd"`, ...check]),
      'exit 0',
    ],
    ['npm ci'],
    ['if exist a (', '  del a', ') else (', '  echo b ^', ' c', ')'],
    ['npm test'],
    undefined,
  ])
  program.dispose()
  expect(file('all')).toBe(undefined)
})

test('without errexit the last line alone decides', async () => {
  const { cmdLinesOf } = await import('../../slave/commands/cmd-lines.ts')
  const lines = cmdLinesOf('a\nb', false)
  expect('files' in lines && lines.files['all.cmd']!.split('\r\n').slice(1, 5)).toEqual([
    'call "%~dp0line1.cmd"',
    'call "%~dp0line2.cmd"',
    'if errorlevel 1 exit %errorlevel%',
    'if not errorlevel 0 exit %errorlevel%',
  ])
})

test.each([
  [
    'a\n:again\nb',
    "Line 2 can't be run: on Windows each line of a text runs by itself, and a label",
  ],
  [
    'a\nif b goto again',
    "Line 2 can't be run: on Windows each line of a text runs by itself, and goto",
  ],
  [
    'setlocal\nb',
    "Line 1 can't be run: on Windows each line of a text runs by itself, and setlocal",
  ],
  [
    'a\necho (\nb\nc',
    "Line 2 can't be run: on Windows each line of a text runs by itself, and its par",
  ],
])('%j reaches over lines, and is refused with a sentence', async (text, begin) => {
  const { of } = await programs()
  expect(of(text).problem?.slice(0, begin.length)).toBe(begin)
})

test('what is found is what is started: a batch file by cmd.exe, a program by its path', async () => {
  const { of } = await programs()
  const npm = of(['npm', 'run', 'a b', '--', 'C:\\x y\\', 'x&y'])
  const node = of(['node', '-e', 'a "b"'])
  const odd = of(['npm', 'run', '50%'])
  expect([
    [npm.file, npm.args.at(-1), npm.verbatim],
    [node.file, node.args, node.verbatim],
    odd.problem,
  ]).toEqual([
    [CMD, `""${NODE}\\npm.cmd" run "a b" -- "C:\\x y\\\\" "x&y""`, true],
    [`${NODE}\\node.exe`, ['-e', 'a "b"'], undefined],
    `"npm" is a batch file (${NODE}\\npm.cmd), and cmd.exe, which runs it, would read " and % in an argument itself. Write the command as a text, in the way of cmd.exe.`,
  ])
})

test('cmd.exe is not asked to work on a share, where it would work in the folder of Windows', async () => {
  const { of } = await programs()
  expect([
    of('del /s /q build', true, '\\\\server\\share\\b').problem?.slice(0, 48),
    of(['node', 'x'], true, '\\\\server\\share\\b').problem,
  ]).toEqual(
    ['cmd.exe takes no folder of the network as its own', undefined].map(one => one?.slice(0, 48)),
  )
})

/** A node-pty that behaves as that of Windows does: a line instead of arguments, and strings. */
function windowsPty() {
  const calls: unknown[][] = []
  const tell: { data?: (text: string) => void; exit?: (one: object) => void } = {}
  const sizes: number[][] = []
  vi.doMock('node-pty', () => ({
    spawn(...args: unknown[]) {
      calls.push(args)
      return {
        pid: 4711,
        on() {},
        onData: (take: (text: string) => void) => (tell.data = take),
        onExit: (take: (one: object) => void) => (tell.exit = take),
        resize: (...size: number[]) => {
          if (sizes.length > 0) throw new Error('Cannot resize a pty that has already exited')
          sizes.push(size)
        },
      }
    },
  }))
  later(() => vi.doUnmock('node-pty'))
  return { calls, tell, sizes }
}

test('a terminal of Windows is given one line, and its text comes as bytes', async () => {
  beOn('win32')
  const { calls, tell, sizes } = windowsPty()
  const { startPty } = await import('../../slave/commands/pty.ts')
  const around = { cols: 80, rows: 24, cwd: WORKDIR, env: ENV }
  const text = { file: CMD, args: ['/d', '/s', '/c', '"npm test"'], verbatim: true }
  await startPty(text, around)
  const pty = await startPty({ file: 'C:\\a.exe', args: ['b c', 'd"e'] }, around)
  const heard: unknown[] = []
  pty.onOutput(bytes => heard.push(bytes))
  pty.resize(100, 30)
  expect(sizes).toEqual([])
  tell.data!('grün')
  pty.resize(120, 40)
  expect([calls.map(one => one[1]), heard, sizes, 'encoding' in (calls[0]![2] as object)]).toEqual([
    ['/d /s /c "npm test"', '"b c" "d\\"e"'],
    [Buffer.from('grün')],
    [[100, 30]],
    false,
  ])
})

test('the number of a program that broke is told as people know it', async () => {
  beOn('win32')
  const { describeExit } = await import('../../slave/commands/shell.ts')
  const told = [0, 1, 3_221_225_786].map(code => describeExit({ code, signal: null }, 1))
  expect(told.map(line => line.split(' after')[0])).toEqual([
    'exit status 0',
    'exit status 1',
    'exit status 3221225786 (0xC000013A)',
  ])
})
