import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { makeRepository } from '../helpers/repository.ts'
import { CLI } from '../helpers/serve.ts'

test('a repository is added on the command line with its reasons; what says nothing needs a command', async () => {
  const dataDir = temporaryFolder('data')
  const tool = makeRepository({ name: 'tool' })
  tool.commit('Begin', { Makefile: 'all: tool\ncheck: tool\n\t./tool --self-test\n' })
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
      out: 'Nothing that says how it is built: Write the command that builds or checks it.\n',
      err: `triphammer: Nothing in ${site.path} says how it is built: step "build" needs a command that you write. Say it with --command.\n`,
    },
    0,
  ])
  expect(added.out).toContain('test: because Makefile has a target "check"\n')
  expect(readFileSync(join(dataDir, 'master.yml'), 'utf8')).toContain(
    '- shell: grep -q Site *.html\n',
  )
})

test('what is left out and which programs are missing is told by add and run, also as JSON and when nothing is proposed', async () => {
  const dataDir = temporaryFolder('data')
  const odd = makeRepository({ name: 'odd' })
  odd.commit('Begin', { 'test.sh': '#!/usr/bin/env no-such-shell\ncheck\n' })
  const hosted = makeRepository({ name: 'hosted' })
  hosted.commit('Begin', {
    '.github/workflows/ci.yml': 'jobs: { a: { steps: [{ name: Set up, run: sudo make put }] } }',
  })

  const added = await runCli(CLI, dataDir, 'add', odd.path, '--yes')
  const asJson = await runCli(CLI, dataDir, 'add', hosted.path, '--yes', '--json')
  const run = await runCli(CLI, dataDir, 'run', hosted.path)

  expect(added.out).toContain('no-such-shell was not found: Install it')
  expect(JSON.parse(asJson.out)).toMatchObject({
    refused: expect.stringContaining('needs a command that you write'),
    found: [
      { what: 'Nothing that says how it is built' },
      {
        what: '.github/workflows/ci.yml, job a: Set up',
        detail: 'left out: it runs as another user (sudo)',
      },
    ],
    ready: expect.any(Array),
  })
  expect([asJson.code, run.code, run.out]).toEqual([
    1,
    1,
    expect.stringContaining('job a: Set up: left out: it runs as another user (sudo)'),
  ])
})

test('run names what it leaves out of a checkout, and builds with every builder of the project', async () => {
  const dataDir = temporaryFolder('data')
  const tool = makeRepository({ name: 'tool' })
  tool.commit('Begin', { 'test.sh': 'test -f made\n', made: '' })
  writeFileSync(join(tool.path, 'made'), 'otherwise')
  writeFileSync(join(tool.path, 'new.txt'), '')

  const proposed = await runCli(CLI, dataDir, 'run', tool.path)
  writeFileSync(
    join(dataDir, 'master.yml'),
    `projects: [{ name: tool, repository: ${tool.path} }]
builders:
  - { name: one, project: tool, steps: [{ shell: 'true' }] }
  - { name: two, project: tool, steps: [{ shell: 'false' }] }
`,
  )
  const both = await runCli(CLI, dataDir, 'run', tool.path)

  const leftOut =
    '2 uncommitted files are not built: Only what is committed is. Left out: made, new.txt\n'
  expect([proposed.code, proposed.out]).toEqual([0, expect.stringContaining(leftOut)])
  expect([both.code, both.out]).toEqual([1, expect.stringContaining(leftOut)])
  expect(both.out).toContain('builders of tool: one, two\n')
  expect(both.out).toMatch(/one #1: success[\s\S]*two #1: failure/)
})
