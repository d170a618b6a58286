import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  contrast,
  lightOf,
  lightOfBytes,
  seen,
  VISIONS,
  type Vision,
} from '../../helpers/colour.ts'
import { ROOT } from '../../helpers/master.ts'

const CSS = readFileSync(join(ROOT, 'renderer/ui/tokens.css'), 'utf8')
const RESULTS = ['success', 'warnings', 'failure', 'exception', 'running', 'neutral'] as const

describe.each(['light', 'dark'] as const)('in the %s theme', theme => {
  const tokens = tokensOf(theme)
  const between = (a: string, b: string, vision: Vision) =>
    contrast(seen(lightOf(tokens[a]!), vision), seen(lightOf(tokens[b]!), vision))

  test.each(VISIONS)('bad stands out from all that is not, in %s vision', vision => {
    for (const bad of ['failure-solid', 'exception-solid'])
      for (const calm of [
        'success-fill',
        'warnings-fill',
        'running-fill',
        'neutral-fill',
        'canvas',
      ])
        expect([bad, calm, between(bad, calm, vision) >= 3]).toEqual([bad, calm, true])
  })

  test.each(VISIONS)('a box has an edge, and what runs a moving one, in %s vision', vision => {
    for (const result of RESULTS)
      expect([result, between(`${result}-edge`, 'canvas', vision) >= 3]).toEqual([result, true])
    expect(between('running-mark', 'running-stripe', vision)).toBeGreaterThan(3)
  })

  test('text on the ground of a slave, a branch or a duration can be read', () => {
    const canvas = channels(tokens.canvas!)
    for (let i = 1; i <= 6; i++) {
      const solid = channels(tokens[`series-${i}`]!)
      // The share of a band, see palette.ts.
      const [r, g, b] = solid.map((part, at) => Math.round(part * 0.36 + canvas[at]! * 0.64))
      const ground = lightOfBytes(r!, g!, b!)
      expect([i, contrast(lightOf(tokens.text!), ground) >= 4.5]).toEqual([i, true])
    }
  })

  test('text in a box can be read', () => {
    for (const result of RESULTS)
      for (const ground of [`${result}-fill`, `${result}-band`].filter(name => tokens[name]))
        expect([ground, between(`${result}-ink`, ground, 'full') >= 4.5]).toEqual([ground, true])
    for (const result of ['failure', 'exception'])
      for (const ground of [`${result}-solid`, `${result}-hatch`])
        expect([ground, between(`${result}-on`, ground, 'full') >= 4.5]).toEqual([ground, true])
  })
})

function channels(hex: string): number[] {
  return [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16))
}

/** The colours of a theme, by their names without dashes. */
function tokensOf(theme: string): Readonly<Record<string, string>> {
  const start = CSS.indexOf(`:root[data-theme="${theme}"] {`)
  const block = CSS.slice(start, CSS.indexOf('\n}', start))
  const found = block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)
  return Object.fromEntries([...found].map(([, name, value]) => [name, value]))
}
