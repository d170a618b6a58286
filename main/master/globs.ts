import picomatch from 'picomatch'
import { expandBraces } from './braces.ts'

// What a segment with brackets or groups may cost grows with each star in it.
const MOST_STARS = 3
const LONGEST = 1000

/**
 * Whether a name of a repository, such as a branch, is one of those that globs name: `*` and `?`
 * stay within a `/`, `**` does not, `{a,b}` is either.
 *
 * Names come from others, so matching takes time in proportion to their length, whatever the
 * globs look like. Only what has brackets, groups or a `!` is left to picomatch, with few stars.
 */
export function nameMatcher(globs: readonly string[]): (name: string) => boolean {
  const matchers = globs.map(matcherOf)
  return name => matchers.some(matches => matches(name))
}

/** What is wrong with a glob for names, in words; `undefined` when nothing is. */
export function findBadGlob(glob: string): string | undefined {
  if (glob.length > LONGEST) return `it has more than ${LONGEST} characters`
  try {
    for (const one of alternatives(glob)) {
      if (isPlain(one)) continue
      if (one.split('*').length - 1 > MOST_STARS)
        return `beside brackets, groups and "!" there may be ${MOST_STARS} stars`
      picomatch(one, { dot: true })
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function matcherOf(glob: string): (name: string) => boolean {
  // What the configuration refuses names nothing.
  if (findBadGlob(glob) !== undefined) return () => false
  const matchers = alternatives(glob).map(one => {
    if (!isPlain(one)) return picomatch(one, { dot: true })
    const parts = partsOf(one)
    return (name: string) => matchParts(parts, name.split('/'))
  })
  return name => matchers.some(matches => matches(name))
}

function alternatives(glob: string): string[] {
  // An escaped brace, or one of a number range, is picomatch's business.
  return /\\|\{[^{},]*\.\.[^{},]*\}|\$\{/.test(glob) ? [glob] : expandBraces(glob)
}

// Text, `*`, `?` and `**` only.
function isPlain(glob: string): boolean {
  return !/[\\[\](){}!+@|"]|^\.\/|\/\/|^\/|\/$|^$/.test(glob)
}

// Within a part that holds more, stars in a row are one.
function partsOf(glob: string): string[] {
  return glob.split('/').map(part => (part === '**' ? part : part.replace(/\*+/g, '*')))
}

/** Both by the way back to the last star: each part is looked at as often as there are parts. */
function matchParts(globs: readonly string[], names: readonly string[]): boolean {
  return walk(globs.length, names.length, {
    isStar: at => globs[at] === '**',
    fits: (at, of) => matchText(globs[at]!, names[of]!),
    // As picomatch has it, `a/**` is `a`, too, and `a*/**` wants a part of its own.
    spare: at => globs[at] === '**' && (globs[at - 1] === '**' || !globs[at - 1]?.endsWith('*')),
  })
}

function matchText(glob: string, name: string): boolean {
  // A star alone is a part that is there.
  if (name === '') return false
  return walk(glob.length, name.length, {
    isStar: at => glob[at] === '*',
    fits: (at, of) => glob[at] === '?' || glob[at] === name[of],
    spare: at => glob[at] === '*',
  })
}

interface Walk {
  isStar(at: number): boolean
  fits(at: number, of: number): boolean
  spare(at: number): boolean
}

function walk(globs: number, names: number, { isStar, fits, spare }: Walk): boolean {
  let at = 0
  let of = 0
  let star = -1
  let from = 0
  while (of < names) {
    if (at < globs && isStar(at)) {
      star = at++
      from = of
    } else if (at < globs && fits(at, of)) {
      at++
      of++
    } else if (star >= 0) {
      at = star + 1
      of = ++from
    } else return false
  }
  while (at < globs && spare(at)) at++
  return at === globs
}
