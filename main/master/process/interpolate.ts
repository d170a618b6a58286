import { asText, ExpressionError, type Lookup, parseExpression } from './expression.ts'

const HOLE = /\$\{\{(.*?)\}\}/gs

/**
 * Fills the `${{ … }}` of a text.
 *
 * @throws ExpressionError when one names what is not there: it is never an empty text by accident.
 */
export function interpolate(text: string, lookup: Lookup): string {
  return text.replace(HOLE, (_, inside: string) => asText(parseExpression(inside.trim())(lookup)))
}

/** Whether a text holds a `${{ … }}`. */
export function hasHole(text: string): boolean {
  return text.search(HOLE) >= 0
}

/** What is wrong with the `${{ … }}` of a text, without filling them; `undefined` when nothing is. */
export function findBadHole(text: string): string | undefined {
  try {
    for (const [, inside] of text.matchAll(HOLE)) parseExpression(inside!.trim())
    return undefined
  } catch (error) {
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}

/** The text of an `if:`, whose braces are optional. */
export function expressionOf(condition: string): string {
  const whole = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)
  return (whole ? whole[1]! : condition).trim()
}
