import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

const BLOCK_CHARACTERS = 1024 * 1024

export interface LineWriter {
  write(value: unknown): Promise<void>
  /** How many lines there are, and what all of them hash to. */
  end(): Promise<{ lines: number; sha256: string }>
}

/** Writes one JSON value a line. */
export async function writeLines(path: string): Promise<LineWriter> {
  const file = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let text = ''
  let lines = 0
  const flush = async () => {
    const bytes = Buffer.from(text)
    text = ''
    hash.update(bytes)
    await file.writeFile(bytes)
  }
  return {
    async write(value) {
      text += `${JSON.stringify(value)}\n`
      lines++
      if (text.length > BLOCK_CHARACTERS) await flush()
    },
    async end() {
      await flush()
      await file.sync()
      await file.close()
      return { lines, sha256: hash.digest('hex') }
    },
  }
}

/**
 * Reads such a file. Split by hand: the lines of `node:readline` also end at characters
 * that JSON may hold.
 *
 * @throws Error that names the line that is no JSON.
 */
export async function* readLines(path: string): AsyncGenerator<unknown> {
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  for await (const block of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    let bytes = rest.length > 0 ? Buffer.concat([rest, block]) : (block as Buffer)
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      yield parse(bytes.toString('utf8', 0, end), path, ++number)
      bytes = bytes.subarray(end + 1)
    }
    rest = bytes
  }
  if (rest.length > 0) yield parse(rest.toString('utf8'), path, ++number)
}

function parse(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new Error(`${path}:${number} is not JSON; the export is damaged. Nothing was imported.`)
  }
}
