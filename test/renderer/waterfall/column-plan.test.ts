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

  test('stand in the group of each of their tags, those without any at the end, or are not grouped', () => {
    const groups = (group: Arrangement['group'], change: Partial<Arrangement> = {}) =>
      plan({ group, ...change }).map(one => [one.group.title, one.name])
    expect(groups('tag')).toEqual([
      ['fast', 'linux'],
      ['fast', 'docs'],
      ['text', 'docs'],
      ['', 'macos'],
    ])
    expect(new Set(plan({ group: 'tag' }).map(one => one.key)).size).toBe(4)
    // A pin is for the builder, not for one of its columns.
    expect(groups('tag', { pins: ['docs'], order: ['macos'] })).toEqual([
      ['pinned', 'docs'],
      ['fast', 'linux'],
      ['', 'macos'],
    ])
    expect(groups('tag', { folded: ['fast'] })).toEqual([
      ['fast', 'fast'],
      ['text', 'docs'],
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
  // Each builder with the groups that it stands in.
  type Groups = Readonly<Record<string, string>>
  const PROJECTS: Groups = { a1: 'a', a2: 'a', a3: 'a', b1: 'b', b2: 'b', c1: 'c' }
  const TAGS: Groups = { a1: 'xy', a2: 'xy', a3: 'y', b1: 'z' }
  const move = (
    name: string,
    group: string,
    before: readonly [string, string] | null,
    of = PROJECTS,
    names = Object.keys(of),
  ) => {
    const groupsBy = (order: readonly string[]) => [
      ...new Set([...order, ...Object.keys(of)].flatMap(one => [...of[one]!])),
    ]
    const places = groupsBy(names).flatMap(one =>
      names
        .filter(member => of[member]!.includes(one))
        .map(member => ({ name: member, group: one })),
    )
    return moveColumn(
      { places, names, configured: Object.keys(of), groupsBy },
      { name, group },
      before && { name: before[0], group: before[1] },
    )
  }

  test('within its group names no more of them than it has to', () => {
    expect(move('a3', 'a', ['a1', 'a'])).toEqual(['a3'])
    expect(move('a3', 'a', ['b1', 'b'], PROJECTS, ['a3', 'a1', 'a2', 'b1', 'b2', 'c1'])).toEqual([])
    expect(move('a1', 'a', ['b1', 'b'])).toEqual(['a2', 'a3'])
    expect(move('a1', 'a', ['a3', 'a'])).toEqual(['a2'])
  })

  test('out of its group takes the group along', () => {
    expect(move('b1', 'b', ['a3', 'a'])).toEqual(['b'])
    expect(move('a3', 'a', ['b2', 'b'])).toEqual(['b'])
    expect(move('a3', 'a', ['c1', 'c'])).toEqual(['b'])
    expect(move('b2', 'b', null)).toEqual(['a', 'c'])
    expect(move('a1', 'a', null)).toEqual(['b', 'c'])
    expect(move('c1', 'c', null)).toEqual([])
  })

  test('of a builder with several tags moves that column, and its order holds in each group', () => {
    expect(move('a2', 'y', ['a1', 'y'], TAGS)).toEqual(['a2'])
    expect(move('a1', 'y', ['b1', 'z'], TAGS)).toEqual(['a2', 'a3'])
    // Both groups begin with the same builder, so that names could not say which is first.
    expect(move('a1', 'y', ['a1', 'x'], TAGS)).toEqual(['y'])
    expect(move('b1', 'z', ['a1', 'y'], TAGS)).toEqual(['x', 'z'])
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
