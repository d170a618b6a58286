import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { beOn, setVariable } from '../helpers/platform.ts'
import { eventually } from '../helpers/processes.ts'

test('a slave of Windows runs on pipes, and what it says is told as that of a terminal', async () => {
  beOn('win32')
  const { startInTerminal } = await import('../../main/master/slaves/pseudo-terminal.ts')
  let told = ''
  const program = {
    file: process.execPath,
    args: ['-e', 'console.log(process.stdout.isTTY ?? "on pipes"); console.error("ä")'],
    env: {},
    cwd: temporaryFolder(),
  }
  const { exited } = await startInTerminal(program, text => {
    told += text
  })
  // Its last words may come after the news of its end.
  await eventually(() => told.includes('ä') && told.includes('pipes'), 'its words')
  expect([await exited, told.split('\r\n').sort()]).toEqual([
    'it ended with exit status 0',
    ['', 'on pipes', 'ä'],
  ])
})

test('a script passes no signal on: the console tells the program, too, and kill would end it at once', async () => {
  beOn('win32')
  const lib: string = '../../scripts/lib.mjs'
  const { passSignals } = await import(lib)
  setVariable('npm_lifecycle_event', undefined)
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const before = names.map(name => process.listeners(name))
  const child = { kill: vi.fn() }
  passSignals(child)
  const added = names.map((name, i) => {
    const [mine] = process.listeners(name).filter(one => !before[i]!.includes(one))
    process.off(name, mine!)
    mine!(name)
    return typeof mine
  })
  expect([added, child.kill.mock.calls]).toEqual([['function', 'function', 'function'], []])
})
