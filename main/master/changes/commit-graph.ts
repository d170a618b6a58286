/** What is asked of a commit to find out which ones are new. */
export interface CommitNode {
  readonly parents: readonly string[]
  /** When it was committed, as it says itself: any number. */
  readonly seconds: number
}

/** Reads a commit; `undefined` where there is none, as before the edge of a shallow copy. */
export type ReadNode = (revision: string) => Promise<CommitNode | undefined>

// After so many commits of the known side one of the new side is looked at, whatever their dates say.
const LONGEST_TURN = 64
// Clocks differ, and commits of one second can be in any order: so many more are looked at to be sure.
const MOST_OLDER = 64
const AT_ONCE = 1000

/**
 * The commits that can be reached from `tips` and not from `known`, as `git rev-list TIPS ^KNOWN`
 * has them. Both sides are walked from the newest to the older ones at the same time, so what is
 * read is about what differs, however long the history is. Dates only say where to look first:
 * commits with a date that can't be do not make others wrong.
 *
 * @param mostSteps After so many commits it is given up: `undefined`.
 */
export async function commitsBetween(
  read: ReadNode,
  tips: readonly string[],
  known: Iterable<string>,
  mostSteps = Number.POSITIVE_INFINITY,
): Promise<Map<string, CommitNode> | undefined> {
  let steps = 0
  const fresh = new Map<string, CommitNode>()
  const seen = new Set<string>()
  const old = new Set<string>()
  const left = createQueue()
  const right = createQueue()

  await all([...known], async revision => {
    old.add(revision)
    right.push(revision, await age(revision))
  })
  await all(tips, addFresh)
  let turn = 0
  while (left.size > 0) {
    if (++steps > mostSteps) return undefined
    if (right.size > 0 && right.first() >= left.first() && turn < LONGEST_TURN) {
      turn++
      await goOnOld(right.pop())
    } else {
      turn = 0
      await goOnFresh(left.pop())
    }
  }
  // What was walked as new may turn out to be known by a longer way.
  const oldest = oldestOf(fresh)
  let more = MOST_OLDER
  while (fresh.size > 0 && right.size > 0 && (right.first() > oldest || more-- > 0)) {
    if (++steps > mostSteps) return undefined
    await goOnOld(right.pop())
  }
  return fresh

  async function addFresh(revision: string) {
    if (seen.has(revision) || old.has(revision)) return
    seen.add(revision)
    left.push(revision, await age(revision))
  }

  async function goOnFresh(revision: string) {
    if (old.has(revision)) return
    const node = await read(revision)
    if (!node) return
    fresh.set(revision, node)
    for (const parent of node.parents) await addFresh(parent)
  }

  async function goOnOld(revision: string) {
    fresh.delete(revision)
    const node = await read(revision)
    for (const parent of node?.parents ?? []) {
      if (old.has(parent)) continue
      old.add(parent)
      fresh.delete(parent)
      right.push(parent, await age(parent))
    }
  }

  // A commit is no older than its parents, whatever it says.
  async function age(revision: string): Promise<number> {
    const node = await read(revision)
    if (!node) return Number.NEGATIVE_INFINITY
    const parents = await Promise.all(node.parents.map(read))
    return Math.max(node.seconds, ...parents.map(parent => parent?.seconds ?? node.seconds))
  }
}

/** Parents before their children, and otherwise the older ones first. */
export function oldestFirst(commits: ReadonlyMap<string, CommitNode>): string[] {
  const children = new Map<string, string[]>()
  const waits = new Map<string, number>()
  const ready = createQueue()
  for (const [revision, { parents, seconds }] of [...commits].reverse()) {
    const inside = [...new Set(parents)].filter(parent => commits.has(parent))
    waits.set(revision, inside.length)
    for (const parent of inside) children.set(parent, [...(children.get(parent) ?? []), revision])
    if (inside.length === 0) ready.push(revision, -seconds)
  }
  const sorted: string[] = []
  while (ready.size > 0) {
    const revision = ready.pop()
    sorted.push(revision)
    for (const child of children.get(revision) ?? []) {
      waits.set(child, waits.get(child)! - 1)
      if (waits.get(child) === 0) ready.push(child, -commits.get(child)!.seconds)
    }
  }
  return sorted
}

/** Those of `commits` that can be reached from `tip`. */
export function reachedFrom(
  commits: ReadonlyMap<string, CommitNode>,
  tip: string,
): Map<string, CommitNode> {
  const reached = new Map<string, CommitNode>()
  const open = [tip]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = commits.get(next)
    if (!node || reached.has(next)) continue
    reached.set(next, node)
    open.push(...node.parents)
  }
  return reached
}

function oldestOf(commits: ReadonlyMap<string, CommitNode>): number {
  const ages = new Map<string, number>()
  let oldest = Number.POSITIVE_INFINITY
  for (const revision of oldestFirst(commits)) {
    const { parents, seconds } = commits.get(revision)!
    const age = Math.max(seconds, ...parents.map(parent => ages.get(parent) ?? seconds))
    ages.set(revision, age)
    oldest = Math.min(oldest, age)
  }
  return oldest
}

async function all(revisions: readonly string[], work: (revision: string) => Promise<unknown>) {
  for (let i = 0; i < revisions.length; i += AT_ONCE)
    await Promise.all(revisions.slice(i, i + AT_ONCE).map(work))
}

/** Revisions by a number, the greatest first; a binary heap. */
function createQueue() {
  const heap: { readonly revision: string; readonly by: number }[] = []
  return {
    get size() {
      return heap.length
    },
    first: () => heap[0]!.by,
    push(revision: string, by: number) {
      let at = heap.push({ revision, by }) - 1
      while (at > 0) {
        const above = (at - 1) >> 1
        if (heap[above]!.by >= by) break
        swap(at, above)
        at = above
      }
    },
    pop(): string {
      const [top] = heap
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        for (let at = 0; ; ) {
          let most = at
          for (const below of [2 * at + 1, 2 * at + 2])
            if (below < heap.length && heap[below]!.by > heap[most]!.by) most = below
          if (most === at) break
          swap(at, most)
          at = most
        }
      }
      return top!.revision
    },
  }

  function swap(a: number, b: number) {
    const one = heap[a]!
    heap[a] = heap[b]!
    heap[b] = one
  }
}
