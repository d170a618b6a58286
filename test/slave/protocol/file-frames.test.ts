import { expect, test } from 'vitest'
import { createFileFrames, encodeFileHead } from '../../../slave/protocol/file-frames.ts'
import { createRandom } from '../../helpers/random.ts'

test('files come out as they went in, in whatever pieces the stream comes', async () => {
  const random = createRandom(3)
  const stream = Buffer.concat([
    encodeFileHead({ path: 'a.xml', size: 3 }),
    Buffer.from('one'),
    encodeFileHead({ path: 'ü.xml', size: 0 }),
    encodeFileHead({ path: 'old.xml', size: 0, left: 'older' }),
    encodeFileHead({ path: 'b.xml', size: 5 }),
    Buffer.from('{"\n}\n'),
  ])
  const files: string[] = []
  let text = ''
  const frames = createFileFrames(async ({ path, left }, bytes, last) => {
    text += Buffer.from(bytes).toString()
    if (!last) return
    files.push(`${path}: ${left ?? text}`)
    text = ''
  })
  for (let at = 0; at < stream.length; ) {
    const size = random.int(1, 7)
    await frames.write(stream.subarray(at, at + size))
    at += size
  }
  expect(files).toEqual(['a.xml: one', 'ü.xml: ', 'old.xml: older', 'b.xml: {"\n}\n'])
})

test('what is no such stream is refused', async () => {
  const frames = createFileFrames(async () => {})
  await expect(frames.write(Buffer.from('{"path": 1}\n'))).rejects.toThrow('no list of files')
  await expect(createFileFrames(async () => {}).write(Buffer.alloc(70_000, 'x'))).rejects.toThrow(
    'no list of files',
  )
})
