import type { z } from 'zod'
import { findBadBraces } from '../braces.ts'
import { findBadGlob } from '../globs.ts'
import { didYouMean } from './nearest.ts'
import type { Path, Problems } from './parse.ts'

/** Checks a part against its shape and tells each fault in words. */
export function check<S extends z.ZodType>(
  shape: S,
  value: unknown,
  path: Path,
  problems: Problems,
): z.infer<S> | undefined {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) tell(issue, shape, value, path, problems)
  return undefined
}

function tell(
  issue: z.core.$ZodIssue,
  shape: z.ZodType,
  value: unknown,
  path: Path,
  problems: Problems,
) {
  const at: Path = [...path, ...(issue.path as (string | number)[])]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, issue.path as (string | number)[])
    for (const key of issue.keys)
      problems.add(
        [...at, key],
        `unknown key${didYouMean(key, known) || (known.length > 0 ? `; known are ${known.join(', ')}` : '')}`,
      )
    return
  }
  if (issue.code === 'invalid_type') {
    const found = valueAt(value, issue.path as (string | number)[])
    if (at.length === 0) {
      problems.add(at, 'must be a map with sections such as "builders:"')
      return
    }
    problems.add(at, found === undefined ? 'is needed' : mustBe(issue.expected, found))
    return
  }
  if (issue.code === 'invalid_value') {
    const found = valueAt(value, issue.path as (string | number)[])
    if (found === undefined) {
      problems.add(at, 'is needed')
      return
    }
    const hint = typeof found === 'string' ? didYouMean(found, issue.values.map(String)) : ''
    problems.add(at, `must be ${issue.values.map(one => String(one)).join(' or ')}${hint}`)
    return
  }
  if (issue.code === 'too_small') {
    problems.add(
      at,
      issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}`,
    )
    return
  }
  if (issue.code === 'too_big') {
    problems.add(
      at,
      `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`,
    )
    return
  }
  if (issue.code === 'invalid_key') {
    problems.add(at, issue.issues[0]?.message ?? 'is no name that can be used here')
    return
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest says it best.
    const depth = (branch: readonly z.core.$ZodIssue[]) =>
      Math.max(...branch.map(one => one.path.length))
    const branch = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? []
    const deepest = [...branch].sort((a, b) => b.path.length - a.path.length)[0]
    const wanted = issue.errors
      .flat()
      .flatMap(one =>
        one.code === 'invalid_type' && one.path.length === 0 ? [article(one.expected)] : [],
      )
    if (deepest && deepest.path.length > 0)
      for (const one of branch)
        tell({ ...one, path: [...issue.path, ...one.path] }, shape, value, path, problems)
    else if (deepest?.code === 'custom') problems.add(at, deepest.message)
    else
      problems.add(
        at,
        wanted.length > 0 ? `must be ${[...new Set(wanted)].join(' or ')}` : issue.message,
      )
    return
  }
  problems.add(at, issue.message)
}

function mustBe(expected: string, found: unknown): string {
  // YAML reads a bare 5 or true as what it looks like.
  const hint =
    expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')
      ? `: write it in quotes, "${found}"`
      : ''
  return `must be ${article(expected)}${hint}`
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}
function article(expected: string): string {
  return ARTICLES[expected] ?? expected
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const part of path) at = (at as Record<string | number, unknown> | undefined)?.[part]
  return at
}

// The keys that a shape knows at a path, for "did you mean".
function keysAt(shape: z.ZodType, path: Path): string[] {
  let at = shape as unknown as
    | {
        def: {
          type: string
          shape?: Record<string, unknown>
          element?: unknown
          innerType?: unknown
          options?: readonly unknown[]
        }
      }
    | undefined
  const unwrap = () => {
    for (;;) {
      // Of a union, the kind that has keys.
      const options = (at?.def.options ?? []) as readonly (typeof at)[]
      const next = at?.def.innerType ?? options.find(one => one?.def.shape)
      if (!next) return
      at = next as typeof at
    }
  }
  unwrap()
  for (const part of path) {
    at = (typeof part === 'number' ? at?.def.element : at?.def.shape?.[part]) as typeof at
    unwrap()
  }
  return Object.keys(at?.def.shape ?? {})
}

/**
 * Tells each name that is not there.
 *
 * @param known `undefined` where a fault hides what there is.
 */
export function mustBeKnown(
  wanted: readonly string[],
  known: readonly string[] | undefined,
  noun: string,
  path: Path,
  problems: Problems,
): void {
  for (const [i, name] of wanted.entries())
    if (known && !known.includes(name))
      problems.add([...path, i], `there is no ${noun} "${name}"${didYouMean(name, known)}`)
}

/** Refuses globs that can't be matched, with the place of each. */
export function checkGlobs(
  globs: readonly string[] | undefined,
  of: 'names' | 'files',
  path: Path,
  problems: Problems,
): void {
  for (const [i, glob] of (globs ?? []).entries()) {
    const fault = of === 'names' ? findBadGlob(glob) : findBadBraces(glob)
    const shown = glob.length > 60 ? `${glob.slice(0, 60)}…` : glob
    if (fault !== undefined) problems.add([...path, i], `"${shown}" can't be matched: ${fault}`)
  }
}
