import { expect, test } from 'vitest'
import {
  type CommitNode,
  commitsBetween,
  oldestFirst,
} from '../../../main/master/changes/commit-graph.ts'
import { createRandom, type Random } from '../../helpers/random.ts'

const ODD_DATES = [0, -5, 1e18, 1_700_000_000_000_000]

/** A history of commits called by their numbers, some with dates that can't be. */
function makeHistory(random: Random, count: number, odd: number, far = count) {
  const nodes = new Map<string, CommitNode>()
  for (let i = 0; i < count; i++) {
    const parents = new Set<number>()
    if (i > 0 && !random.chance(0.02)) parents.add(Math.max(0, i - random.int(1, 4)))
    if (i > 2 && random.chance(0.2)) parents.add(random.int(Math.max(0, i - far), i - 1))
    const seconds = random.chance(odd) ? random.pick(ODD_DATES) : 1_700_000_000 + (i >> 1)
    nodes.set(String(i), { parents: [...parents].map(String), seconds })
  }
  return nodes
}

function reach(nodes: ReadonlyMap<string, CommitNode>, tips: readonly string[]): Set<string> {
  const reached = new Set<string>()
  const open = [...tips]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    open.push(...nodes.get(next)!.parents)
  }
  return reached
}

test('what is new is what can be reached from the new tips and not from the known ones, whatever dates say', async () => {
  const seed = Date.now() % 1_000_000
  const random = createRandom(seed)
  for (let round = 0; round < 400; round++) {
    const nodes = makeHistory(random, random.int(3, 60), round % 2 === 0 ? 0 : 0.1)
    const some = () =>
      Array.from({ length: random.int(1, 3) }, () => String(random.int(0, nodes.size - 1)))
    const [tips, known] = [some(), some()]
    const old = reach(nodes, known)
    const wanted = [...reach(nodes, tips)].filter(one => !old.has(one))
    const found = (await commitsBetween(async one => nodes.get(one), tips, known))!
    expect([...found.keys()].toSorted(), `seed ${seed}, round ${round}`).toEqual(wanted.toSorted())
    const order = oldestFirst(found)
    const late = order.filter((one, i) =>
      found.get(one)!.parents.some(parent => order.indexOf(parent) > i),
    )
    expect([order.length, late], `seed ${seed}, round ${round}`).toEqual([found.size, []])
  }
})

test('of a long history only what lies about the difference is read', async () => {
  const nodes = makeHistory(createRandom(1), 20_000, 0, 50)
  let read = 0
  const seen = new Set<string>()
  const found = await commitsBetween(
    async one => {
      if (!seen.has(one)) read++
      seen.add(one)
      return nodes.get(one)
    },
    ['19999'],
    ['19900'],
  )
  expect([found!.size > 0, read < 600]).toEqual([true, true])
})
