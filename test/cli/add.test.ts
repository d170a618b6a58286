import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { makeRepository } from '../helpers/repository.ts'
import { CLI } from '../helpers/serve.ts'

test('a repository is added on the command line with its reasons; what says nothing needs a command', async () => {
  const dataDir = temporaryFolder('data')
  const tool = makeRepository({ name: 'tool' })
  tool.commit('Begin', { Makefile: 'all:\ncheck:\n' })
  const site = makeRepository({ name: 'site' })
  site.commit('Begin', { 'index.html': '<h1>Site</h1>\n' })

  const added = await runCli(CLI, dataDir, 'add', tool.path, '--yes')
  const refused = await runCli(CLI, dataDir, 'add', site.path, '--yes')
  const told = await runCli(
    CLI,
    dataDir,
    'add',
    site.path,
    '--yes',
    '--command',
    'grep -q Site *.html',
  )

  expect([added.code, refused, told.code]).toEqual([
    0,
    {
      code: 1,
      out: '',
      err: `triphammer: Nothing in ${site.path} says how it is built: step "build" needs a command that you write. Say it with --command.\n`,
    },
    0,
  ])
  expect(added.out).toContain('test: because Makefile has a target "check"\n')
  expect(readFileSync(join(dataDir, 'master.yml'), 'utf8')).toContain(
    '- shell: grep -q Site *.html\n',
  )
})
