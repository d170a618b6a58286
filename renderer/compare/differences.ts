import type { Properties, Step, TestResult } from '../bridge.ts'

export interface PropertyDifference {
  readonly name: string
  /** `undefined` where a build does not have it. */
  readonly a: string | undefined
  readonly b: string | undefined
}

// Each build has its own; that they differ says nothing.
const OF_EACH_BUILD = new Set(['buildnumber', 'requestid', 'buildsetid'])

// Told as environment, where it is known what the builds ran in.
const OF_ENVIRONMENT = /^slave\.(os|arch|tools)$/

/** Properties that differ, by name. */
export function propertyDifferences(
  a: Properties,
  b: Properties,
  withEnvironment: boolean,
): PropertyDifference[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter(name => withEnvironment || !OF_ENVIRONMENT.test(name))
    .sort()
  return names.flatMap(name => {
    const [one, other] = [textOf(a[name]), textOf(b[name])]
    return one === other || OF_EACH_BUILD.has(name) ? [] : [{ name, a: one, b: other }]
  })
}

function textOf(property: Properties[string] | undefined): string | undefined {
  if (property === undefined) return undefined
  const { value } = property
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export interface StepPair {
  readonly name: string
  readonly a: Step | undefined
  readonly b: Step | undefined
}

/** The steps of two builds side by side, in the order of the first; several of one name in turn. */
export function pairSteps(a: readonly Step[], b: readonly Step[]): StepPair[] {
  const rest = [...b]
  const pairs: StepPair[] = []
  for (const step of a) {
    const at = rest.findIndex(other => other.name === step.name)
    // What the other had before it, and this one does not have.
    const before = at < 0 ? [] : rest.splice(0, at)
    const later = before.filter(other => a.some(one => one.name === other.name))
    for (const other of before)
      if (!later.includes(other)) pairs.push({ name: other.name, a: undefined, b: other })
    pairs.push({ name: step.name, a: step, b: at < 0 ? undefined : rest.shift() })
    rest.unshift(...later)
  }
  for (const other of rest) pairs.push({ name: other.name, a: undefined, b: other })
  return pairs
}

export interface TestDifferences {
  readonly broken: readonly TestResult[]
  readonly fixed: readonly TestResult[]
  /** Failed in both. */
  readonly still: readonly TestResult[]
}

/** Tests by what became of them from the second build to the first. Of both, all that failed are known. */
export function testDifferences(
  a: readonly TestResult[],
  b: readonly TestResult[],
): TestDifferences {
  const failed = (list: readonly TestResult[]) =>
    new Map(list.filter(test => test.outcome === 'failed').map(test => [keyOf(test), test]))
  const [now, before] = [failed(a), failed(b)]
  return {
    broken: [...now].filter(([key]) => !before.has(key)).map(([, test]) => test),
    fixed: [...before].filter(([key]) => !now.has(key)).map(([, test]) => test),
    still: [...now].filter(([key]) => before.has(key)).map(([, test]) => test),
  }
}

export function keyOf({ suite, name }: Pick<TestResult, 'suite' | 'name'>): string {
  return `${suite}\0${name}`
}
