import { EXCEPTION, FAILURE, type Result, SUCCESS, WARNINGS } from '../../master/results.ts'
import { escapeXml } from './markup.ts'
import type { ToldStanding } from './standing.ts'

interface Kind {
  readonly words: string
  /** Words on it are white: 4.5 to 1 and more. */
  readonly ground: string
  /** In a square of 12: its silhouette differs for each, so that colour is not the only sign. */
  readonly shape: string
}

const NOTHING: Kind = {
  words: 'not built yet',
  ground: '#5b6472',
  shape: '<circle cx="6" cy="6" r="4.2" fill="none" stroke="#fff" stroke-width="1.6"/>',
}

const KINDS: Readonly<Partial<Record<Result, Kind>>> = {
  [SUCCESS]: {
    words: 'succeeded',
    ground: '#0b7c70',
    shape: '<circle cx="6" cy="6" r="5" fill="#fff"/>',
  },
  [WARNINGS]: {
    words: 'passed with warnings',
    ground: '#8a5800',
    shape: '<path d="M6 1l5.4 9.6H.6z" fill="#fff"/>',
  },
  [FAILURE]: {
    words: 'failed',
    ground: '#c2360e',
    shape: '<rect x="1.2" y="1.2" width="9.6" height="9.6" rx="1.6" fill="#fff"/>',
  },
  [EXCEPTION]: {
    words: 'exception',
    ground: '#5630b0',
    shape: '<path d="M6 .5L11.500 6 6 11.500.5 6z" fill="#fff"/>',
  },
}

const PAD = 6
const SHAPE_PX = 18

/** A builder's name and how it stands, as a picture for a README or a wiki. */
export function badge({ builder, last }: ToldStanding): string {
  const kind = (last && last.results !== null && KINDS[last.results]) || NOTHING
  const [left, right] = [widthOf(builder.name), widthOf(kind.words)]
  const middle = left + 2 * PAD
  const width = middle + SHAPE_PX + right + 2 * PAD - 4
  const name = escapeXml(builder.name)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${name}: ${kind.words}">
<title>${name}: ${kind.words}</title>
<clipPath id="round"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${middle}" height="20" fill="#30363f"/><rect x="${middle}" width="${width - middle}" height="20" fill="${kind.ground}"/></g>
<g transform="translate(${middle + PAD} 4)">${kind.shape}</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="${PAD}" y="14" textLength="${left}">${name}</text><text x="${middle + SHAPE_PX + PAD - 2}" y="14" textLength="${right}">${kind.words}</text></g>
</svg>
`
}

// Nobody knows the reader's fonts: the words are set as wide as they are taken to be.
function widthOf(text: string): number {
  return [...text].reduce(
    (sum, sign) => sum + (sign >= '\u1100' ? 11 : NARROW.test(sign) ? 4 : 7),
    0,
  )
}

const NARROW = /[ijl.,:;'!|()[\] -]/
