import { expect, test } from 'vitest'
import type { CommandHooks } from '../../../main/master/slaves/session.ts'
import { CAPABILITIES } from '../../../slave/protocol/capabilities.ts'
import { testAttachment } from '../../helpers/attachment.ts'
import { type FakeCommand, type FakeSlaveOptions, fakeSlave } from '../../helpers/fake-slave.ts'

async function attached(options: FakeSlaveOptions = {}) {
  const slave = await fakeSlave(options)
  const attachment = testAttachment({ handshakeMs: 200 })
  await attachment.take(slave.socket)
  return { slave, session: attachment.session!, troubles: attachment.troubles }
}

const hearing = () => {
  const heard: string[] = []
  const hooks: CommandHooks = {
    onOutput: async (stream, bytes) => void heard.push(`${stream}: ${Buffer.from(bytes)}`),
  }
  return { heard, hooks }
}

const told = (error: Error) => `${error.name}: ${error.message}`

test('a slave is asked who it is and told how to send; of its environment only what tells how builds end is kept', async () => {
  const { slave, session } = await attached({
    info: {
      basedir: '/b',
      environ: { TOKEN: 'x', LANG: 'C' },
      triphammer: { ...CAPABILITIES, later: 1 },
    },
  })
  expect([slave.asked, session.capabilities, session.info]).toEqual([
    ['get_worker_info', 'set_worker_settings', 'keep_builds'],
    CAPABILITIES,
    { basedir: '/b', triphammer: { ...CAPABILITIES, later: 1 }, variables: { LANG: 'C' } },
  ])
})

test.each<[string, FakeSlaveOptions, string]>([
  ['no map', { info: 'hello' }, 'ProtocolError: the worker info must be a map, not string'],
  [
    'capabilities that are none',
    { info: { triphammer: 5 } },
    'ProtocolError: triphammer must be a map, not number',
  ],
  [
    'no folder',
    { info: { triphammer: CAPABILITIES } },
    'ProtocolError: basedir must be a text, not undefined',
  ],
  [
    'an exception',
    {
      answer() {
        throw new Error('I am not well')
      },
    },
    'RemoteError: I am not well',
  ],
  [
    'nothing at all',
    { answer: () => new Promise(() => {}) },
    'LinkEndedError: the slave did not introduce itself',
  ],
])(
  'a slave that says %s of itself is not taken, and the link is closed',
  async (_, options, why) => {
    const slave = await fakeSlave(options)
    const taken = testAttachment({ handshakeMs: 200 }).take(slave.socket)
    expect([await taken.catch(told), await slave.link.ended]).toEqual([why, expect.any(String)])
  },
)

test('a command is started with its arguments, and ends as it says', async () => {
  const { slave, session } = await attached()
  const { heard, hooks } = hearing()
  const command = session.start('shell', { command: 'true' }, { ...hooks, builder: 'a #1' })
  const its = await slave.command()
  await its.output('stdout', 0, 'one')
  await its.output('header', 0, 'two')
  await its.update([
    ['failure_reason', 'timeout'],
    ['files', ['a', 'b']],
    ['stat', [1, 2]],
    ['of a newer slave', { any: 'thing' }],
  ])
  await its.end(-1)
  expect([its.name, its.args, heard, await command.done]).toEqual([
    'shell',
    { command: 'true' },
    ['stdout: one', 'header: two'],
    { rc: -1, elapsedS: 0.5, failureReason: 'timeout', files: ['a', 'b'], stat: [1, 2] },
  ])
})

test('a command may end before its start is answered', async () => {
  const { slave, session } = await attached({
    answer: op => (op === 'start_command' ? finishAtOnce() : undefined),
  })
  const command = session.start('mkdir', {})
  expect((await command.done).rc).toBe(0)

  async function finishAtOnce() {
    await slave.link.request('update', { command_id: 'c1', args: [['rc', 0]] })
    await slave.link.request('complete', { command_id: 'c1', args: null })
    return null
  }
})

test('output that comes twice is taken once, and a gap is told', async () => {
  const { slave, session, troubles } = await attached()
  const { heard, hooks } = hearing()
  session.start('shell', {}, hooks).done.catch(() => {})
  const its = await slave.command()
  await its.output('stdout', 0, 'abc')
  await its.output('stdout', 0, 'abc')
  await its.output('stdout', 1, 'bcde')
  await its.output('stdout', 9, 'z')
  expect([heard, troubles]).toEqual([
    ['stdout: abc', 'stdout: de', 'stdout: z'],
    ['4 bytes of stdout are missing'],
  ])
})

test('output is answered once it is stored', async () => {
  const { slave, session } = await attached()
  const stored = Promise.withResolvers<void>()
  const order: string[] = []
  session.start('shell', {}, { onOutput: () => stored.promise }).done.catch(() => {})
  const its = await slave.command()
  const answered = its.output('stdout', 0, 'a').then(() => order.push('answered'))
  await its.update([['elapsed', 1]])
  order.push('stored')
  stored.resolve()
  await answered
  expect(order).toEqual(['stored', 'answered'])
})

