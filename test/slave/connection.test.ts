import '../helpers/with-processes.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeMaster } from '../helpers/fake-master.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { isGone } from '../helpers/processes.ts'

test('a slave introduces itself, with what it can do', async () => {
  const { link } = await fakeMaster()
  expect(await link.request('get_worker_info')).toMatchObject({
    version: 'test',
    triphammer: { rawOutput: 1, endBuild: 1 },
  })
})

test.each<[string, string, object, string]>([
  ['an unknown op', 'teleport', {}, 'unknown op "teleport"'],
  ['a command without an id', 'start_command', {}, 'command_id must be a text, not undefined'],
  [
    'an unknown command',
    'start_command',
    { command_id: 'x', command_name: 'fly', args: {} },
    'unknown command "fly"',
  ],
  [
    'a command that only JavaScript knows',
    'start_command',
    { command_id: 'x', command_name: 'constructor', args: {} },
    'unknown command "constructor"',
  ],
  [
    'arguments that are none',
    'start_command',
    { command_id: 'x', command_name: 'shell', args: [] },
    'args must be a map, not a list',
  ],
  [
    'a missing argument',
    'start_command',
    { command_id: 'x', command_name: 'stat', args: {} },
    'path must be a text, not undefined',
  ],
  [
    'settings of which some are missing',
    'set_worker_settings',
    { args: { buffer_size: 1 } },
    'buffer_timeout must be a number, not undefined',
  ],
  ['a message without words', 'print', {}, 'message must be a text, not undefined'],
])('%s is refused, and nothing was started', async (_, op, fields, message) => {
  const { link, commands } = await fakeMaster()
  await expect(link.request(op, fields as never)).rejects.toThrow(message)
  expect(commands.busy).toBe(false)
})

test('an id that runs is not given to a second command', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const first = master.start('shell', { workdir, command: 'echo on; sleep 600' }, { id: 'same' })
  await first.wrote('on')
  await expect(
    master.link.request('start_command', {
      command_id: 'same',
      command_name: 'stat',
      args: { path: '/' },
    }),
  ).rejects.toThrow('command "same" is already running')
  await first.interrupt('the end')
  expect((await first.done).rc).toBe(-1)
})

test('an interrupt of what does not run is no fault', async () => {
  const { link } = await fakeMaster()
  expect(await link.request('interrupt_command', { command_id: 'gone', why: 'x' })).toBe(null)
})

test('when the master is lost, what runs is ended', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const command = master.start('shell', { workdir, command: 'echo $$ > pid; echo; sleep 600' })
  await command.wrote('\n')
  const pid = Number(readFileSync(join(workdir, 'pid'), 'utf8'))
  master.link.close('gone')
  expect([await master.connection.ended, master.commands.busy, await isGone(pid)]).toEqual([
    'gone',
    false,
    true,
  ])
})

test('many commands run at once', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const heard = await Promise.all(
    Array.from({ length: 20 }, (_, i) => master.run('shell', { workdir, command: `echo ${i}` })),
  )
  expect(heard.map(one => one.output.stdout)).toEqual(
    Array.from({ length: 20 }, (_, i) => `${i}\n`),
  )
})

test('shutdown is answered, then the slave is told to go', async () => {
  const { link, console } = await fakeMaster()
  const answer = await link.request('shutdown')
  await new Promise(setImmediate)
  expect([answer, console]).toEqual([null, ['shutdown']])
})
