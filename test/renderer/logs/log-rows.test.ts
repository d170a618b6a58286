import { expect, test } from 'vitest'
import type { OutlineMark } from '../../../renderer/bridge.ts'
import { type Fold, foldsOf, isQuiet } from '../../../renderer/logs/folds.ts'
import { logRows } from '../../../renderer/logs/log-rows.ts'
import { createRandom } from '../../helpers/random.ts'

const open = (line: number, name = '', closed = false): OutlineMark => ({
  kind: 'open',
  name,
  title: name,
  closed,
  line,
  at: line * 10,
})
const close = (line: number, name: string | null = null): OutlineMark => ({
  kind: 'close',
  name,
  line,
  at: line * 10,
})
const error = (line: number): OutlineMark => ({ kind: 'error', line, at: line * 10 })
const short = (folds: readonly Fold[]) =>
  folds.map(({ open, close, title, errors }) => [open, close, title, errors])

test('marks are paired, within each other too, and count the errors between them', () => {
  const marks = [open(1, 'a'), error(2), open(3, 'b'), error(4), close(5), close(8), error(9)]
  expect(short(foldsOf(marks, 10, true))).toEqual([
    [1, 8, 'a', 2],
    [3, 5, 'b', 1],
  ])
})

test('an end with a name ends what it names, with all that is open within; one that fits nothing is passed over', () => {
  const marks = [close(0), open(1, 'a'), open(2, 'b'), close(3, 'x'), close(6, 'a'), close(7)]
  expect(short(foldsOf(marks, 10, true))).toEqual([
    [1, 6, 'a', 0],
    [2, 6, 'b', 0],
  ])
})

test('what is never ended reaches to the end of a complete log, and is none in one that grows', () => {
  expect(short(foldsOf([open(4, 'a')], 10, true))).toEqual([[4, 9, 'a', 0]])
  expect(foldsOf([open(4, 'a')], 10, false)).toEqual([])
  expect(foldsOf([open(9, 'a')], 10, true)).toEqual([])
})

test('a group is quiet when it was ended and holds no error', () => {
  const marks = [open(0, 'a'), close(1), open(2, 'b'), error(3), close(4), open(5, 'c')]
  const folds = foldsOf(marks, 10, true)
  expect(folds.filter(isQuiet).map(fold => fold.title)).toEqual(['a'])
})

test('rows and lines are the same where nothing is folded', () => {
  const rows = logRows(5, [])
  expect([rows.count, rows.lineOf(3), rows.rowOf(3)]).toEqual([5, 3, 3])
})

test('rows leave out what is folded, whatever lies within what', () => {
  const random = createRandom(7)
  for (let round = 0; round < 200; round++) {
    const lineCount = random.int(1, 60)
    const marks = Array.from({ length: lineCount }, (_, line) =>
      random.pick([[open(line)], [close(line)], [], []]),
    ).flat()
    const folds = foldsOf(marks, lineCount, true).filter(() => random.int(0, 1) === 1)
    const isHidden = (line: number) => folds.some(fold => line > fold.open && line <= fold.close)
    const shown = Array.from({ length: lineCount }, (_, line) => line).filter(
      line => !isHidden(line),
    )
    const rows = logRows(lineCount, folds)
    expect(rows.count).toBe(shown.length)
    expect(shown.map((_, row) => rows.lineOf(row))).toEqual(shown)
    expect(shown.map(line => rows.rowOf(line))).toEqual(shown.map((_, row) => row))
    for (let line = 0; line < lineCount; line++)
      expect(rows.lineOf(rows.rowOf(line))).toBe(shown.findLast(one => one <= line))
  }
})
