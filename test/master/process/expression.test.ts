import { expect, test } from 'vitest'
import type { PropertyValue } from '../../../main/master/model.ts'
import { isTrue, parseExpression } from '../../../main/master/process/expression.ts'
import { expressionOf, findBadHole, interpolate } from '../../../main/master/process/interpolate.ts'
import { createLookup, from } from '../../../main/master/process/properties.ts'

const lookup = createLookup(
  () =>
    from('Build', {
      branch: 'main',
      empty: '',
      zero: 0,
      no: false,
      nothing: null,
      list: [1, 'a'],
      'with-stroke': 'w',
      'a.b': 'dotted',
    }),
  {
    name: 'local',
    tags: ['quick'],
    info: { system: 'posix', numcpus: 4, os_id: 'debian', tools: { node: '24.21.0' } },
  },
  name => (name === 'TOKEN' ? 's3cret' : undefined),
)

test.each<[string, PropertyValue]>([
  ['prop.branch', 'main'],
  ['prop.a.b', 'dotted'],
  ['prop.with-stroke', 'w'],
  ['slave.name', 'local'],
  ['slave.system', 'posix'],
  ['slave.numcpus', 4],
  ['slave.os', 'linux'],
  ['slave.tools.node', '24.21.0'],
  ['slave.tools.go ?? "none"', 'none'],
  ['slave.tags', ['quick']],
  ['secret.TOKEN', 's3cret'],
  ['"a text"', 'a text'],
  ["'it\\'s'", "it's"],
  ['-1.5', -1.5],
  ['true', true],
  ['prop.branch == "main"', true],
  ['prop.branch != "main"', false],
  ['slave.numcpus == "4"', true],
  ['prop.zero == "0"', true],
  ['prop.nothing == ""', true],
  ['!prop.no', true],
  ['!!prop.branch', true],
  ['prop.no || prop.branch', 'main'],
  ['prop.branch && prop.no', false],
  ['prop.no || prop.zero || "last"', 'last'],
  ['prop.none ?? "default"', 'default'],
  ['prop.none ?? prop.neither ?? "default"', 'default'],
  ['prop.nothing ?? "default"', 'default'],
  ['prop.empty ?? "default"', ''],
  ['(prop.no || prop.branch) == "main"', true],
  ['prop.branch == "main" && slave.numcpus == 4 || prop.none', true],
  ['prop.list', [1, 'a']],
])('%s', (text, value) => {
  expect(parseExpression(text)(lookup)).toEqual(value)
})

test.each([
  ['prop.none', 'there is no property "none"'],
  ['prop.toString', 'there is no property "toString"'],
  ['slave.constructor', 'there is no "constructor" of a slave'],
  ['secret.NONE', 'there is no secret "NONE"'],
  ['slave.colour', 'there is no "colour" of a slave'],
  ['branch', 'there is no name "branch"; names begin with prop., slave. or secret.'],
  ['branch ?? "x"', 'there is no name "branch"; names begin with prop., slave. or secret.'],
  ['prop.none == "x" ?? "y"', 'there is no property "none"'],
])('%s fails: %s', (text, message) => {
  expect(() => parseExpression(text)(lookup)).toThrow(message)
})

test.each([
  ['', '"" ends too early'],
  ['prop.a ==', '"prop.a ==" ends too early'],
  ['(prop.a', '"(prop.a": a ")" is missing'],
  ['prop.a prop.b', '"prop.a prop.b" can\'t be read at "prop.b"'],
  ['prop.a = 1', '"prop.a = 1" can\'t be read at "= 1"'],
  ['"open', '""open" can\'t be read at ""open"'],
  ['== 1', '"== 1" can\'t be read at "=="'],
  [')', '")" can\'t be read at ")"'],
])('%s can not be read', (text, message) => {
  expect(() => parseExpression(text)).toThrow(message)
})

test.each<[PropertyValue, boolean]>([
  ['', false],
  ['false', false],
  ['0', true],
  [0, false],
  [null, false],
  [[], true],
  ['no', true],
])('%j counts as %s', (value, truth) => {
  expect(isTrue(value)).toBe(truth)
})

// A hole is written in two halves here, so that it is not taken for one of a template.
const hole = (inside: string) => `$\{{${inside}}}`

test.each([
  [`on ${hole(' prop.branch ')}!`, 'on main!'],
  [`${hole('prop.branch')}${hole('slave.name')}`, 'mainlocal'],
  [hole('prop.none ?? "x"'), 'x'],
  [hole('prop.list'), '[1,"a"]'],
  [hole('prop.nothing'), ''],
  [hole('prop.zero'), '0'],
  [`$HOME $\{HOME} {{x}} $1`, `$HOME $\{HOME} {{x}} $1`],
])('%s becomes %s', (text, filled) => {
  expect(interpolate(text, lookup)).toBe(filled)
})

test('a hole that names what is not there is never an empty text', () => {
  expect(() => interpolate(`a ${hole('prop.none')}`, lookup)).toThrow('there is no property "none"')
})

test('a bad hole is found without filling it', () => {
  expect([
    findBadHole(`${hole('prop.none')} and ${hole('prop. =')}`),
    findBadHole(hole('prop.none')),
    findBadHole('no holes'),
  ]).toEqual(['"prop. =" can\'t be read at ". ="', undefined, undefined])
})

test('the braces around a condition may be left out', () => {
  expect([expressionOf(hole(' prop.a ')), expressionOf(' prop.a ')]).toEqual(['prop.a', 'prop.a'])
})

test.each([
  [`${'('.repeat(5000)}1${')'.repeat(5000)}`, 'is too long'],
  [`${'!'.repeat(900)}1`, 'is nested too deeply'],
  [`${'('.repeat(300)}1${')'.repeat(300)}`, 'is nested too deeply'],
  [`1${' == 1'.repeat(20_000)}`, 'is too long'],
  [`prop.a${' ?? prop.a'.repeat(5000)}`, 'is too long'],
])('what nobody writes by hand is refused in words', (text, words) => {
  expect(() => parseExpression(text)).toThrow(words)
  expect(findBadHole(`\${{ ${text} }}`)).toContain(words)
})

test('what is nested as people nest it is read', () => {
  const text = `${'('.repeat(90)}1${')'.repeat(90)}${' && 1'.repeat(400)}`
  expect(parseExpression(text)(() => undefined)).toBe(1)
})

test('braces that are never closed are looked at once', () => {
  const text = '${{ a '.repeat(200_000)
  expect([findBadHole(text), interpolate(text, () => undefined) === text]).toEqual([
    undefined,
    true,
  ])
})
