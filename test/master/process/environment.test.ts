import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Environment } from '../../../main/master/model.ts'
import {
  type EnvironmentSources,
  environmentOf,
  withProperties,
} from '../../../main/master/process/environment.ts'
import { createHiddenMarks } from '../../../main/master/process/hidden-marks.ts'
import { from } from '../../../main/master/process/properties.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

type Env = Record<string, string>

const hole = (inside: string) => `$\{{ ${inside} }}`

function environment(
  env: Env,
  more: { steps?: readonly { name: string; env: Env }[]; info?: Record<string, unknown> } = {},
): Environment {
  const { steps = [], info = {} } = more
  const link = { program: 'triphammer', capabilities: { resume: 1, vitals: 1 } }
  return environmentOf({
    builder: { env, steps } as unknown as EnvironmentSources['builder'],
    slave: { name: 'local', tags: [], info, link } as unknown as EnvironmentSources['slave'],
    secret: name => (name === 'TOKEN' ? 'hunter2' : undefined),
    markOf: (name, value) => `k:${name}${value.length}`,
  })
}

const builderOf = ({ facts }: Environment) =>
  Object.fromEntries(facts.flatMap(one => (one.group === 'builder' ? [[one.name, one.value]] : [])))

test('what the slave told and what steps get is kept, by group and name', () => {
  const { facts } = environment(
    { CI: 'yes' },
    {
      steps: [
        { name: 'test', env: { B: hole('slave.os'), A: '1' } },
        { name: 'test', env: { A: '2' } },
      ],
      info: {
        platform: 'linux',
        os_pretty_name: 'Debian 12',
        kernel: '6.1',
        arch: 'x64',
        numcpus: 4,
        memory_bytes: 16 * 2 ** 30 + 4096,
        version: '0.2.0',
        node_version: '24.1.0',
        tools: { git: '2.39' },
        variables: { PATH: '/bin' },
        pid: 12,
      },
    },
  )
  const told = facts.map(
    ({ group, step, name, value }) => `${group}${step ? ` ${step}` : ''} ${name}=${value}`,
  )
  expect(told).toEqual([
    'machine architecture=x64',
    'machine capabilities=resume 1, vitals 1',
    'machine kernel=6.1',
    'machine memory=16.0 GiB',
    'machine processors=4',
    'machine release=Debian 12',
    'machine slave program=triphammer',
    'machine slave version=0.2.0',
    'machine slave’s Node.js=24.1.0',
    'machine system=linux',
    'tools git=2.39',
    'slave PATH=/bin',
    'builder CI=yes',
    'step test A=1',
    'step test B=linux',
    'step test (2) A=2',
  ])
})

test('secrets are not in it: neither those that are named, nor what looks like one', () => {
  const kept = environment({
    LOGIN: `me:${hole('secret.TOKEN')}`,
    NPM_TOKEN: 'abc',
    PIP_INDEX_URL: 'https://me:pw@example.org/simple',
    REPO: 'ssh://git@example.org/x',
    DEPLOY: 'ghp_0123456789',
    DB_PASSWORD: hole('prop.password'),
    AUTHORS: hole('secret.NOBODY ?? "none"'),
    PLAIN: 'x',
  })
  expect(builderOf(kept)).toEqual({
    LOGIN: { mark: 'k:LOGIN10' },
    NPM_TOKEN: { mark: 'k:NPM_TOKEN3' },
    PIP_INDEX_URL: { mark: 'k:PIP_INDEX_URL32' },
    REPO: 'ssh://git@example.org/x',
    DEPLOY: { mark: 'k:DEPLOY14' },
    DB_PASSWORD: { mark: null },
    AUTHORS: { mark: 'k:AUTHORS4' },
    PLAIN: 'x',
  })
  expect(JSON.stringify(kept)).not.toMatch(/hunter2|abc|pw@|ghp_/)
})

test('properties are filled in when it is looked at, so that builds share one environment', () => {
  const kept = environment({
    TARGET: `${hole('prop.branch')}-${hole('slave.name')}`,
    ODD: hole('prop.x'),
  })
  const shown = withProperties(kept, from('Build', { branch: 'main' }))
  expect([builderOf(kept), builderOf(shown)]).toEqual([
    { TARGET: `${hole('prop.branch')}-local`, ODD: hole('prop.x') },
    { TARGET: 'main-local', ODD: hole('prop.x') },
  ])
})

test('it is bounded: long values are cut so that they still differ, and the rest is counted', () => {
  const long = (end: string) => environment({ LONG: 'x'.repeat(5000) + end })
  const [a, b] = [long('a'), long('b')].map(one => String(builderOf(one).LONG))
  const many = environment(
    Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`V${i}`, 'y'.repeat(1000)])),
  )
  expect([a === b, a!.length < 2100, a!.slice(2000, 2021)]).toEqual([
    false,
    true,
    ' … (5001 characters, ',
  ])
  expect([many.facts.length + many.leftOut, JSON.stringify(many).length < 33_000]).toEqual([
    102,
    true,
  ])
})

test('a secret is known again by its mark, also by the next master, and not by another key', () => {
  const folder = temporaryFolder('marks')
  const marks = () => createHiddenMarks(folder, reason => expect.fail(reason))
  const [first, again] = [marks()('TOKEN', 'abc'), marks()('TOKEN', 'abc')]
  const other = marks()('TOKEN', 'abd')
  const file = join(folder, 'environments.key')
  const key = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    key.replace(/^./, one => (one === '0' ? '1' : '0')),
  )
  const later = marks()('TOKEN', 'abc')
  const named = [first, again, other, later].map(mark => mark!.split(':')[0])
  expect([
    again === first,
    other === first,
    new Set(named.slice(0, 3)).size,
    named[3] === named[0],
  ]).toEqual([true, false, 1, false])
})

test('without a place for its key a secret has no mark, and somebody is told', () => {
  const troubles: string[] = []
  const markOf = createHiddenMarks(join(temporaryFolder('marks'), 'gone'), reason =>
    troubles.push(reason),
  )
  expect([markOf('A', 'x'), markOf('A', 'x'), troubles.length]).toEqual([null, null, 1])
})
