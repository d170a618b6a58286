import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseConfig } from '../../../main/master/config/parse.ts'

const read = (slave: object, builder: object = {}, other: object = {}) =>
  parseConfig(
    stringify({
      slaves: [slave, { name: 'desk', ...other }],
      builders: [{ name: 'b', steps: [{ shell: 'x' }], ...builder }],
    }),
    '/etc/m.yml',
  )
const DOCKER = { name: 'box', kind: 'docker', image: 'node:24' }

test('slaves that start on demand are understood, with what is left out filled in', () => {
  const elastic = (slave: object) => read(slave).config?.slaves[0]?.elastic
  const base = { idleTimeoutMs: 300_000, startTimeoutMs: 300_000, node: 'node' }
  expect([
    elastic(DOCKER),
    elastic({ name: 'far', kind: 'ssh', host: 'mini', sshConfig: 'ssh.conf', idleTimeout: '1h' }),
    elastic({
      name: 'pod',
      kind: 'kubernetes',
      image: 'a',
      resources: { limits: { cpu: 2 } },
      env: { CI: true },
    }),
    elastic({ name: 'desk-2' }),
  ]).toEqual([
    {
      ...base,
      kind: 'docker',
      engine: 'docker',
      image: 'node:24',
      pull: 'missing',
      volumes: [],
      network: null,
      env: {},
      arguments: [],
      basedir: '/tmp/triphammer',
    },
    {
      ...base,
      kind: 'ssh',
      idleTimeoutMs: 3_600_000,
      host: 'mini',
      user: null,
      port: null,
      sshConfig: '/etc/ssh.conf',
      command: null,
      basedir: null,
    },
    {
      ...base,
      kind: 'kubernetes',
      image: 'a',
      namespace: null,
      context: null,
      resources: { limits: { cpu: '2' } },
      env: { CI: 'true' },
      pull: 'missing',
      basedir: '/tmp/triphammer',
    },
    null,
  ])
})

test('several machines are slaves of their own with folders of their own, and one name for builders', () => {
  const { config, problems } = read({ ...DOCKER, machines: 2 }, { slaves: ['box', 'desk'] })
  const slaves = config?.slaves.map(({ name, maxBuilds, elastic }) =>
    elastic ? [name, maxBuilds, elastic.basedir] : name,
  )
  expect([problems, slaves, config?.builders[0]?.slaves]).toEqual([
    [],
    [['box-1', 1, '/tmp/triphammer/box-1'], ['box-2', 1, '/tmp/triphammer/box-2'], 'desk'],
    ['box-1', 'box-2', 'desk'],
  ])
})

test.each([
  [{ name: 'a', kind: 'docker' }, 'slaves[0].image: is needed, such as node:24'],
  [{ name: 'a', kind: 'ssh' }, 'slaves[0].host: is needed, as you would type it after ssh'],
  [{ name: 'a', kind: 'kubernetes' }, 'slaves[0].image: is needed, such as node:24'],
  [
    { name: 'a', image: 'x' },
    'slaves[0].image: a slave of kind local has no "image"; kinds docker, kubernetes have it',
  ],
  [
    { ...DOCKER, host: 'x' },
    'slaves[0].host: a slave of kind docker has no "host"; only kind ssh has it',
  ],
  [{ ...DOCKER, imagee: 'x' }, 'slaves[0].imagee: unknown key; did you mean "image"?'],
  [{ ...DOCKER, engine: 'lxc' }, 'slaves[0].engine: must be docker or podman'],
  [{ ...DOCKER, machines: 0 }, 'slaves[0].machines: must be at least 1'],
  [
    { ...DOCKER, idleTimeout: 'soon' },
    'slaves[0].idleTimeout: must be a time such as 30s, 10m or 1h',
  ],
  [
    { ...DOCKER, basedir: 'builds' },
    'slaves[0].basedir: must be an absolute path, or begin with ~/, and hold no spaces or quotes',
  ],
  [
    { name: 'a', kind: 'ssh', host: '-oProxyCommand=x' },
    'slaves[0].host: must be a name as ssh knows it',
  ],
  [
    { name: 'a', kind: 'ssh', host: 'x', node: "node'; rm -rf /" },
    'slaves[0].node: must be the name or path of a program, without spaces',
  ],
  [{ ...DOCKER, machines: 2, name: 'desk' }, 'slaves[1].name: there are two called "desk"'],
  [
    { ...DOCKER, machines: 2, name: 'd' },
    'slaves[1].name: "d" has a machine of that name',
    { name: 'd-2' },
  ],
])('%j says what is wrong', (slave, words, other?: object) => {
  expect(read(slave, {}, other).problems.map(({ key, reason }) => `${key}: ${reason}`)).toEqual([
    words,
  ])
})
