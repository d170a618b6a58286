import { setImmediate } from 'node:timers/promises'
import {
  type CommitNode,
  commitsBetween,
  oldestFirst,
  type ReadNode,
  reachedFrom,
} from './commit-graph.ts'

export interface BranchTip {
  readonly branch: string
  readonly revision: string
}

/** A branch that points elsewhere than it did, and what that brought. */
export interface BranchMove extends BranchTip {
  /** What becomes changes, the oldest first; the tip is always the last one. */
  readonly commits: readonly string[]
  /** Why it is to be built although it may bring nothing new. */
  readonly category: 'reset' | 'new-branch' | null
  /** How many older commits are none, so that a flood does not bury the waterfall. */
  readonly leftOut: number
}

/** Of one branch at one look. */
export const MOST_CHANGES = 1000
const PIECE = 2000
// What one branch brought is mostly found within so many commits; else all are asked about at once.
const SHORT_WALK = 128

/** How a repository is asked. */
export interface History {
  /** Reads one commit. */
  readonly read: ReadNode
  /** What can be reached from the first and not from the others, by one process of git. */
  between(tips: readonly string[], known: readonly string[]): Promise<Map<string, CommitNode>>
}

/**
 * What each branch brought. To a branch that went on belongs all that its old tip did not have,
 * merged branches with it. To one that is new, or was set anew, belongs what no branch had;
 * of two that share something the first one gets it.
 */
export async function findMoves(
  history: History,
  tips: readonly BranchTip[],
  before: ReadonlyMap<string, string>,
): Promise<BranchMove[]> {
  const moves: BranchMove[] = []
  const far: Advance[] = []
  const others: BranchTip[] = []
  for (const tip of tips) {
    const last = before.get(tip.branch)
    // After a force-push old commits may be gone.
    if (last === undefined || !(await history.read(last))) others.push(tip)
    else {
      const commits = await commitsBetween(history.read, [tip.revision], [last], SHORT_WALK)
      if (!commits) far.push({ ...tip, last })
      else if (goesOn(commits, last)) moves.push(moveOf(tip, commits, null))
      else others.push(tip)
    }
  }
  for (const [tip, commits] of await walkFar(history, far))
    if (commits) moves.push(moveOf(tip, commits, null))
    else others.push(tip)
  return [...moves, ...(await findOthers(history, others, before, moves))]
}

interface Advance extends BranchTip {
  readonly last: string
}

/** What branches brought that moved by many commits; `undefined` for one that did not go on from where it was. */
async function walkFar(
  { read, between }: History,
  far: readonly Advance[],
): Promise<[BranchTip, Map<string, CommitNode> | undefined][]> {
  if (far.length === 0) return []
  const lasts = far.map(({ last }) => last)
  const revisions = far.map(({ revision }) => revision)
  const fresh = await between(revisions, lasts)
  const left = await between(lasts, revisions)
  const walked: [BranchTip, Map<string, CommitNode> | undefined][] = []
  for (const { last, ...tip } of far) {
    if (left.has(last)) {
      walked.push([tip, undefined])
      continue
    }
    // Whoever asks the master something meanwhile is answered.
    await setImmediate()
    const commits = reachedFrom(fresh, tip.revision)
    const edges = [...commits.values()].flatMap(({ parents }) =>
      parents.filter(parent => !commits.has(parent)),
    )
    if (edges.length > 0 && edges.every(edge => edge === last)) walked.push([tip, commits])
    else {
      // What another branch had is among it.
      const exact = (await commitsBetween(read, [tip.revision], [last]))!
      walked.push([tip, goesOn(exact, last) ? exact : undefined])
    }
  }
  return walked
}

/** What branches brought that are new or were set anew. */
async function findOthers(
  { read, between }: History,
  others: readonly BranchTip[],
  before: ReadonlyMap<string, string>,
  moves: readonly BranchMove[],
): Promise<BranchMove[]> {
  if (others.length === 0) return []
  // What came with one branch is not new with the next.
  const known = [...new Set([...before.values(), ...moves.map(({ revision }) => revision)])]
  const revisions = others.map(({ revision }) => revision)
  // Without anything to leave out, a whole history would be new.
  const fresh = (await isAnyThere(read, known))
    ? await between(revisions, known)
    : new Map<string, CommitNode>()
  const set = others.filter(({ branch }) => before.has(branch))
  const made = others.filter(({ branch }) => !before.has(branch))
  return [...set, ...made].map(tip => {
    const commits = reachedFrom(fresh, tip.revision)
    for (const one of commits.keys()) fresh.delete(one)
    const why = before.has(tip.branch) ? 'reset' : commits.size > 0 ? null : 'new-branch'
    return moveOf(tip, commits, why)
  })
}

async function isAnyThere(read: ReadNode, revisions: readonly string[]): Promise<boolean> {
  for (const one of revisions) if (await read(one)) return true
  return false
}

function goesOn(commits: ReadonlyMap<string, CommitNode>, last: string): boolean {
  return [...commits.values()].some(({ parents }) => parents.includes(last))
}

function moveOf(
  tip: BranchTip,
  commits: ReadonlyMap<string, CommitNode>,
  category: BranchMove['category'],
): BranchMove {
  // A branch that moved to a commit which is not new is still something to build.
  if (commits.size === 0) return { ...tip, commits: [tip.revision], category, leftOut: 0 }
  const newest = oldestFirst(commits).slice(-MOST_CHANGES)
  return { ...tip, commits: newest, category, leftOut: commits.size - newest.length }
}

/** Moves in groups of so many commits that they can be read at once. */
export function* inPieces(moves: readonly BranchMove[]): Generator<readonly BranchMove[]> {
  let piece: BranchMove[] = []
  let count = 0
  for (const move of moves) {
    if (count > 0 && count + move.commits.length > PIECE) {
      yield piece
      piece = []
      count = 0
    }
    piece.push(move)
    count += move.commits.length
  }
  if (piece.length > 0) yield piece
}
