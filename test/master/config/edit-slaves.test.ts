import { expect, test } from 'vitest'
import { addSlave, setSlavePort } from '../../../main/master/config/edit-slaves.ts'
import { parseConfig } from '../../../main/master/config/parse.ts'
import { describeProblem } from '../../../main/master/config/status.ts'

const MINI = { name: 'mini', address: 'mini.local:9990', tags: ['arm64'], maxBuilds: 2 }

function slavesOf(text: string) {
  const { config, problems } = parseConfig(text, 'master.yml')
  const slaves = config?.slaves.map(({ name, kind, address }) => [name, kind, address])
  return [problems.map(describeProblem), slaves]
}

test('where no slave is named the local one is written down too, so that it stays', () => {
  const after = addSlave('# my words\ntitle: Desk # and more\n', MINI)
  expect(after).toBe(`# my words
title: Desk # and more
slaves:
  - name: local
  - name: mini
    kind: remote
    address: mini.local:9990
    tags:
      - arm64
    maxBuilds: 2
`)
  expect(slavesOf(after)).toEqual([
    [],
    [
      ['local', 'local', null],
      ['mini', 'remote', 'mini.local:9990'],
    ],
  ])
})

test('a slave joins the others in the form in which they are written', () => {
  const text = 'slaves: [{ name: local }] # here\nbuilders: []\n'
  expect(addSlave(text, { ...MINI, tags: [], maxBuilds: null })).toBe(
    'slaves: [{ name: local }, {"name":"mini","kind":"remote","address":"mini.local:9990"}] # here\nbuilders: []\n',
  )
})

test.each([
  [
    'a new address takes the place of the old one, and its comment stays',
    'slaves:\n  - name: mini\n    kind: remote\n    address: 10.0.0.1:9990 # attic\n    maxBuilds: 1\n',
    'slaves:\n  - name: mini\n    kind: remote\n    address: "mini.local:9990" # attic\n    maxBuilds: 1\n',
  ],
  [
    'a slave that dialled in is dialled from now on',
    'slaves:\n  - name: mini # attic\n    kind: remote\n',
    'slaves:\n  - name: mini # attic\n    address: "mini.local:9990"\n    kind: remote\n',
  ],
  [
    'in braces as well',
    'slaves:\n  - { name: mini, kind: remote }\n',
    'slaves:\n  - { name: mini, address: "mini.local:9990", kind: remote }\n',
  ],
  [
    'what is written already stays to the letter',
    'slaves: [{address: mini.local:9990,   name: mini}]\n',
    'slaves: [{address: mini.local:9990,   name: mini}]\n',
  ],
])('%s', (_, before, after) => {
  expect(addSlave(before, MINI)).toBe(after)
  expect(slavesOf(after)).toEqual([[], [['mini', 'remote', 'mini.local:9990']]])
})

test.each([
  ['slaves: [{ name: mini }]', MINI, 'there is a slave "mini" of kind local already'],
  [
    'slaves: [{ name: mini, address: a:1 }]',
    { ...MINI, address: null },
    'the slave "mini" is dialled at a:1',
  ],
])('the name of another slave is refused: %s', (text, draft, reason) => {
  expect(() => addSlave(text, draft)).toThrow(reason)
})

test.each([
  ['', /^# What is built[\s\S]*\nslavePort: 9990\n$/],
  ['# mine\nbuilders: []\n', /^# mine\nslavePort: 9990\nbuilders: \[\]\n$/],
  [
    '# mine\ntitle: A # b\nbuilders: []\n',
    /^# mine\ntitle: A # b\nslavePort: 9990\nbuilders: \[\]\n$/,
  ],
  ['slavePort: 1 # c\n', /^slavePort: 9990 # c\n$/],
  ['slavePort: 10.0.0.1:1 # c\n', /^slavePort: "10.0.0.1:9990" # c\n$/],
  ['slavePort: { port: 1, tls: false } # c\n', /^slavePort: { port: 9990, tls: false } # c\n$/],
])('the port is written into %j', (before, after) => {
  const text = setSlavePort(before, 9990)
  expect(text).toMatch(after)
  expect(parseConfig(text, 'm.yml').config?.slavePort?.port).toBe(9990)
})

test.each([
  ['9990', { host: '::', port: 9990, tls: true }],
  ['"127.0.0.1:9990"', { host: '127.0.0.1', port: 9990, tls: false }],
  ['"[::1]:9990"', { host: '::1', port: 9990, tls: false }],
  ['192.168.1.5:9990', { host: '192.168.1.5', port: 9990, tls: true }],
  ['{ port: 9990, tls: false }', { host: '::', port: 9990, tls: false }],
  ['{ host: localhost, port: 9990, tls: true }', { host: 'localhost', port: 9990, tls: true }],
])('slavePort: %s is understood', (text, slavePort) => {
  const { config } = parseConfig(`slavePort: ${text}`, 'm.yml')
  expect(config?.slavePort).toEqual(slavePort)
})

test.each(['70000', '"mini"', '"a b:1"', '{ port: 1, tsl: true }'])(
  'slavePort: %s is refused with what is wrong',
  text => {
    const { problems } = parseConfig(`slavePort: ${text}`, 'm.yml')
    expect(problems.map(({ line, key }) => [line, key.split('.')[0]])).toEqual([[1, 'slavePort']])
    expect(problems[0]!.reason).toMatch(/HOST:PORT|unknown key/)
  },
)

test('an address that is none is told with its line', () => {
  const text = 'slaves:\n  - name: mini\n    address: "mini:port"\n'
  expect(parseConfig(text, 'm.yml').problems.map(describeProblem)).toEqual([
    'm.yml:3: slaves[0].address: must be HOST:PORT, as in mini.local:9990',
  ])
})
