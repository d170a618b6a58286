import type { Chunk, LineStart } from './chunk.ts'
import { type Look, lookAfter, PLAIN } from './sgr.ts'

/** How far back it is looked for what a line begins with. What was set before that is not seen. */
export const LOOK_BACK_BYTES = 64 * 1024

export interface UnpackedChunk {
  readonly chunk: Chunk
  readonly starts: readonly LineStart[]
}

const RESET = /(?:\x1b\[|\x9b)(?:0*m|!p)/

/**
 * With which look a line begins: colours that a program does not end go on in the
 * next lines, as in a terminal.
 *
 * There is one look for a log, not one for each stream: stdout and stderr of a program
 * go to one terminal. What the master itself writes into a log stands outside of it: a
 * command begins plain, whatever the one before left.
 *
 * @param index Of the line among those that start in its chunk.
 */
export function lookBefore(
  at: UnpackedChunk,
  index: number,
  bySeq: (seq: number) => UnpackedChunk | undefined,
): Look {
  let text = ''
  let left = LOOK_BACK_BYTES
  let end = at.starts[index]?.offset ?? at.chunk.bytes.length
  let lines = index
  for (let here: UnpackedChunk | undefined = at; here && left > 0; ) {
    const header = here.starts.findLastIndex((one, i) => i < lines && one.stream === 'header')
    const first = header < 0 ? 0 : (here.starts[header + 1]?.offset ?? end)
    const from = Math.max(Math.min(first, end), end - left)
    const part = here.chunk.bytes.subarray(from, end)
    left -= part.length
    text = part.toString('utf8') + text
    if (header >= 0 || RESET.test(text)) break
    here = bySeq(here.chunk.seq - 1)
    end = here?.chunk.bytes.length ?? 0
    lines = here?.starts.length ?? 0
  }
  return lookAfter(PLAIN, text)
}
