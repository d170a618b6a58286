import { useMemo, useState } from 'react'
import { type Fold, isQuiet } from './folds.ts'

/** Which groups of a log are closed. */
export function useFolding(folds: readonly Fold[]) {
  // What the reader chose, by the first line of the fold; the rest is as the log wants it.
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map())
  const closed = useMemo(
    () => folds.filter(fold => chosen.get(fold.open) ?? (fold.closed && fold.closedAt !== null)),
    [folds, chosen],
  )
  const byLine = useMemo(() => new Map(folds.map(fold => [fold.open, fold])), [folds])
  const closedLines = useMemo(() => new Set(closed.map(fold => fold.open)), [closed])
  const choose = (which: readonly Fold[], value: boolean) => {
    if (which.length > 0)
      setChosen(before => new Map([...before, ...which.map(fold => [fold.open, value] as const)]))
  }
  return {
    closed,
    at: (line: number) => byLine.get(line),
    isClosed: (line: number) => closedLines.has(line),
    toggle: (fold: Fold) => choose([fold], !closedLines.has(fold.open)),
    foldAll: () => choose(folds, closed.length < folds.length),
    foldQuiet: () => choose(folds.filter(isQuiet), true),
    openAround: (line: number) =>
      choose(
        closed.filter(fold => line > fold.open && line <= fold.close),
        false,
      ),
  }
}
