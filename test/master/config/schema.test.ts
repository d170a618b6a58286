import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../../main/master/config/parse.ts'
import { jsonSchema } from '../../../main/master/config/schema.ts'
import { ROOT } from '../../helpers/master.ts'

const validate = new Ajv2020({ allowUnionTypes: true, strict: false }).compile(jsonSchema())

const files = [
  join(ROOT, 'test/fixtures/example-master.yml'),
  ...readdirSync(join(ROOT, 'test/scenarios'))
    .filter(name => name.endsWith('.yml'))
    .map(name => join(ROOT, 'test/scenarios', name)),
]

test.each(files)('an editor with the schema accepts what the parser accepts: %s', file => {
  const content = parse(readFileSync(file, 'utf8'))
  const config = content.configuration ?? content
  const { problems } = parseConfig(JSON.stringify(config), file)
  expect([problems, validate(config), validate.errors ?? null]).toEqual([[], true, null])
})

test.each([{ git: { mode: 'clean', submodules: false } }, { git: null, mode: 'clobber' }])(
  'an editor with the schema accepts a git step as %j',
  step => {
    expect(validate({ builders: [{ name: 'a', steps: [step] }] })).toBe(true)
  },
)

test.each([
  ['an unknown key', { titel: 'x' }],
  ['an unknown step', { builders: [{ name: 'a', steps: [{ shel: 'x' }] }] }],
  ['a builder without steps', { builders: [{ name: 'a', steps: [] }] }],
  ['an unknown kind of scheduler', { schedulers: [{ name: 'a', kind: 'never', builders: ['a'] }] }],
  ['a scheduler without builders', { schedulers: [{ name: 'a', kind: 'force' }] }],
])('an editor with the schema marks %s', (_, config) => {
  expect(validate(config)).toBe(false)
})
