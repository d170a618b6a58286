import type { Git } from './git.ts'

/** Where the branches and tags of a repository point. */
export interface Refs {
  /** The branch that HEAD names, if it has a commit. */
  readonly own: string | null
  /** Where each branch points, the own branch first. */
  readonly tips: ReadonlyMap<string, string>
  /** What each tag points to; that is a tag object where the tag has a message. */
  readonly tags: ReadonlyMap<string, string>
  /** Refs that say nothing: each with why, in words. */
  readonly odd: ReadonlyMap<string, string>
}

const NO_NAME = 'its name is none that git takes'
const NO_TARGET = 'it points to nothing'

/** The refs of a server, as its git gives them. */
export async function readServer(git: Git, address: string): Promise<Refs> {
  const refs = ['HEAD', 'refs/heads/*', 'refs/tags/*']
  const said = await git('ls-remote', '--symref', '--', address, ...refs)
  let own: string | null = null
  const found: Ref[] = []
  const peeled: Ref[] = []
  for (const line of said.split('\n')) {
    const symbolic = /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)
    if (symbolic) own = symbolic[1]!
    const [, revision, name] = /^([0-9a-f]{40,64})\t(refs\/.+)$/.exec(line) ?? []
    if (!revision || !name) continue
    // What a tag with a message points to comes in a line after its own.
    if (name.endsWith('^{}')) peeled.push({ name: name.slice(0, -3), revision })
    else found.push({ name, revision })
  }
  return sortRefs([...found, ...peeled], own, new Map())
}

/** The refs of a repository on this machine; git passes over what it can't read, and says so. */
export async function readFolder(git: Git, own: string | null): Promise<Refs> {
  const { said, warned } = await git.feed(
    '',
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/heads',
    'refs/tags',
  )
  const odd = new Map<string, string>()
  for (const line of warned.split('\n')) {
    const name = /^warning: ignoring ref with broken name (.+)$/.exec(line)?.[1]
    const target = /^warning: ignoring (?:dangling symref|broken ref) (.+)$/.exec(line)?.[1]
    if (name) odd.set(name, NO_NAME)
    if (target) odd.set(target, NO_TARGET)
  }
  const found = said.split('\n').flatMap(line => {
    const [, revision, name] = /^([0-9a-f]{40,64}) (.+)$/.exec(line) ?? []
    return revision && name ? [{ revision, name }] : []
  })
  return sortRefs(found, own, odd)
}

interface Ref {
  readonly name: string
  readonly revision: string
}

function sortRefs(refs: readonly Ref[], own: string | null, odd: Map<string, string>): Refs {
  const branches = new Map<string, string>()
  const tags = new Map<string, string>()
  for (const { name, revision } of refs) {
    const branch = inside(name, 'refs/heads/')
    const tag = inside(name, 'refs/tags/')
    if (/^0+$/.test(revision)) odd.set(name, NO_TARGET)
    else if (!isRefName(name)) odd.set(name, NO_NAME)
    else if (branch !== undefined) branches.set(branch, revision)
    else if (tag !== undefined) tags.set(tag, revision)
  }
  // A server may name a ref twice: once as it is, and once as a broken one of the same name.
  for (const name of odd.keys())
    if (
      branches.has(inside(name, 'refs/heads/') ?? '') ||
      tags.has(inside(name, 'refs/tags/') ?? '')
    )
      odd.delete(name)
  const tip = own === null ? undefined : branches.get(own)
  if (own === null || tip === undefined) return { own: null, tips: branches, tags, odd }
  branches.delete(own)
  return { own, tips: new Map([[own, tip], ...branches]), tags, odd }
}

function inside(name: string, folder: string): string | undefined {
  return name.startsWith(folder) ? name.slice(folder.length) : undefined
}

/** The rules of `git check-ref-format`. */
export function isRefName(name: string): boolean {
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$/.test(name)) return false
  return name
    .split('/')
    .every(part => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}
