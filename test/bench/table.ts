/** One measured figure, beside what this machine can do at all and what Buildbot does. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** A bare loop doing the same on this machine in this run. */
  readonly limit?: number
  readonly buildbot?: number
  /** Of the budget: what the value has to reach, in words and as a yes or no. */
  readonly budget?: { readonly words: string; readonly kept: boolean }
}

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

export function printFigure({ what, value, unit, limit, buildbot, budget }: Figure): void {
  const cells = [
    what.padEnd(46),
    `${NUMBER.format(value)} ${unit}`.padStart(14),
    (limit === undefined ? '' : `bare ${NUMBER.format(limit)} (${ratio(value, limit)})`).padStart(
      24,
    ),
    (buildbot === undefined
      ? ''
      : `Buildbot ${NUMBER.format(buildbot)} (${ratio(value, buildbot)})`
    ).padStart(28),
    budget ? `${budget.kept ? 'kept  ' : 'MISSED'} ${budget.words}` : '',
  ]
  process.stdout.write(`${cells.join('  ').trimEnd()}\n`)
}

function ratio(a: number, b: number): string {
  return `× ${NUMBER.format(a / b)}`
}