test.each<[string, (its: FakeCommand) => Promise<unknown>, string]>([
  ['breaks', its => its.complete('Traceback'), 'CommandCrashedError: Traceback'],
  [
    'does not say how it ended',
    its => its.complete(),
    'CommandCrashedError: the slave did not say how the command ended',
  ],
])('a command that %s rejects', async (_, act, why) => {
  const { slave, session } = await attached()
  const end = session.start('shell', {}).done.catch(told)
  await act(await slave.command())
  expect(await end).toBe(why)
})

test('a command that the slave refuses rejects with its words', async () => {
  const { session } = await attached({
    answer: op =>
      op === 'start_command' ? Promise.reject(new Error('unknown command')) : undefined,
  })
  expect(await session.start('fly', {}).done.catch(told)).toBe('RemoteError: unknown command')
})

test('every command is lost with its slave: running, just started, and started too late', async () => {
  const { slave, session } = await attached({
    // A slave that dies before it has answered.
    answer: (op, { command_name }) =>
      op === 'start_command' && command_name === 'second' ? new Promise(() => {}) : undefined,
  })
  const first = session.start('first', {})
  await slave.command()
  const second = session.start('second', {})
  while (slave.asked.length < 4) await new Promise(setImmediate)
  slave.own.terminate()
  await session.ended
  const third = session.start('third', {})
  const ends = await Promise.all([first, second, third].map(one => one.done.catch(e => e.name)))
  expect(ends).toEqual(['SlaveLostError', 'SlaveLostError', 'SlaveLostError'])
})

test.each<[string, string, object, string]>([
  ['an unknown command', 'update', { command_id: 'c9', args: [] }, 'there is no command "c9"'],
  ['no command', 'update', { args: [] }, 'command_id must be a text, not undefined'],
  ['updates that are none', 'update', { command_id: 'c1', args: 'x' }, 'args must be a list'],
  ['a pair that is none', 'update', { command_id: 'c1', args: ['x'] }, 'a pair must be a list'],
  [
    'an exit status that is none',
    'update',
    { command_id: 'c1', args: [['rc', 'good']] },
    'rc must be a number, not string',
  ],
  [
    'output without an offset',
    'update',
    { command_id: 'c1', args: [['triphammer_output', ['stdout', 'x', Buffer.from('')]]] },
    'the offset must be a whole number from 0, not string',
  ],
  [
    'a file that nobody asked for',
    'update_upload_file_write',
    { command_id: 'c1', args: Buffer.from('x') },
    'no file was asked for',
  ],
  ['an unknown op', 'teleport', { command_id: 'c1' }, 'unknown op "teleport"'],
])('a slave that sends %s is told so, and its command goes on', async (_, op, fields, why) => {
  const { slave, session } = await attached()
  const { done } = session.start('shell', {})
  const its = await slave.command()
  await expect(slave.link.request(op, fields as never)).rejects.toThrow(why)
  await its.end(0)
  expect((await done).rc).toBe(0)
})

test('blocks of a file are taken one after the other', async () => {
  const { slave, session } = await attached()
  const blocks: string[] = []
  const { done } = session.start(
    'upload_file',
    {},
    { onUpload: async bytes => void blocks.push(String(Buffer.from(bytes))) },
  )
  const its = await slave.command()
  for (const text of ['one', 'two'])
    await slave.link.request('update_upload_file_write', {
      command_id: its.id,
      args: Buffer.from(text),
    })
  await slave.link.request('update_upload_file_close', { command_id: its.id })
  await its.end(0)
  await done
  expect(blocks).toEqual(['one', 'two'])
})

test('what a build left is asked of slaves that can end it', async () => {
  const able = await attached()
  const unable = await attached({ info: { basedir: '/b', triphammer: { rawOutput: 1 } } })
  expect([
    await able.session.endBuild('b1'),
    await unable.session.endBuild('b1'),
    unable.slave.asked,
  ]).toEqual([['sleep (pid 7)'], [], ['get_worker_info', 'set_worker_settings']])
})

const COMMANDS = Object.fromEntries(
  ['shell', 'stat', 'upload_file', 'download_file'].map(name => [name, '3.1']),
)
const WORKER = { info: { basedir: '/b', version: '3.7.0', worker_commands: COMMANDS } }

test('a worker of Buildbot is told nothing that it does not know', async () => {
  let settings: unknown
  const { slave, session } = await attached({
    ...WORKER,
    answer(op, fields) {
      if (op === 'set_worker_settings') settings = fields.args
      return undefined
    },
  })
  const args = { command: 'true', workdir: '/b', brief: true, build_marker: 'b', max_lines: 5 }
  session.start('shell', args).done.catch(() => {})
  const its = await slave.command()
  expect([its.args, Object.keys(settings as object).sort(), session.capabilities]).toEqual([
    { command: 'true', workdir: '/b', logEnviron: false },
    ['buffer_size', 'buffer_timeout', 'max_line_length', 'newline_re'],
    {},
  ])
})

