import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CommandHooks, CommandOutcome, Session } from '../../../main/master/slaves/session.ts'
import { testAttachment } from '../../helpers/attachment.ts'
import {
  BUILDBOT_INSTALLED,
  startWorker,
  startWorkerInBackground,
  WORKER_SECRET,
  type Worker,
} from '../../helpers/buildbot.ts'
import { isAlive, isGone } from '../../helpers/processes.ts'
import { type SlaveListener, slaveListener } from '../../helpers/slave-listener.ts'
import { TOUR, takeTour } from '../../helpers/worker-tour.ts'

// Debian's real buildbot-worker at the other end. One process serves the whole file.
describe.skipIf(!BUILDBOT_INSTALLED)('a stock worker', () => {
  let lastId = 0
  const attachment = testAttachment({ nextCommandId: () => `${process.pid}-${++lastId}` })
  let listener: SlaveListener
  let worker: Worker
  let session: Session

  beforeAll(async () => {
    listener = await slaveListener()
    worker = startWorker({ port: listener.port, name: 'w0', password: 'pass:word' })
    await attach()
  })

  async function attach() {
    await attachment.take(await listener.next())
    session = attachment.session!
  }

  async function run(name: string, args: object, hooks: CommandHooks = {}) {
    const streams: Record<string, string> = {}
    const outcome = await session.start(name, args as never, {
      async onOutput(stream, bytes) {
        streams[stream] = (streams[stream] ?? '') + Buffer.from(bytes)
      },
      ...hooks,
    }).done
    return { ...streams, ...outcome } as CommandOutcome & Record<string, string>
  }

  const folder = (...parts: string[]) => join(worker.folder, ...parts)
  const shell = (command: string | string[], more: object = {}) =>
    run('shell', { workdir: folder('work'), command, logEnviron: false, ...more })

  test('is told that it is attached, which its start command waits for', async () => {
    const own = await slaveListener()
    const started = startWorkerInBackground({ port: own.port, name: 'w1', password: 'pass:word' })
    const second = testAttachment()
    await second.take(await own.next())
    expect(await started).toBe(0)
    await second.stop()
  })

  test('says who it is, and its environment is not kept', () => {
    const { info, capabilities } = session
    expect([capabilities, info.basedir, info.system, info.version]).toEqual([
      {},
      worker.folder,
      'posix',
      expect.stringMatching(/^\d+\.\d+/),
    ])
    expect(JSON.stringify(info)).not.toContain(WORKER_SECRET)
  })

  test('runs a program: both streams, exit status, a file that it writes, a line without end', async () => {
    const script =
      "echo out; echo err >&2; echo side > side.txt; printf '\\360\\237\\230\\200 %s' $GREETING; exit 3"
    const {
      stdout,
      stderr,
      'log:own': own,
      rc,
      header,
    } = await shell(script, {
      env: { GREETING: 'hi' },
      logfiles: { own: 'side.txt' },
    })
    expect([stdout, stderr, own, rc, header]).toEqual([
      'out\n\u{1f600} hi\n',
      'err\n',
      'side\n',
      3,
      expect.not.stringContaining(WORKER_SECRET),
    ])
  })

  test.each([4000, 4096, 5000, 10_000, 200_000, 1_000_000])(
    'loses nothing of a line of %i characters',
    async length => {
      const { stdout } = await shell(`head -c ${length} /dev/zero | tr '\\0' x; echo; echo end`)
      expect([stdout!.length, stdout!.slice(-5)]).toEqual([length + 5, '\nend\n'])
    },
  )

  test('takes standard input, and a terminal where one is asked for', async () => {
    const typed = await shell('cat', { initial_stdin: 'typed\n' })
    const terminal = await shell('test -t 1 && echo terminal', { usePTY: true })
    expect([typed.stdout, terminal.stdout]).toEqual(['typed\n', 'terminal\n'])
  })

  test.each([
    [{ timeout: 1 }, 'timeout_without_output'],
    [{ maxTime: 1 }, 'timeout'],
  ])('with %j ends a command, and why is known', async (limit, failureReason) => {
    expect(await shell('sleep 60', limit)).toMatchObject({ rc: -1, failureReason })
  })

  test('is interrupted', async () => {
    const started = Promise.withResolvers<void>()
    const command = session.start(
      'shell',
      { workdir: folder('work'), command: 'echo $$; sleep 600', logEnviron: false },
      { onOutput: async stream => void (stream === 'stdout' && started.resolve()) },
    )
    await started.promise
    command.interrupt('enough')
    expect(await command.done).toMatchObject({ rc: -1, failureReason: null })
  })

  test('sends a file whole, with its times', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256))
    const path = folder('up.bin')
    writeFileSync(path, bytes)
    utimesSync(path, 1000, 2000)
    const got: Buffer[] = []
    let times: number[] = []
    const { rc } = await run(
      'upload_file',
      { path, blocksize: 16_384, maxsize: null, keepstamp: true },
      {
        onUpload: async block => void got.push(Buffer.from(block)),
        onUploadTimes: (...both) => {
          times = both
        },
      },
    )
    expect([rc, Buffer.concat(got).equals(bytes), times[1]]).toEqual([0, true, 2000])
  })

  test('sends a folder as a tar', async () => {
    mkdirSync(folder('d/sub'), { recursive: true })
    writeFileSync(folder('d/sub/b.txt'), 'hello tar\n')
    const got: Buffer[] = []
    const { rc } = await run(
      'upload_directory',
      { path: folder('d'), blocksize: 4096, maxsize: null, compress: null },
      { onUpload: async block => void got.push(Buffer.from(block)) },
    )
    expect([rc, String(Buffer.concat(got))]).toEqual([0, expect.stringContaining('hello tar\n')])
  })

  test('gets a file whole, which it does not from a master of Buildbot', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 40_000 }, (_, i) => (i * 11) % 256))
    let rest = bytes
    const path = folder('down/deep/file.bin')
    const { rc } = await run(
      'download_file',
      { path, blocksize: 16_384, maxsize: null, mode: 0o640 },
      {
        async onDownload(length) {
          const block = rest.subarray(0, length)
          rest = rest.subarray(length)
          return block
        },
      },
    )
    const mode = statSync(path).mode & 0o777
    expect([rc, readFileSync(path).equals(bytes), mode]).toEqual([0, true, 0o640])
  })

  test('looks after folders and files', async () => {
    const base = folder('fs')
    expect(await run('mkdir', { paths: [join(base, 'a'), join(base, 'b')] })).toMatchObject({
      rc: 0,
    })
    writeFileSync(join(base, 'a', 'one.txt'), '1')
    expect(
      await run('cpdir', { from_path: join(base, 'a'), to_path: join(base, 'c') }),
    ).toMatchObject({ rc: 0 })
    expect((await run('glob', { path: join(base, '**/*.txt') })).files.toSorted()).toEqual([
      join(base, 'a/one.txt'),
      join(base, 'c/one.txt'),
    ])
    expect((await run('stat', { path: join(base, 'a/one.txt') })).stat?.[6]).toBe(1)
    expect((await run('rmfile', { path: join(base, 'a/one.txt') })).rc).toBe(0)
    expect((await run('rmfile', { path: join(base, 'a/one.txt') })).rc).toBe(2)
    expect((await run('rmdir', { paths: [join(base, 'c')] })).rc).toBe(0)
    expect((await run('listdir', { path: base })).files.toSorted()).toEqual(['a', 'b'])
  })

  test('does what the recording of it does', async () => {
    expect(await takeTour(attachment)).toEqual(TOUR)
  })

  test('refuses what it does not know, and goes on', async () => {
    await expect(session.start('teleport', {}).done).rejects.toThrow('is too old')
    expect((await shell('echo still there')).stdout).toBe('still there\n')
  })

  test('is lost when the line is cut, comes back, and the command that nobody hears is ended', async () => {
    const started = Promise.withResolvers<string>()
    const end = session
      .start(
        'shell',
        { workdir: folder('work'), command: 'echo $$; exec sleep 600', logEnviron: false },
        {
          onOutput: async (stream, bytes) =>
            void (stream === 'stdout' && started.resolve(String(Buffer.from(bytes)))),
        },
      )
      .done.catch((error: Error) => error.name)
    const pid = Number(await started.promise)
    listener.cut()
    expect(await end).toBe('SlaveLostError')
    expect(isAlive(pid)).toBe(true)
    await attach()
    await isGone(pid)
    expect((await shell('echo again')).stdout).toBe('again\n')
  })

  test('goes when it is asked to', async () => {
    const { ended } = session
    await session.shutdown()
    await ended
    await worker.exited
    expect(attachment.troubles).toEqual([])
  })
})
