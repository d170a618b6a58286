import { describe, expect, test } from 'vitest'
import type { Builder, Slave } from '../../../main/master/model.ts'
import { type Arrangement, PLAIN } from '../../../renderer/store/arrangement.ts'
import {
  columnWidth,
  LEAST_FOR_WORDS,
  moveColumn,
  planColumns,
} from '../../../renderer/waterfall/column-plan.ts'

const BUILDERS = [
  builder('linux', 'calc', ['fast']),
  builder('macos', 'calc', []),
  builder('docs', 'site', ['fast', 'text']),
  builder('old', 'calc', [], false),
]

describe('columns', () => {
  test('are the builders of the configuration by project, and none that is gone from it', () => {
    expect(names({})).toEqual(['linux', 'macos', 'docs'])
    expect(names({ all: true })).toEqual(['linux', 'macos', 'old', 'docs'])
  })

  test('are put away by a person only, and come back with the switch', () => {
    expect(names({ archived: ['macos'] })).toEqual(['linux', 'docs'])
    expect(names({ archived: ['macos'], all: true })).toContain('macos')
  })

  test('are grouped by their first tag, or not at all', () => {
    const groups = (group: Arrangement['group']) =>
      plan({ group }).map(one => [one.group.title, one.name])
    expect(groups('tag')).toEqual([
      ['fast', 'linux'],
      ['fast', 'docs'],
      ['', 'macos'],
    ])
    expect(groups('none').map(([title]) => title)).toEqual(['', '', ''])
  })

  test('of a folded group are one, which holds all of its builders', () => {
    const [folded, docs] = plan({ folded: ['calc'] })
    expect([folded!.of, folded!.builders.map(one => one.name)]).toEqual([
      'group',
      ['linux', 'macos'],
    ])
    expect(docs!.name).toBe('docs')
    // A group of that name which is not there folds nothing.
    expect(names({ folded: ['nobody'] })).toEqual(names({}))
  })

  test('that are pinned stand first in the order of the pins, also out of a folded group', () => {
    const pinned = plan({ pins: ['docs', 'linux', 'nobody'], folded: ['calc'] })
    expect(pinned.map(one => [one.name, one.group.kind])).toEqual([
      ['docs', 'pinned'],
      ['linux', 'pinned'],
      ['calc', 'project'],
    ])
  })

  test('that were moved come first, and their groups with them', () => {
    expect(names({ order: ['docs'] })).toEqual(['docs', 'linux', 'macos'])
    expect(names({ order: ['macos', 'linux'] })).toEqual(['macos', 'linux', 'docs'])
  })

  test('are those whose name, project or tags hold each word of the filter', () => {
    expect(names({ filter: 'FAST calc' })).toEqual(['linux'])
    expect(names({ filter: 'nothing' })).toEqual([])
  })

  test('are slaves as well, with the same pins, order and filter', () => {
    const slaves = [slave('mini', ['macos']), slave('box', [])]
    const of = (change: Partial<Arrangement>) =>
      planColumns({ ...PLAIN, columns: 'slaves', ...change }, BUILDERS, slaves).map(one => one.name)
    expect(of({})).toEqual(['mini', 'box'])
    expect(of({ pins: ['box'] })).toEqual(['box', 'mini'])
    expect(of({ filter: 'macos' })).toEqual(['mini'])
  })
})

describe('a column', () => {
  const many = planColumns(
    PLAIN,
    Array.from({ length: 200 }, (_, i) => builder(`b${i}`, 'p', [])),
    [],
  )

  test('is as narrow as a target may be where there are two hundred, and holds words where there are few', () => {
    expect(columnWidth(many, 'automatic', 1200)).toBe(24)
    expect(columnWidth(many, 'comfortable', 1200)).toBeGreaterThanOrEqual(LEAST_FOR_WORDS)
    expect(columnWidth(plan({}), 'automatic', 1200)).toBe(260)
    expect(columnWidth(plan({}), 'narrow', 1200)).toBe(24)
    expect(columnWidth([], 'automatic', 1200)).toBeGreaterThan(0)
  })

  test('leaves no room unused between narrow and wide', () => {
    expect(columnWidth(many.slice(0, 30), 'automatic', 1200)).toBe(40)
  })
})

describe('moving a column', () => {
  const configured = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']
  const group = (key: string) => key[0]!
  const move = (key: string, before: string | null, places = configured) =>
    moveColumn(
      places.map(one => ({ key: one, group: group(one) })),
      configured,
      key,
      before,
    )

  test('within its group names no more of them than it has to', () => {
    expect(move('a3', 'a1')).toEqual(['a3'])
    expect(move('a3', 'b1', ['a3', 'a1', 'a2', 'b1', 'b2', 'c1'])).toEqual([])
    expect(move('a1', 'b1')).toEqual(['a2', 'a3'])
    expect(move('a1', 'a3')).toEqual(['a2'])
  })

  test('out of its group takes the group along', () => {
    expect(move('b1', 'a3')).toEqual(['b1', 'b2'])
    expect(move('a3', 'b2')).toEqual(['b1', 'b2'])
    expect(move('b2', null)).toEqual(['a1', 'a2', 'a3', 'c1'])
    expect(move('a1', null)).toEqual(['b1', 'b2', 'c1'])
    expect(move('c1', null)).toEqual([])
  })

  test('that is gone changes nothing', () => {
    expect(move('nobody', 'a1')).toEqual(configured)
  })
})

function plan(change: Partial<Arrangement>) {
  return planColumns({ ...PLAIN, ...change }, BUILDERS, [])
}

function names(change: Partial<Arrangement>) {
  return plan(change).map(one => one.name)
}

function builder(name: string, project: string, tags: readonly string[], active = true): Builder {
  return {
    id: 1 as Builder['id'],
    name,
    project,
    description: '',
    tags,
    slaves: ['local'],
    active,
    position: 0,
    monitor: null,
  }
}

function slave(name: string, tags: readonly string[]): Slave {
  return { name, tags, active: true } as Slave
}
