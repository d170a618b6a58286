/** `; did you mean "shell"?` when one of `known` is close to `word`, else an empty text. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = known
    .map(candidate => ({
      candidate,
      distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter(({ candidate, distance }) => distance <= nearEnough(candidate.length))
    .sort((a, b) => a.distance - b.distance)[0]
  return near ? `; did you mean "${near.candidate}"?` : ''
}

// Any letter is near any other.
function nearEnough(length: number): number {
  return Math.min(Math.max(1, Math.floor(length / 3)), length - 1)
}

// Two neighbours that changed places are one slip of the hand.
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = row
    row = next
  }
  return row[b.length]!
}
