import { eastAsianWidth } from 'get-east-asian-width'

const FIRST_ODD = 0x300
// Marks join the character before them; so do joiners, and vowels of Korean syllables that are spelt out.
const JOINS = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u

/** How many columns of a terminal a character takes: 0 for what joins the one before it, 2 for what is wide. */
export function columnsOf(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0)!
  if (code < FIRST_ODD) return 1
  return JOINS.test(character) ? 0 : eastAsianWidth(code)
}

/** Where the next stop of a tabulator is. */
export function nextStop(column: number): number {
  return column - (column % 8) + 8
}

export function stopBefore(column: number): number {
  return Math.max(0, Math.ceil(column / 8) * 8 - 8)
}
