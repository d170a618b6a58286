import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { beOn } from '../helpers/platform.ts'
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
