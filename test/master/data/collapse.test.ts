import { expect, test } from 'vitest'
import { type Collapsible, canCollapse } from '../../../main/master/data/collapse.ts'
import type { SourceStampId } from '../../../main/master/model.ts'
import { from } from '../../../main/master/process/properties.ts'

interface Sketch {
  readonly branch?: string | null
  readonly revision?: string | null
  readonly repository?: string
  readonly project?: string
  readonly scheduler?: string
  readonly changed?: boolean
  readonly properties?: Record<string, string>
}

const sketch = (one: Sketch): Collapsible => ({
  request: {
    scheduler: one.scheduler ?? 'on change',
    sourcestamp: {
      id: 1 as SourceStampId,
      project: one.project ?? 'calc',
      repository: one.repository ?? '/srv/calc',
      branch: one.branch === undefined ? 'main' : one.branch,
      revision: one.revision === undefined ? 'r1' : one.revision,
    },
  },
  changed: one.changed ?? false,
  properties: from('Scheduler', one.properties ?? {}),
})

const changed = { changed: true }

test.each<[string, boolean, Sketch, Sketch]>([
  ['the same revision', true, {}, {}],
  ['the newest of a branch twice', true, { revision: null }, { revision: null }],
  ['two revisions without changes', false, { revision: 'r1' }, { revision: 'r2' }],
  ['two revisions by changes', true, { ...changed }, { ...changed, revision: 'r2' }],
  ['a revision by changes and one without', false, changed, { revision: 'r2' }],
  ['a revision without changes and one by them', false, {}, { ...changed, revision: 'r2' }],
  ['two branches', false, changed, { ...changed, branch: 'next' }],
  ['a branch and none', false, { revision: null }, { revision: null, branch: null }],
  ['two repositories', false, {}, { repository: '/srv/other' }],
  ['two projects', false, {}, { project: 'other' }],
  ['the same properties', true, { properties: { a: '1' } }, { properties: { a: '1' } }],
  ['properties of other values', false, { properties: { a: '1' } }, { properties: { a: '2' } }],
  ['properties and none', false, { properties: { a: '1' } }, {}],
  ['what a person asked for, into a change', false, { ...changed, scheduler: 'force' }, changed],
  ['a change into what a person asked for', true, changed, { ...changed, scheduler: 'force' }],
])('%s: %s', (_, expected, older, newer) => {
  expect(canCollapse(sketch(older), sketch(newer))).toBe(expected)
})
