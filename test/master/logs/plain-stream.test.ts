import { expect, test } from 'vitest'
import { plainText } from '../../../main/master/logs/plain-stream.ts'

async function read(...parts: (string | Buffer)[]): Promise<string> {
  async function* bytes() {
    for (const part of parts) yield Buffer.from(part)
  }
  const texts = []
  for await (const text of plainText(bytes())) texts.push(text)
  return texts.join('')
}

test('a log becomes the text that is read of it, however it is cut', async () => {
  const log = Buffer.from('\x1b[31mr\u00e9d\x1b[0m\r\n10 %\r100 %\n\n|\b/\b-\nno end\x1b[0m')
  const text = 'r\u00e9d\n100 %\n\n-\nno end'
  expect(await read(log)).toBe(text)
  for (let cut = 1; cut < log.length; cut++)
    expect(await read(log.subarray(0, cut), log.subarray(cut))).toBe(text)
})

test('a line without end is handed on in parts, and nothing of it is held for long', async () => {
  const part = `${'x'.repeat(1_000_000)}\x1b[1m`
  expect((await read(part, part, part, 'end\n')).length).toBe(3_000_004)
})

test('an order to a terminal that such a part would tear is none', async () => {
  const line = 'x'.repeat(1_100_000)
  expect(await read(`${line}\x1b[3`, '1my\n')).toBe(`${line}y\n`)
})
