import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../main/master/config/parse.ts'
import { describeProblem } from '../../../main/master/config/status.ts'
import { ROOT } from '../../helpers/master.ts'
import { createRandom, freshSeed, type Random } from '../../helpers/random.ts'

const FILES = 400
const EXAMPLE = readFileSync(join(ROOT, 'test/fixtures/example-master.yml'), 'utf8')
const seed = freshSeed()

const PIECES = [
  '[',
  ']',
  '{',
  '}',
  ': ',
  '- ',
  '\n',
  '\n  ',
  '\t',
  '&a ',
  '*a',
  '!!binary ',
  '!x ',
  '|\n',
  '"',
  "'",
  '\\',
  '#',
  '%TAG',
  '---\n',
  '...\n',
  '? ',
  '<<: *a',
  'null',
  '.nan',
  '1e999',
  '0x1F',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\ud800',
  '__proto__',
  'constructor',
  '${{ prop.',
  '}}',
]

/** The example with a few slips and a few attacks. */
function spoilt(random: Random): string {
  let text = EXAMPLE
  for (let n = random.int(1, 6); n > 0; n--) {
    const at = random.int(0, text.length)
    const kind = random.int(0, 4)
    if (kind === 0) text = text.slice(0, at) + random.pick(PIECES) + text.slice(at)
    else if (kind === 1) text = text.slice(0, at) + text.slice(at + random.int(1, 12))
    else if (kind === 2) text = text.slice(0, at)
    else if (kind === 3) {
      const from = random.int(0, text.length)
      text = text.slice(0, at) + text.slice(from, from + random.int(1, 80)) + text.slice(at)
    } else {
      const words = text.split(/(\s+)/)
      words[random.int(0, words.length - 1)] = random.pick(PIECES)
      text = words.join('')
    }
  }
  return text
}

test(`${FILES} spoilt files are read or refused in words, and none throws (seed ${seed})`, () => {
  const random = createRandom(seed)
  for (let i = 0; i < FILES; i++) {
    const text = spoilt(random)
    const told = (() => {
      try {
        const { config, problems } = parseConfig(text, 'm.yml')
        if (config === undefined && problems.length === 0) return ['refused without a word']
        return problems.map(describeProblem)
      } catch (error) {
        return [`threw: ${(error as Error).stack}`]
      }
    })()
    // With the file itself, so that it can be made a test of its own.
    for (const words of told)
      expect([words, text]).toEqual([
        expect.stringMatching(/^m\.yml(:\d+)?: (?!.*(Cannot read|is not a function|undefined)).+/s),
        text,
      ])
  }
})
