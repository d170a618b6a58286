import { appendFileSync, chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../main/master/config/parse.ts'
import { inspectRepository } from '../../../main/master/detect/inspect.ts'
import { plainFolder } from '../../helpers/folders.ts'
import { testEnvironment } from '../../helpers/master.ts'
import { gitIn, makeRepository, type TestRepository } from '../../helpers/repository.ts'
import { watch } from '../../helpers/watched.ts'

/** A repository whose own configuration names programs, and what of them has run. */
interface Trap {
  readonly repository: TestRepository
  /** A program that notes that it ran, and fails. */
  program(name: string): string
  configure(text: string): void
  ran(): string[]
}

function makeTrap(): Trap {
  const repository = makeRepository()
  repository.commit('the first', { 'package.json': '{"scripts":{"test":"exit 0"}}', 'a.bin': 'x' })
  const folder = plainFolder('trap')
  const ran = join(folder, 'ran')
  mkdirSync(ran)
  return {
    repository,
    program(name) {
      const file = join(folder, `${name}.sh`)
      writeFileSync(file, `#!/bin/sh\ntouch '${ran}/${name}'\nexit 1\n`)
      chmodSync(file, 0o755)
      return file
    },
    configure: text => appendFileSync(join(repository.path, '.git/config'), text),
    ran: () => readdirSync(ran),
  }
}

function look(repository: string) {
  const { config } = parseConfig('', 'master.yml')
  return inspectRepository(repository, { env: testEnvironment(), config: config!, folder: '/' })
}

// A file whose content is not what was committed, though its size is.
function spoil({ repository }: Trap): void {
  writeFileSync(join(repository.path, 'a.bin'), 'y')
}

function takeTreeAway({ repository }: Trap): void {
  const tree = repository.git('rev-parse', 'HEAD^{tree}')
  rmSync(join(repository.path, '.git/objects', tree.slice(0, 2), tree.slice(2)))
}

const TRAPS: Readonly<Record<string, (trap: Trap) => void>> = {
  'a watcher of files': trap =>
    trap.configure(`[core]\n\tfsmonitor = ${trap.program('fsmonitor')}\n`),
  'a filter'(trap) {
    trap.repository.commit('attributes', { '.gitattributes': '*.bin filter=x diff=x\n' })
    const [clean, process, text] = ['clean', 'process', 'textconv'].map(trap.program)
    trap.configure(`[filter "x"]\n\tclean = ${clean}\n\tsmudge = ${clean}\n`)
    trap.configure(`[filter "x"]\n\tprocess = ${process}\n[diff "x"]\n\ttextconv = ${text}\n`)
    spoil(trap)
  },
  hooks(trap) {
    const hooks = plainFolder('hooks')
    for (const name of ['reference-transaction', 'post-index-change', 'post-checkout']) {
      writeFileSync(join(hooks, name), `#!/bin/sh\n${trap.program(name)}\n`)
      chmodSync(join(hooks, name), 0o755)
    }
    trap.configure(`[core]\n\thooksPath = ${hooks}\n`)
  },
  'programs for all kinds of work'(trap) {
    for (const [section, key] of [
      ['core', 'pager'],
      ['core', 'sshCommand'],
      ['core', 'askPass'],
      ['core', 'alternateRefsCommand'],
      ['gpg', 'program'],
      ['credential', 'helper'],
      ['uploadpack', 'packObjectsHook'],
    ] as const)
      trap.configure(`[${section}]\n\t${key} = ${trap.program(key)}\n`)
    trap.configure(`[diff]\n\texternal = ${trap.program('diff')}\n`)
    spoil(trap)
    trap.configure('[log]\n\tshowSignature = true\n[core]\n\tuntrackedCache = true\n')
    trap.configure(`[alias]\n\tlog = !${trap.program('alias')}\n\trev-parse = !false\n`)
  },
  'a server that missing objects are fetched from'(trap) {
    takeTreeAway(trap)
    trap.configure('[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n')
    trap.configure(
      `[remote "origin"]\n\turl = ${trap.repository.path}\n\tpromisor = true\n\tuploadpack = ${trap.program('server')}\n`,
    )
  },
  'an address that is a program'(trap) {
    takeTreeAway(trap)
    trap.configure('[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n')
    trap.configure(
      `[protocol "ext"]\n\tallow = always\n[remote "origin"]\n\turl = ext::${trap.program('ext')}\n\tpromisor = true\n`,
    )
  },
  'a submodule with a watcher'(trap) {
    const inner = makeRepository({ folder: trap.repository.path, name: 'inner' })
    inner.commit('inner')
    trap.repository.commit('with a submodule', {})
    appendFileSync(
      join(inner.path, '.git/config'),
      `[core]\n\tfsmonitor = ${trap.program('inner')}\n`,
    )
    writeFileSync(join(inner.path, 'new.txt'), 'x')
  },
}

test.each(Object.keys(TRAPS))(
  'looking at a repository that names %s runs nothing of it',
  async name => {
    const trap = makeTrap()
    TRAPS[name]!(trap)
    const { path } = trap.repository

    for (const address of [path, `file://${path}`]) await look(address).catch(() => {})
    const calc = watch(path)
    await calc.look()
    // The next look reads commits.
    const [tree, head] = [gitIn(path, 'hash-object', '-t', 'tree', '-w', '/dev/null'), 'HEAD']
    const next = gitIn(path, 'commit-tree', tree, '-p', head, '-m', 'next')
    writeFileSync(join(path, '.git/refs/heads/main'), `${next}\n`)
    await calc.look()
    const ran = trap.ran()
    // Whoever works in it springs the trap.
    for (const work of [
      ['status'],
      ['diff'],
      ['cat-file', '-p', `${head}~^{tree}`],
      ['checkout', '-b', 'new'],
    ])
      try {
        gitIn(path, ...work)
      } catch {}
    expect([ran, calc.changes().at(-1)?.subject, trap.ran().length > 0]).toEqual([[], 'next', true])
  },
)

test('files that are not committed are counted without running what the repository names', async () => {
  const trap = makeTrap()
  TRAPS['a filter']!(trap)
  writeFileSync(join(trap.repository.path, 'new file.txt'), 'x')
  writeFileSync(join(trap.repository.path, 'passed over.log'), 'x')
  writeFileSync(join(trap.repository.path, '.git/info/exclude'), '*.log\n')

  const { repository } = await look(trap.repository.path)
  expect([repository.uncommitted, trap.ran()]).toEqual([2, []])
})
