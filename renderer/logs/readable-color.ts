export type Theme = 'light' | 'dark'
type Rgb = readonly [number, number, number]

// What --log-bg and --log-text are in each theme; a test holds them against tokens.css.
export const LOG_COLORS: Readonly<Record<Theme, { background: string; text: string }>> = {
  light: { background: '#ffffff', text: '#24282f' },
  dark: { background: '#131518', text: '#d5dae1' },
}
const ENOUGH = 4.5
const STEPS = 12
const known = new Map<string, string>()
const MOST_KNOWN = 5000

/** The colour nearest to `color` that can be read on the log's background. */
export function readable(color: string, theme: Theme): string {
  const key = `${theme} ${color}`
  const found = known.get(key)
  if (found !== undefined) return found
  const { background, text } = LOG_COLORS[theme]
  let nearest = text
  for (let step = 0; step <= STEPS; step++) {
    const mixed = mix(color, text, step / STEPS)
    if (contrast(mixed, background) >= ENOUGH) {
      nearest = mixed
      break
    }
  }
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, nearest)
  return nearest
}

/** `color` where it can be read on `background`, else black or white. */
export function readableOn(background: string, color: string | undefined): string {
  if (color !== undefined && contrast(color, background) >= ENOUGH) return color
  return contrast('#000000', background) >= contrast('#ffffff', background) ? '#000000' : '#ffffff'
}

/** As WCAG 2.2 counts it, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function mix(a: string, b: string, share: number): string {
  const [from, to] = [rgbOf(a), rgbOf(b)]
  const parts = from.map((part, i) => Math.round(part + (to[i]! - part) * share))
  return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`
}

function luminance(color: string): number {
  const [r, g, b] = rgbOf(color).map(part => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