test('the text of a worker becomes bytes, and what comes after the exit status too', async () => {
  const { slave, session } = await attached(WORKER)
  const { heard, hooks } = hearing()
  const { done } = session.start('shell', {}, hooks)
  const its = await slave.command()
  await its.update([
    ['header', ['sh\n in /b\n', [2, 8], [1.5, 1.5]]],
    ['stdout', ['one\n\u{1f600}\n', [3, 5], [1.5]]],
    ['log', ['side', ['s\n', [1], []]]],
    ['rc', 3],
    ['elapsed', 0.5],
    ['stdout', ['no newline\n', [10], [1.5]]],
  ])
  await its.complete()
  expect([heard, await done]).toEqual([
    ['header: sh\n in /b\n', 'stdout: one\n\u{1f600}\n', 'log:side: s\n', 'stdout: no newline\n'],
    { rc: 3, elapsedS: 0.5, failureReason: null, files: [], stat: null },
  ])
})

test.each([
  [-1, 'command timed out: 5 seconds without output running [b"x"]', 'timeout_without_output'],
  [-1, 'command timed out: 5 seconds elapsed running [b"x"]', 'timeout'],
  [-1, 'command interrupted, attempting to kill', null],
  [3, 'command timed out: 5 seconds elapsed running [b"x"]', null],
])('an old worker ends with %i and "%s"', async (rc, header, failureReason) => {
  const { slave, session } = await attached(WORKER)
  const { done } = session.start('shell', {})
  const its = await slave.command()
  await its.update([
    ['header', ['\ncommand', [0], [1]]],
    ['header', [`\n${header}, attempting to kill\n`, [0], [1]]],
  ])
  await its.end(rc)
  expect((await done).failureReason).toBe(failureReason)
})

test.each([
  ['no list', 'x', 'stdout must be a list, not string'],
  ['no text', [5, [], []], 'the text of stdout must be a text, not number'],
  ['positions that are none', ['a\n', [-1], []], 'a position must be a whole number from 0'],
  ['times that are none', ['a\n', [1], ['now']], 'a time must be a number, not string'],
])('text with %s is refused', async (_, value, why) => {
  const { slave, session } = await attached(WORKER)
  session.start('shell', {}).done.catch(() => {})
  const its = await slave.command()
  await expect(its.update([['stdout', value]])).rejects.toThrow(why)
})

test('what a worker does not know is not asked of it', async () => {
  const { slave, session } = await attached(WORKER)
  expect([await session.start('rmfile', { path: '/b/x' }).done.catch(told), slave.asked]).toEqual([
    'TooOldError: the slave, version 3.7.0, is too old: it does not know the command "rmfile". Install a newer one, or give the builder another slave.',
    ['get_worker_info', 'set_worker_settings'],
  ])
})

test('a file is given out in the blocks that the slave asks for', async () => {
  const { slave, session } = await attached(WORKER)
  let file = Buffer.from('0123456789')
  session
    .start(
      'download_file',
      {},
      {
        async onDownload(length) {
          const block = file.subarray(0, length)
          file = file.subarray(length)
          return block
        },
      },
    )
    .done.catch(() => {})
  const { id } = await slave.command()
  const read = (length: number) =>
    slave.link.request('update_read_file', { command_id: id, length }).then(String)
  expect([
    await read(6),
    await read(6),
    await read(6),
    await slave.link.request('update_read_file_close', { command_id: id }),
  ]).toEqual(['012345', '6789', '', null])
  await expect(read(-1)).rejects.toThrow('length must be a whole number from 0, not number')
})

test('what a worker still runs for a link that was lost is ended when it is back', async () => {
  const attachment = testAttachment()
  const before = await fakeSlave(WORKER)
  await attachment.take(before.socket)
  const end = attachment.session!.start('shell', {}).done.catch(told)
  await before.command()
  before.own.terminate()
  const why = await end

  const interrupted: unknown[] = []
  const gone = Promise.withResolvers<void>()
  const after = await fakeSlave({
    ...WORKER,
    answer(op, { command_id, why }) {
      if (op === 'interrupt_command') {
        interrupted.push([command_id, why])
        gone.resolve()
      }
      return undefined
    },
  })
  await attachment.take(after.socket)
  await gone.promise
  expect([why, interrupted]).toEqual([
    expect.stringMatching(/^SlaveLostError: /),
    [['c1', 'its master lost it']],
  ])
})

test('what a master before this one left on a worker is ended when that attaches', async () => {
  const interrupted: unknown[] = []
  const both = Promise.withResolvers<void>()
  const slave = await fakeSlave({
    ...WORKER,
    answer(op, { command_id }) {
      if (op === 'interrupt_command' && interrupted.push(command_id) === 2) both.resolve()
      return undefined
    },
  })
  await testAttachment({ orphans: ['m/0/1', 'm/0/2'] }).take(slave.socket)
  await both.promise
  expect(interrupted).toEqual(['m/0/1', 'm/0/2'])
})
