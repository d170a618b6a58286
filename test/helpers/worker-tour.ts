import { join } from 'node:path'
import type { Attachment } from '../../main/master/slaves/attachment.ts'
import type { CommandHooks } from '../../main/master/slaves/session.ts'

/**
 * Has a worker of Buildbot do a bit of everything, one after the other, and gives what came of it.
 * The same is asked of the real one, and of the recording of one; see test/fixtures/buildbot.
 */
export async function takeTour({ session }: Attachment): Promise<readonly unknown[]> {
  const base = String(session!.info.basedir)
  const found: unknown[] = []
  const shell = { workdir: join(base, 'work') }

  await run('shell', {
    ...shell,
    command: "echo out; echo err >&2; echo $GREETING > side.txt; printf '\\303\\274 end'; exit 3",
    env: { GREETING: 'hi' },
    logfiles: { side: 'side.txt' },
  })
  await run('shell', { ...shell, command: ['cat'], initial_stdin: 'typed\n' })
  await run('shell', { ...shell, command: 'test -t 1 && echo terminal', usePTY: true })
  await run('mkdir', { paths: [join(base, 'd/sub')] })
  await run('shell', {
    ...shell,
    command: `printf 'hello upload' > ../d/a.txt; echo b > ../d/sub/b.txt`,
  })
  await run('listdir', { path: join(base, 'd') })
  await run('glob', { path: join(base, 'd/**/*.txt') })
  await run('stat', { path: join(base, 'd/never') })
  await upload('upload_file', { path: join(base, 'd/a.txt'), blocksize: 5, maxsize: null })
  await upload('upload_directory', {
    path: join(base, 'd'),
    blocksize: 4096,
    maxsize: null,
    compress: null,
  })
  let file = Buffer.from('0123456789')
  await run(
    'download_file',
    { path: join(base, 'd/down.txt'), blocksize: 4, maxsize: null, mode: null },
    {
      async onDownload(length) {
        const block = file.subarray(0, length)
        file = file.subarray(length)
        return block
      },
    },
  )
  await run('shell', { ...shell, command: 'cat ../d/down.txt' })
  await run('rmfile', { path: join(base, 'd/down.txt') })
  await run('rmdir', { paths: [join(base, 'd')] })
  await run('shell', { ...shell, command: 'sleep 60', timeout: 1 })
  await interrupted()
  await run('stat', {})
  return found

  async function run(name: string, args: object, hooks: CommandHooks = {}) {
    const heard: Record<string, string> = {}
    const { done } = session!.start(name, args as never, {
      async onOutput(stream, bytes) {
        if (stream !== 'header') heard[stream] = (heard[stream] ?? '') + Buffer.from(bytes)
      },
      ...hooks,
    })
    found.push(
      await done.then(
        ({ rc, failureReason, files }) => ({
          name,
          rc,
          ...(Object.keys(heard).length > 0 && { heard }),
          ...(failureReason && { failureReason }),
          ...(files.length > 0 && { files: files.map(one => one.replace(base, '')).sort() }),
        }),
        (error: Error) => ({ name, error: error.name }),
      ),
    )
  }

  async function upload(name: string, args: object) {
    const blocks: Buffer[] = []
    await run(name, args, { onUpload: async bytes => void blocks.push(Buffer.from(bytes)) })
    const text = Buffer.concat(blocks).toString('latin1')
    found.push(name === 'upload_file' ? [blocks.length, text] : /hello upload/.test(text))
  }

  async function interrupted() {
    const started = Promise.withResolvers<void>()
    const command = session!.start(
      'shell',
      { ...shell, command: 'echo on; exec sleep 600' },
      { onOutput: async stream => void (stream === 'stdout' && started.resolve()) },
    )
    await started.promise
    command.interrupt('enough')
    const { rc, failureReason } = await command.done
    found.push({ interrupted: rc, failureReason })
  }
}

/** What comes of it. */
export const TOUR: readonly unknown[] = [
  { name: 'shell', rc: 3, heard: { stdout: 'out\nü end\n', stderr: 'err\n', 'log:side': 'hi\n' } },
  { name: 'shell', rc: 0, heard: { stdout: 'typed\n' } },
  { name: 'shell', rc: 0, heard: { stdout: 'terminal\n' } },
  { name: 'mkdir', rc: 0 },
  { name: 'shell', rc: 0 },
  { name: 'listdir', rc: 0, files: ['a.txt', 'sub'] },
  { name: 'glob', rc: 0, files: ['/d/a.txt', '/d/sub/b.txt'] },
  { name: 'stat', rc: 2 },
  { name: 'upload_file', rc: 0 },
  [3, 'hello upload'],
  { name: 'upload_directory', rc: 0 },
  true,
  { name: 'download_file', rc: 0 },
  { name: 'shell', rc: 0, heard: { stdout: '0123456789\n' } },
  { name: 'rmfile', rc: 0 },
  { name: 'rmdir', rc: 0 },
  { name: 'shell', rc: -1, failureReason: 'timeout_without_output' },
  { interrupted: -1, failureReason: null },
  { name: 'stat', error: 'CommandCrashedError' },
]
