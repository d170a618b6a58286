const WORD_START = 8
const IN_A_ROW = 6
const EXACT_WORDS = 40
const GAP = 1

/**
 * How well a text answers what was typed; `undefined` when it does not. Every word of it must be
 * there, letter for letter in order: `clc 12` finds `calc #12`. What stands together, and at the
 * beginning of words, counts more.
 */
export function fuzzyScore(text: string, typed: string): number | undefined {
  const lower = text.toLowerCase()
  let score = 0
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const of = wordScore(lower, word)
    if (of === undefined) return undefined
    score += of
  }
  return score
}

function wordScore(text: string, word: string): number | undefined {
  const whole = bestPlace(text, word)
  if (whole !== undefined) return EXACT_WORDS + whole + word.length * IN_A_ROW
  let best: number | undefined
  // From each word that begins with its first letter.
  for (let from = text.indexOf(word[0]!); from >= 0; from = text.indexOf(word[0]!, from + 1)) {
    if (!isStart(text, from)) continue
    const score = strewn(text, word, from)
    // Further on there is even less of it.
    if (score === undefined) break
    best = Math.max(best ?? score, score)
  }
  // Letters that are strewn over a long text are no answer.
  return best !== undefined && best > 0 ? best : undefined
}

// Letter for letter, the first one at `from`.
function strewn(text: string, word: string, from: number): number | undefined {
  let at = from
  let score = WORD_START
  for (const letter of word.slice(letterLength(word))) {
    const next = text.indexOf(letter, at + 1)
    if (next < 0) return undefined
    if (next === at + 1) score += IN_A_ROW
    else if (isStart(text, next)) score += WORD_START
    else score -= (next - at - 1) * GAP
    at = next
  }
  return score
}

// A sign may be two units long.
function letterLength(word: string): number {
  return [...word][0]!.length
}

// The word as it stands, best at the beginning of one.
function bestPlace(text: string, word: string): number | undefined {
  let found: number | undefined
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isStart(text, at)) return WORD_START + (at === 0 ? WORD_START : 0)
    found = 0
  }
  return found
}

function isStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!)
}
