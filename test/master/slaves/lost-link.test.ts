import '../../helpers/with-processes.ts'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Lease } from '../../../main/master/config/model.ts'
import { openPrivateSocket } from '../../../main/master/slaves/private-socket.ts'
import type { CommandHooks, RemoteCommand } from '../../../main/master/slaves/session.ts'
import { createCommandTable } from '../../../slave/command-table.ts'
import { serveMaster } from '../../../slave/connection.ts'
import { listenForMaster } from '../../../slave/listen.ts'
import { basicAuthorization } from '../../../slave/protocol/authorization.ts'
import { createSpool } from '../../../slave/spool.ts'
import { LEASE, testAttachment } from '../../helpers/attachment.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { eventually, isAlive, isGone } from '../../helpers/processes.ts'
import { createRandom } from '../../helpers/random.ts'
import { startRelay } from '../../helpers/relay.ts'

// A slave and a master's place for it, with a cable between them. The programs are real.
async function cabled(options: { lease?: Partial<Lease>; pingMs?: number } = {}) {
  const folder = temporaryFolder('slave')
  const said: string[] = []
  const console = {
    say: (topic: string, text: string) => said.push(`${topic}: ${text}`),
    started() {},
    ended() {},
  }
  const environment = { PATH: process.env.PATH! }
  const spool = createSpool(join(folder, '.spool'))
  const commands = createCommandTable({ environment, console, spool })
  const socketPath = join(folder, 's')
  const listening = await listenForMaster(socketPath, 'key', socket => {
    serveMaster(socket, {
      info: { basedir: folder },
      commands,
      console,
      onShutdown() {},
    })
  })
  const relay = await startRelay(socketPath)
  later(async () => {
    await attachment.stop()
    relay.cut()
    await commands.endAll('the test is over')
    listening.close()
  })
  const attachment = testAttachment({
    lease: { ...LEASE, ...options.lease },
    ...(options.pingMs !== undefined && { pingMs: options.pingMs }),
  })
  const heard = new Map<string, Buffer[]>()

  const desk = {
    folder,
    commands,
    relay,
    attachment,
    said,
    async connect() {
      const socket = openPrivateSocket(relay.path, '/', {
        headers: { Authorization: basicAuthorization('master', 'key') },
      })
      socket.on('error', () => {})
      await new Promise(resolve => socket.once('open', resolve))
      return attachment.take(socket)
    },
    shell(command: string, hooks: CommandHooks = {}): RemoteCommand {
      return attachment.session!.start(
        'shell',
        { workdir: folder, command, brief: true },
        {
          id: `build/0/${Math.random()}`,
          place: { build: 'build', step: 0 },
          async onOutput(stream, bytes) {
            heard.set(stream, [...(heard.get(stream) ?? []), Buffer.from(bytes)])
          },
          ...hooks,
        },
      )
    },
    heard: (stream = 'stdout') => Buffer.concat(heard.get(stream) ?? []).toString(),
    file: (name: string) =>
      eventually(() => {
        try {
          return readFileSync(join(folder, name), 'utf8') || undefined
        } catch {
          return undefined
        }
      }, name),
  }
  await desk.connect()
  attachment.session!.beginBuild('build')
  return desk
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('')
const told = (error: Error) => `${error.name}: ${error.message}`

async function lost({
  attachment,
}: {
  attachment: { session: unknown; states: readonly string[] }
}) {
  await eventually(() => attachment.states.at(-1)!.startsWith('lost'), 'the loss of the link')
}

test('a link that is cut again and again loses and doubles no byte', async () => {
  const seed = Date.now() % 100_000
  const random = createRandom(seed)
  const desk = await cabled()
  const command = desk.shell(
    'i=0; while [ $i -lt 20000 ]; do echo "line $i"; echo "other $i" >&2; i=$((i+1)); done; exit 3',
  )
  let over = false
  void command.done.then(() => {
    over = true
  })
  let cuts = 0
  while (!over) {
    desk.relay.cutAfter(random.int(1, 60_000 + cuts * 20_000))
    await Promise.race([lost(desk), command.done])
    if (over) break
    cuts++
    await desk.connect()
  }
  const { rc } = await command.done
  expect([rc, desk.heard() === lines(20_000), desk.attachment.troubles, seed]).toEqual([
    3,
    true,
    [],
    seed,
  ])
  expect(desk.heard('stderr')).toBe(lines(20_000).replaceAll('line', 'other'))
  expect(cuts).toBeGreaterThan(2)
})

test('a command goes on through a cut of ten minutes, and its end is told afterwards', async () => {
  const desk = await cabled()
  const command = desk.shell(
    'echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done > end; echo over',
  )
  await eventually(() => desk.heard() === 'begun\n', 'the beginning')
  desk.relay.cut()
  await lost(desk)
  desk.attachment.clock.advance(10 * 60_000)
  writeFileSync(join(desk.folder, 'go'), '')
  await desk.file('end')
  await desk.connect()
  expect([(await command.done).rc, desk.heard(), desk.attachment.states.at(-1)]).toEqual([
    0,
    'begun\nover\n',
    'online',
  ])
})

test('when its lease and grace are over a command is lost, and is ended when the slave is back', async () => {
  const desk = await cabled()
  const command = desk.shell('echo $$ > pid; sleep 600')
  const end = command.done.catch(told)
  const pid = Number(await desk.file('pid'))
  desk.relay.cut()
  await lost(desk)
  desk.attachment.clock.advance(LEASE.leaseMs + LEASE.graceMs)
  const ended = await end
  const before = isAlive(pid)
  await desk.connect()
  expect([ended, before, await isGone(pid), desk.commands.busy]).toEqual([
    'SlaveLostError: its lease is over',
    true,
    true,
    false,
  ])
})

test('a slave without a master ends what runs when its lease is over, and begins a new life', async () => {
  const desk = await cabled({ lease: { leaseMs: 150 } })
  const command = desk.shell('echo $$ > pid; sleep 600')
  const end = command.done.catch(told)
  const pid = Number(await desk.file('pid'))
  const { runId } = desk.commands
  desk.relay.cut()
  const gone = await isGone(pid)
  await desk.connect()
  expect([gone, await end, desk.commands.runId === runId, desk.attachment.states.at(-1)]).toEqual([
    true,
    'SlaveLostError: the slave was started anew',
    false,
    'online',
  ])
})

test('a half-open link is found by pings, and the next one takes up what runs', async () => {
  const desk = await cabled({ pingMs: 30 })
  const command = desk.shell('echo one; while [ ! -e go ]; do sleep 0.02; done; echo two')
  await eventually(() => desk.heard() === 'one\n', 'the beginning')
  desk.relay.freeze()
  await lost(desk)
  desk.relay.mend()
  await desk.connect()
  writeFileSync(join(desk.folder, 'go'), '')
  expect([(await command.done).rc, desk.heard(), desk.attachment.states.at(-2)]).toEqual([
    0,
    'one\ntwo\n',
    'lost: the other end stopped answering',
  ])
})

test('a slave that comes again while its old link is half open is taken at once', async () => {
  const desk = await cabled()
  const command = desk.shell('echo one; while [ ! -e go ]; do sleep 0.02; done; echo two')
  await eventually(() => desk.heard() === 'one\n', 'the beginning')
  desk.relay.freeze()
  desk.relay.mend()
  await desk.connect()
  writeFileSync(join(desk.folder, 'go'), '')
  expect([(await command.done).rc, desk.heard(), desk.attachment.states]).toEqual([
    0,
    'one\ntwo\n',
    ['online', 'online'],
  ])
})

test('what is asked for while the link is lost is done when it is back', async () => {
  const desk = await cabled()
  desk.shell('sleep 600').done.catch(() => {})
  desk.relay.cut()
  await lost(desk)
  const late = desk.shell('echo late')
  const stopped = desk.shell('echo $$ > pid; sleep 600')
  stopped.interrupt('not wanted any more')
  await desk.connect()
  expect([(await late.done).rc, (await stopped.done).rc, desk.heard()]).toEqual([0, -1, 'late\n'])
})

test('a build that is over while the link is lost is ended when the slave is back', async () => {
  const desk = await cabled()
  const end = desk.shell('echo $$ > pid; sleep 600').done.catch(told)
  const pid = Number(await desk.file('pid'))
  desk.relay.cut()
  await lost(desk)
  const left = await desk.attachment.session!.endBuild('build')
  desk.attachment.session!.beginBuild('another')
  await desk.connect()
  expect([left, await end, await isGone(pid)]).toEqual([
    [],
    'SlaveLostError: it did not say how the command ended',
    true,
  ])
})

test('beyond the limit of the spool a program waits, and nothing of it is lost', async () => {
  const desk = await cabled({ lease: { spoolBytes: 300_000 } })
  const command = desk.shell(
    'echo on; while [ ! -e go ]; do sleep 0.01; done; yes 0123456789 | head -n 200000; echo > end',
  )
  await eventually(() => desk.heard() === 'on\n', 'the beginning')
  desk.relay.cut()
  await lost(desk)
  writeFileSync(join(desk.folder, 'go'), '')
  await eventually(() => {
    try {
      return spooledBytes(desk.folder) >= 300_000
    } catch {
      return false
    }
  }, 'a full spool')
  const most = spooledBytes(desk.folder)
  await desk.connect()
  const { rc } = await command.done
  expect([rc, desk.heard() === `on\n${'0123456789\n'.repeat(200_000)}`]).toEqual([0, true])
  expect(most).toBeLessThan(700_000)
  await eventually(() => !desk.commands.busy || spooledBytes(desk.folder) === 0, 'an empty spool')
})

test('a file on its way goes on from where it was', async () => {
  const desk = await cabled()
  const content = Buffer.alloc(3_000_000, 'the quick brown fox ')
  writeFileSync(join(desk.folder, 'file'), content)
  const parts: Buffer[] = []
  const upload = desk.attachment.session!.start(
    'upload_file',
    { path: join(desk.folder, 'file'), blocksize: 64 * 1024, maxsize: null },
    {
      id: 'build/0/u',
      place: { build: 'build', step: 0 },
      onUpload: async bytes => void parts.push(Buffer.from(bytes)),
    },
  )
  let over = false
  void upload.done.then(() => {
    over = true
  })
  for (let cuts = 0; !over && cuts < 5; cuts++) {
    desk.relay.cutAfter(500_000)
    await Promise.race([lost(desk), upload.done])
    if (!over) await desk.connect()
  }
  desk.relay.cutAfter(Number.POSITIVE_INFINITY)
  expect([(await upload.done).rc, Buffer.concat(parts).equals(content)]).toEqual([0, true])
})

function spooledBytes(folder: string): number {
  const spool = join(folder, '.spool')
  return readdirSync(spool).reduce((sum, name) => sum + statSync(join(spool, name)).size, 0)
}
