import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CANCELLED, SUCCESS } from '../../../main/master/results.ts'
import { plainFolder } from '../../helpers/folders.ts'
import { testMaster } from '../../helpers/master.ts'
import { makeRepository } from '../../helpers/repository.ts'
import { packedSlave, scriptedEngine } from '../../helpers/scripted-engine.ts'

// A slave that does not see the master's folders: a mount of its own lies over the repository.
const mayHide =
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0

async function start(hide: boolean) {
  const repository = makeRepository()
  repository.commit('one', { 'a.txt': 'one\n' })
  const docker = scriptedEngine('docker')
  if (hide) docker.env.SCRIPTED_HIDE = repository.path
  const basedir = plainFolder('basedir')
  const master = await testMaster({
    env: docker.env,
    packedSlave: await packedSlave(),
    config: {
      slaves: [{ name: 'box', kind: 'docker', image: 'node:24', basedir }],
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      builders: [{ name: 'calc', steps: ['git', { shell: 'cat *.txt', name: 'cat' }] }],
    },
  })
  const build = async (wish: object = {}) => {
    const made = await master.build('calc', wish)
    const said = await master.logText(made, 'git', { streams: ['header', 'stdout', 'stderr'] })
    const text = made.results === SUCCESS ? await master.logText(made, 'cat') : ''
    return { results: made.results, text, said, state: master.steps(made).git }
  }
  return { repository, basedir, build }
}

test.skipIf(!mayHide)(
  'sources that a slave on another machine can not reach are sent to it, and later only what is new',
  async () => {
    const { repository, basedir, build } = await start(true)
    const first = await build({ branch: 'main' })
    const second = repository.commit('two', { 'a.txt': 'two\n', 'b.txt': 'b\n' })
    repository.git('tag', 'v2')
    const exact = await build({ branch: 'main', revision: second })
    const again = await build({ branch: 'main', revision: second })
    repository.branch('side')
    repository.commit('three', { 'a.txt': 'three\n' })
    const side = await build({ branch: 'side' })
    const unchanged = await build({ branch: 'side' })
    const own = await build()
    const tag = await build({ branch: 'main', revision: 'v2' })
    const absent = await build({ branch: 'main', revision: 'f'.repeat(40) })
    expect(
      [first, exact, again, side, unchanged, own, tag].map(one => [one.results, one.text]),
    ).toEqual([
      [SUCCESS, 'one\n'],
      [SUCCESS, 'two\nb\n'],
      [SUCCESS, 'two\nb\n'],
      [SUCCESS, 'three\nb\n'],
      [SUCCESS, 'three\nb\n'],
      [SUCCESS, 'three\nb\n'],
      [SUCCESS, 'two\nb\n'],
    ])
    const isSent = (one: { said: string }) =>
      one.said.includes(`sending the sources from ${repository.path}`)
    expect([isSent(first), isSent(again), absent.results, absent.state]).toEqual([
      true,
      false,
      CANCELLED,
      `cancelled: no branch or tag of the repository holds revision ${'f'.repeat(40)} any more`,
    ])
    expect(existsSync(join(basedir, 'calc/build/.git/triphammer.bundle'))).toBe(false)
  },
)

test('a slave that sees the same folder takes the sources from there', async () => {
  const { build } = await start(false)
  const { results, said } = await build({ branch: 'main' })
  expect([results, said.includes('sending the sources')]).toEqual([SUCCESS, false])
})
