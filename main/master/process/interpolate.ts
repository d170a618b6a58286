import { asText, ExpressionError, type Lookup, parseExpression } from './expression.ts'

/**
 * Fills the `${{ … }}` of a text.
 *
 * @throws ExpressionError when one names what is not there: it is never an empty text by accident.
 */
export function interpolate(text: string, lookup: Lookup): string {
  let filled = ''
  let end = 0
  for (const hole of holesOf(text)) {
    filled += text.slice(end, hole.from) + asText(parseExpression(hole.inside)(lookup))
    end = hole.to
  }
  return filled + text.slice(end)
}

// One look from each end to the next: a text may hold very many that are never closed.
function* holesOf(text: string) {
  for (let to = 0; ; ) {
    const from = text.indexOf('${{', to)
    const close = from < 0 ? -1 : text.indexOf('}}', from + 3)
    if (close < 0) return
    to = close + 2
    yield { from, to, inside: text.slice(from + 3, close).trim() }
  }
}

/** Whether a text holds a `${{ … }}`. */
export function hasHole(text: string): boolean {
  return !holesOf(text).next().done
}

/** What is wrong with the `${{ … }}` of a text, without filling them; `undefined` when nothing is. */
export function findBadHole(text: string): string | undefined {
  try {
    for (const { inside } of holesOf(text)) parseExpression(inside)
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
