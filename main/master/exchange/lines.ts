import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

const BLOCK_CHARACTERS = 1024 * 1024

/** Adds a line. */
export type WriteLine = (value: unknown) => Promise<void>

/** Writes one JSON value a line. Tells how many lines there are, and what all of them hash to. */
export async function writeLines(
  path: string,
  work: (write: WriteLine) => Promise<void>,
): Promise<{ lines: number; sha256: string }> {
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
  try {
    await work(async value => {
      text += `${JSON.stringify(value)}\n`
      lines++
      if (text.length > BLOCK_CHARACTERS) await flush()
    })
    await flush()
    await file.sync()
    return { lines, sha256: hash.digest('hex') }
  } finally {
    await file.close()
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
