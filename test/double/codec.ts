import { readFileSync } from 'node:fs'

/** Structured clone as text, the same on both sides. */
interface Codec {
  encode(value: unknown): string
  decode(text: string): unknown
}

/** An expression, so that it can be evaluated here and be part of the script of a page. */
export const CODEC_TEXT: string = readFileSync(new URL('./codec.js', import.meta.url), 'utf8')
  .trim()
  .replace(/;$/, '')

// biome-ignore lint/security/noGlobalEval: our own file, which has to be text for the page as well
export const codec: Codec = (0, eval)(CODEC_TEXT)
