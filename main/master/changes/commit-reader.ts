import { spawn } from 'node:child_process'
import type { History } from './branch-moves.ts'
import { type CommitNode, commitsBetween } from './commit-graph.ts'
import { type Git, GitError } from './git.ts'

export interface CommitReader extends History {
  stop(): void
}

interface Question {
  readonly revision: string
  answer(node: CommitNode | undefined): void
  fail(error: Error): void
}

/**
 * Reads commits by one process of git, however many are asked for; each is read once.
 * One that can't be read counts as one that is not there, and costs itself.
 */
export function openCommitReader(git: Git): CommitReader {
  const known = new Map<string, Promise<CommitNode | undefined>>()
  let waiting: Question[] = []
  let child: ReturnType<typeof spawn> | undefined

  return {
    read,
    async between(tips, old) {
      try {
        return await revList(git, tips, old)
      } catch (error) {
        if (git.how.options.signal.aborted) throw error
        // Git gives up where a commit is damaged; what is not behind that one can be found all the same.
        return (await commitsBetween(read, tips, old))!
      }
    },
    stop() {
      child?.kill()
      child = undefined
    },
  }

  function read(revision: string) {
    let found = known.get(revision)
    if (!found)
      known.set(revision, (found = new Promise((answer, fail) => ask({ revision, answer, fail }))))
    return found
  }

  function ask(question: Question) {
    waiting.push(question)
    child ??= start()
    child.stdin!.write(`${question.revision}\n`)
  }

  function start() {
    const { args, options } = git.how
    const started = spawn('git', [...args, 'cat-file', '--batch'], {
      ...options,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const take = createAnswers(node => waiting.shift()?.answer(node))
    started.stdin.on('error', () => {})
    started.stdout.on('data', take)
    started.on('error', error => end(error))
    started.on('close', () => end(undefined))
    return started

    // Git ends at an object that is damaged: that one is not there, and the others are asked for again.
    function end(error: (Error & { code?: string }) | undefined) {
      if (child !== started && child !== undefined) return
      child = undefined
      const [damaged, ...rest] = waiting
      waiting = []
      if (error || options.signal.aborted) {
        const reason = error?.code === 'ENOENT' ? 'git was not found' : 'it was interrupted'
        for (const one of [damaged, ...rest]) one?.fail(new GitError(reason))
        return
      }
      damaged?.answer(undefined)
      for (const one of rest) ask(one)
    }
  }
}

async function revList(
  git: Git,
  tips: readonly string[],
  old: readonly string[],
): Promise<Map<string, CommitNode>> {
  const lines = [...tips, ...old.map(one => `^${one}`)].map(one => `${one}\n`)
  const how = ['--parents', '--timestamp', '--ignore-missing', '--stdin']
  const { said } = await git.feed(lines.join(''), 'rev-list', ...how)
  return new Map(
    said
      .split('\n')
      .filter(line => line !== '')
      .map(line => {
        const [seconds, revision, ...parents] = line.split(' ') as [string, string, ...string[]]
        return [revision, { parents, seconds: Number(seconds) }]
      }),
  )
}

/** Takes what `cat-file --batch` says apart: a line, and after it so many bytes of an object. */
function createAnswers(onNode: (node: CommitNode | undefined) => void) {
  let line = ''
  let isCommit = false
  let left = 0
  let pieces: Buffer[] = []
  return (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; ) {
      if (left === 0) {
        const end = bytes.indexOf(10, at)
        line += bytes.toString('latin1', at, end < 0 ? bytes.length : end)
        if (end < 0) return
        at = end + 1
        const [, type, size] = /^\S+ (commit|tree|blob|tag) (\d+)$/.exec(line) ?? []
        line = ''
        if (size === undefined) {
          onNode(undefined)
          continue
        }
        isCommit = type === 'commit'
        // With the line break after it.
        left = Number(size) + 1
      }
      const part = bytes.subarray(at, at + left)
      // What is no commit may be of any size, and nobody asks for it.
      if (isCommit) pieces.push(part)
      at += part.length
      left -= part.length
      if (left > 0) continue
      onNode(isCommit ? nodeOf(Buffer.concat(pieces)) : undefined)
      pieces = []
    }
  }
}

function nodeOf(bytes: Buffer): CommitNode {
  const end = bytes.indexOf('\n\n')
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
  const parents = [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent!)
  const date = /^committer .*?(-?\d+)(?: [+-]\d+)?$/m.exec(head)?.[1]
  return { parents, seconds: Number(date ?? 0) }
}
