/** How colours are seen: as they are, without colour, and by the three kinds of people who lack one sort of cones. */
export const VISIONS = ['full', 'grey', 'protan', 'deutan', 'tritan'] as const
export type Vision = (typeof VISIONS)[number]

/** Red, green and blue in linear light, from 0 to 1. */
export type Light = readonly [number, number, number]

export function lightOf(hex: string): Light {
  const parts = /^#(..)(..)(..)$/.exec(hex)
  if (!parts) throw new Error(`${hex} is no colour of six digits`)
  const [r, g, b] = parts.slice(1).map(part => Number.parseInt(part, 16))
  return lightOfBytes(r!, g!, b!)
}

/** As it stands in a picture: each from 0 to 255. */
export function lightOfBytes(r: number, g: number, b: number): Light {
  return [LINEAR[r]!, LINEAR[g]!, LINEAR[b]!]
}

const LINEAR = Array.from({ length: 256 }, (_, byte) => linear(byte / 255))

/** By G. M. Machado and others, 2009, for people who lack that sort of cones altogether. */
const MATRICES: Record<'protan' | 'deutan' | 'tritan', readonly Light[]> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

export function seen(light: Light, vision: Vision): Light {
  if (vision === 'full') return light
  if (vision === 'grey') {
    const y = luminance(light)
    return [y, y, y]
  }
  const dot = (row: Light) => row[0] * light[0] + row[1] * light[1] + row[2] * light[2]
  const [r, g, b] = MATRICES[vision].map(row => Math.min(1, Math.max(0, dot(row))))
  return [r!, g!, b!]
}

export function luminance([r, g, b]: Light): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** As WCAG has it: from 1 to 21. */
export function contrast(one: Light, other: Light): number {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x)
  return (a! + 0.05) / (b! + 0.05)
}

/** Lightness and two colours, in CIE L*a*b*: what is 1 apart can just be told apart, side by side. */
export function labOf([r, g, b]: Light): Light {
  const x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b
  const z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))]
}

function linear(c: number): number {
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}
