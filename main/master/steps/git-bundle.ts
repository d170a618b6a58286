import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { PassThrough } from 'node:stream'
import { gitIn } from '../changes/git.ts'
import { OWN_WAYS, quietGit } from '../git/quiet.ts'
import type { StepContext } from './step.ts'

const BLOCK_BYTES = 256 * 1024

/**
 * Whether the repository is a folder of the master's machine that the slave can't
 * see. A path that means something over there, too, is a share or a mounted volume.
 */
export async function isOutOfReach(context: StepContext): Promise<boolean> {
  const { data, build, source } = context
  if (data.slave(build.slave)?.kind === 'local') return false
  if (!isAbsolute(source.repository) || !existsSync(source.repository)) return false
  // A folder of that name may be there by chance, or because a container made it.
  for (const part of ['.git', 'objects'])
    if ((await context.run('stat', { path: `${source.repository}/${part}` })).rc === 0) return false
  return true
}

const HERE = [...OWN_WAYS, '-c', 'safe.bareRepository=all']

function gitHere(context: StepContext) {
  const git = gitIn(context.source.repository, context.masterEnv, AbortSignal.timeout(60_000))
  return (...args: string[]) => git(...HERE, ...args)
}

/** The format of its ids. */
export async function sentFormat(context: StepContext): Promise<'sha1' | 'sha256'> {
  const format = await gitHere(context)('rev-parse', '--show-object-format').catch(() => '')
  return format.trim() === 'sha256' ? 'sha256' : 'sha1'
}

/**
 * Sends the repository as a bundle: all branches and tags, without the commits
 * before the one that was checked out there last. Returns its path over there.
 *
 * @param head What is checked out there now, if anything is.
 */
export async function sendBundle(context: StepContext, head: string | undefined): Promise<string> {
  const { repository } = context.source
  const git = gitHere(context)
  const knows = (revision: string) =>
    git('rev-parse', '--quiet', '--verify', `${revision}^{commit}`).then(
      () => true,
      () => false,
    )
  const revisions = [
    ...((await knows('HEAD')) ? ['HEAD'] : []),
    ...['--branches', '--tags'],
    // Not that commit itself: a bundle must have something to give for each name.
    ...(head !== undefined && (await knows(head)) ? ['--not', `${head}^@`] : []),
  ]
  await context.note(`sending the sources from ${repository}, which is out of this slave's reach\n`)
  if ((await git('rev-parse', '--is-shallow-repository').catch(() => '')).trim() === 'true')
    await context.note(
      `${repository} is a shallow clone, which can't be sent whole: "git fetch --unshallow" there makes it a full one\n`,
    )
  const path = `${context.workdir}/.git/triphammer.bundle`
  const child = spawn('git', [...HERE, 'bundle', 'create', '--quiet', '-', ...revisions], {
    cwd: repository,
    env: { ...context.masterEnv, ...quietGit(process.platform), GIT_OPTIONAL_LOCKS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  try {
    const args = { path, blocksize: BLOCK_BYTES, maxsize: null, mode: null }
    const pack = readPack(child)
    const { rc } = await context.run('download_file', args, { onDownload: pack.read })
    if (pack.problem() !== undefined)
      await context.note(`the sources could not be packed: ${pack.problem()}\n`)
    else if (rc !== 0) await context.note('the sources could not be written over there\n')
    return path
  } finally {
    child.kill()
  }
}

export function removeBundle(context: StepContext, path: string): Promise<unknown> {
  return context.run('rmdir', { paths: [path] })
}

/** What git packs, piece by piece; an end that is none throws, and is told by `problem`. */
function readPack(child: ChildProcess) {
  const { stdout, stderr } = child
  let said = ''
  let problem: string | undefined
  stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'close')
  ended.catch(() => {})
  let rest: Buffer = Buffer.alloc(0)
  // Taken at once: what nobody reads by the time a program ends, Node throws away.
  const pieces = stdout!.pipe(new PassThrough())[Symbol.asyncIterator]()
  return { read, problem: () => problem }

  async function read(length: number): Promise<Uint8Array> {
    if (rest.length === 0) {
      const { value, done } = await pieces.next()
      if (done) {
        const [status, signal] = await ended
        if (status === 0) return Buffer.alloc(0)
        problem = said.trim() || `git ended with ${status ?? signal}`
        throw new Error(problem)
      }
      rest = value as Buffer
    }
    const piece = rest.subarray(0, length)
    rest = rest.subarray(piece.length)
    return piece
  }
}
