import { expect, test } from 'vitest'
import { parseConfig } from '../../main/master/config/parse.ts'
import { describeProblem } from '../../main/master/config/status.ts'
import { buildFolder } from '../../main/master/process/build-folder.ts'
import { beOn } from '../helpers/platform.ts'

test('builders and projects whose names differ in case only share no folder, whoever comes first', () => {
  const foldersOf = (...names: string[]) => {
    const { config } = parseConfig(
      JSON.stringify({
        projects: names.map(name => ({ name, repository: '/srv/x.git' })),
        builders: names.map(name => ({ name, project: name, steps: [{ shell: 'true' }] })),
      }),
      'm.yml',
    )
    return [config!.builders, config!.projects].map(all =>
      Object.fromEntries(all.map(({ name, folder }) => [name, folder ?? buildFolder(name)])),
    )
  }
  const folders = {
    Build: expect.stringMatching(/^Build-[0-9a-f]{6}$/),
    build: expect.stringMatching(/^build-[0-9a-f]{6}$/),
    test: 'test',
  }
  const [forth, back] = [foldersOf('Build', 'build', 'test'), foldersOf('test', 'build', 'Build')]
  expect([forth, back]).toEqual([
    [folders, folders],
    [folders, folders],
  ])
  expect(new Set(Object.values(forth[0]!).map(folder => folder.toLowerCase())).size).toBe(3)
})

test.each([
  [
    'darwin',
    [
      'm.yml:3: slaves[1].name: differs from "local" in case only, and on this system both would work in one folder',
    ],
  ],
  ['linux', []],
] as const)('slaves whose names differ in case only, on %s', (platform, told) => {
  if (platform === 'darwin') beOn(platform)
  const text = `slaves:
  - name: local
  - name: Local
  - name: mini
    address: mini.local:9990
  - name: Mini
    address: other.local:9990
`
  expect(parseConfig(text, 'm.yml').problems.map(describeProblem)).toEqual(told)
})
