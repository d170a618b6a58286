import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspectRepository } from '../../../main/master/detect/inspect.ts'
import { exportData } from '../../../main/master/exchange/export.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { startGitServer } from '../../helpers/git-server.ts'
import { outcome, testEnvironment, testMaster } from '../../helpers/master.ts'
import { gitIn, makeRepository } from '../../helpers/repository.ts'

const PASSWORD = 'S3cret-Pass/100%'
const IN_ADDRESS = encodeURIComponent(PASSWORD)

/** The files below a folder that hold a text. */
function filesWith(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
    .filter(name => texts.some(text => readFileSync(join(folder, name)).includes(text)))
    .sort()
}

test('a password in the address of a repository is used, and stands in the configuration only', async () => {
  const served = temporaryFolder('served')
  const lib = makeRepository({ name: 'lib' })
  lib.commit('lib', { l: 'of the lib\n' })
  const repository = makeRepository()
  repository.git('submodule', '--quiet', 'add', lib.path, 'lib')
  repository.git('config', '-f', '.gitmodules', 'submodule.lib.url', '../lib.git')
  repository.commit('first', { a: '1' })
  for (const one of [lib, repository])
    gitIn(served, 'clone', '--quiet', '--bare', one.path, `${one === lib ? 'lib' : 'calc'}.git`)
  const { host } = await startGitServer(served, `ada:${PASSWORD}`)
  const shown = `http://ada@${host}/calc.git`
  const desk = await testMaster()
  const config = (password: string) => ({
    projects: [{ name: 'calc', repository: `http://ada:${password}@${host}/calc.git`, poll: '1h' }],
    builders: [
      {
        name: 'calc',
        project: 'calc',
        steps: [
          'git',
          {
            shell: `cat lib/l; echo $REPOSITORY $\{{ prop.repository }}; git remote -v; env | grep -i PASS || true`,
            name: 'say',
          },
        ],
      },
    ],
  })
  const built = desk.until('build/changed', build => build.results !== null)
  expect(desk.configure(config(IN_ADDRESS)).problems).toEqual([])
  const first = await built
  const change = desk.data.changesOfRequest(first.requestId)[0]!
  expect([outcome(first), change.repository]).toEqual(['success: build successful', shown])
  expect(await desk.logText(first, 'say')).toBe(
    `of the lib\n${shown} ${shown}\norigin\t${shown} (fetch)\norigin\t${shown} (push)\n`,
  )

  const away = desk.until('project/changed', project => project.source.state === 'away')
  desk.configure(config('Wr0ng-Pass'))
  const refused = await desk.build('calc', { branch: 'none' })
  const { source } = await away
  const git = await Promise.all(
    [first, refused].map(one =>
      desk.logText(one, 'git', { streams: ['header', 'stdout', 'stderr'] }),
    ),
  )
  const texts = [PASSWORD, IN_ADDRESS, 'Wr0ng-Pass']
  expect(
    texts.filter(text =>
      JSON.stringify([git, source, desk.said, desk.data.projects()]).includes(text),
    ),
  ).toEqual([])
  expect(outcome(refused)).toBe('failure: failed in git: branch none could not be fetched')

  const look = (password: string) =>
    inspectRepository(`http://ada:${password}@${host}/calc.git`, {
      env: testEnvironment(),
      config: desk.master.config.current,
      folder: '/',
    })
  const { address, draft, repository: facts } = await look(IN_ADDRESS)
  expect([address, draft.project, facts.head?.subject]).toEqual([shown, 'calc', 'first'])
  await expect(look('Wr0ng-Pass')).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('Wr0ng') }),
  )

  const { backups } = desk.master
  await backups.create({ reason: 'manual' })
  const into = join(temporaryFolder(), 'export')
  await exportData({ dataDir: desk.dataDir, into, version: '0.0.0', now: 1 })
  await desk.stop()
  const all = filesWith(desk.dataDir, texts)
  expect(all).toContain('master.yml')
  const found = all.filter(name => !/\/?master(\.last-good)?\.yml$/.test(name))
  expect([found, filesWith(into, texts)]).toEqual([[], []])
})
