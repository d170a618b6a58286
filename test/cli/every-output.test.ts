import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../helpers/cli.ts'
import { ROOT, testMaster } from '../helpers/master.ts'
import { makeRepository } from '../helpers/repository.ts'
import { CLI } from '../helpers/serve.ts'

// These write bytes of a log, sequences of our own, and the stack of an error to whoever asked for it.
const WRITE_THEMSELVES = ['cli.ts', 'follow.ts', 'progress.ts', 'terminal.ts']

test('every command writes by way of what keeps the signs of others from the terminal', () => {
  const folder = join(ROOT, 'main/cli')
  const writing = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    name =>
      name.endsWith('.ts') &&
      /process\.std(out|err)\.write|console\./.test(readFileSync(join(folder, name), 'utf8')),
  )
  expect(writing.sort()).toEqual(WRITE_THEMSELVES)
})

test('branches, commits, reasons and names of steps speak to no terminal', async () => {
  const evil = (what: string) => `${what}\x1b[2J\x1b]0;OWNED\x07\x9b31m`
  const repository = makeRepository()
  const revision = repository.commit(evil('subject'))
  const one = await testMaster({
    config: {
      title: evil('desk'),
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      schedulers: [{ name: 's', kind: 'anyBranch', builders: ['it'], treeStableTimer: 0 }],
      builders: [
        {
          name: 'it',
          description: evil('it'),
          project: 'calc',
          steps: [{ shell: 'printf "found \\033[2J\\n"; exit 1', name: evil('step') }],
        },
      ],
    },
  })
  const built = one.until('build/changed', build => build.results !== null)
  one.data.addChange({
    ...{ project: 'calc', repository: repository.path, revision, files: [], category: null },
    ...{ branch: evil('branch'), who: evil('ada'), comments: evil('subject'), at: 1 },
  })
  await built
  await one.stop()
  const commands = ['builds it', 'search found']
  for (const command of commands) {
    const { out, err } = await runCli(CLI, one.dataDir, ...command.split(' '))
    expect([command, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.exec(out + err)?.[0]]).toEqual([
      command,
      undefined,
    ])
    expect(out).toContain('␛[2J')
  }
})
