/**
 * How text looks, by the codes of a terminal that make it so (SGR): `{ color: '38;5;208', bold: '1' }`.
 * As many as there are slots, whatever a program writes.
 */
export type Look = { readonly [Slot in LookSlot]?: string }

export type LookSlot =
  | 'bold'
  | 'dim'
  | 'italic'
  | 'underline'
  | 'inverse'
  | 'strike'
  | 'color'
  | 'background'

export const PLAIN: Look = {}

// And the soft reset of a terminal (DECSTR), which makes everything plain.
const ORDERS = /(?:\x1b\[|\x9b)(?:([\d;:]*)m|!p)/g
const LONGEST_CODE = 40

const SETS: Readonly<Record<number, LookSlot>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
  21: 'underline',
}
const ENDS: Readonly<Record<number, readonly LookSlot[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['color'],
  49: ['background'],
}

/** How what follows a text looks, when the text begins with a look. */
export function lookAfter(look: Look, text: string): Look {
  // Most text changes nothing.
  if (!/[\x1b\x9b]/.test(text)) return look
  let after = look
  for (const [, parameters] of text.matchAll(ORDERS))
    after = parameters === undefined ? PLAIN : withOrder(after, parameters)
  return after
}

/** The order that makes text look so; empty for plain text. */
export function lookOrder(look: Look): string {
  const codes = Object.values(look).filter(code => code !== undefined)
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`
}

function withOrder(before: Look, parameters: string): Look {
  // Parts of one code are separated by colons, or, more often, by semicolons as codes are.
  const codes = parameters.split(';')
  let look = before
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    const number = Number.parseInt(code || '0', 10)
    if (number === 38 || number === 48 || number === 58) {
      const used = code.includes(':') ? 0 : ({ 2: 4, 5: 2 }[codes[i + 1] ?? ''] ?? 1)
      const parts = codes.slice(i, i + used + 1)
      i += used
      // 58 is the colour of the line under it, which is drawn in that of the text.
      if (number === 58) continue
      const slot = number === 38 ? 'color' : 'background'
      // One that is cut short would take the codes after it for its own wherever it is told again.
      const whole = parts.length === used + 1
      look = whole ? withSlot(look, slot, parts.join(';')) : without(look, [slot])
    } else look = withCode(look, number, code)
  }
  return look
}

function withCode(look: Look, number: number, code: string): Look {
  if (number === 0) return PLAIN
  if (code === '4:0') return without(look, ['underline'])
  const slot = SETS[number] ?? colorSlot(number)
  if (slot) return withSlot(look, slot, code)
  return ENDS[number] ? without(look, ENDS[number]) : look
}

function colorSlot(number: number): LookSlot | undefined {
  if ((number >= 30 && number <= 37) || (number >= 90 && number <= 97)) return 'color'
  if ((number >= 40 && number <= 47) || (number >= 100 && number <= 107)) return 'background'
  return undefined
}

function withSlot(look: Look, slot: LookSlot, code: string): Look {
  return code.length > LONGEST_CODE ? look : { ...look, [slot]: code }
}

function without(look: Look, slots: readonly LookSlot[]): Look {
  const rest = Object.entries(look).filter(([slot]) => !slots.includes(slot as LookSlot))
  return Object.fromEntries(rest)
}
