import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createApp } from '../../main/http/app.ts'
import type { Doors } from '../../main/http/doors.ts'
import { createSecurity } from '../../main/http/security.ts'
import { openArtifacts } from '../../main/master/data/artifacts.ts'
import { testData } from '../helpers/data.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { testGate } from '../helpers/gate.ts'

const LARGE = Buffer.alloc(9 * 1024 * 1024, 'large ')
const MISSING = /^Build 1 kept out\/a b\.txt, but its file is missing from the data directory\./
const DAMAGED = /^Build 1 kept out\/a b\.txt, but its file is damaged\./

test('a kept file is downloaded as it was; what is not there any more is told in words', async () => {
  const { get, keep, fileOf } = await aDesk()
  const small = await keep('out/a b.txt', Buffer.from('what a build kept\n'))
  const path = '/download/builds/1/out/a%20b.txt'
  expect(await get(path)).toEqual([200, 'what a build kept\n'])

  writeFileSync(fileOf(small), 'what a BUILD kept\n')
  expect(await get(path)).toEqual([404, expect.stringMatching(DAMAGED)])
  writeFileSync(fileOf(small), 'what a build')
  expect(await get(path)).toEqual([404, expect.stringMatching(DAMAGED)])
  rmSync(fileOf(small))
  expect(await get(path)).toEqual([404, expect.stringMatching(MISSING)])
})

test('the download of a large file that is damaged breaks off before its end', async () => {
  const { get, keep, fileOf } = await aDesk()
  const large = await keep('large.bin', LARGE)
  expect(await get('/download/builds/1/large.bin')).toEqual([200, LARGE.toString()])

  const damaged = Buffer.from(LARGE)
  damaged[LARGE.length - 1] = 0
  writeFileSync(fileOf(large), damaged)
  await expect(get('/download/builds/1/large.bin')).rejects.toThrow(/is damaged/)
})

test.each([
  ['%zz', '/download/builds/1/%zz is not the address of a file.'],
  ['%ff', '/download/builds/1/%ff is not the address of a file.'],
  ['%', '/download/builds/1/% is not the address of a file.'],
  ['none.txt', 'Build 1 has no file none.txt.'],
  ['..%2f..%2fhistory.sqlite', 'Build 1 has no file ../../history.sqlite.'],
])('%s is no file of the build', async (name, words) => {
  const { get } = await aDesk()
  expect(await get(`/download/builds/1/${name}`)).toEqual([404, words])
})

async function aDesk() {
  const desk = testData()
  const folder = join(temporaryFolder('downloads'), 'artifacts')
  const artifacts = openArtifacts(folder)
  const { id } = desk.build(desk.request(desk.builder('calc')))
  const doors = { master: { data: desk.data, artifacts }, handlers: {}, news: {}, staticDir: '' }
  const gate = testGate()
  const app = createApp(
    { ...doors, gate, ticketUrl: () => null, log() {} } as unknown as Doors,
    createSecurity(gate, () => ['desk:8010']),
  )
  return {
    fileOf: (sha256: string) => join(folder, sha256.slice(0, 2), sha256),
    async keep(path: string, bytes: Buffer): Promise<string> {
      const writer = await artifacts.begin()
      await writer.write(bytes)
      const kept = await writer.finish()
      expect(kept.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      desk.data.addArtifact({ buildId: id, path, ...kept })
      return kept.sha256
    },
    async get(path: string) {
      const headers = { authorization: 'Bearer t' }
      const env = { incoming: { headers } } as never
      const answer = await app.request(`http://desk:8010${path}`, { headers }, env)
      const text = await answer.text()
      return [answer.status, answer.ok ? text : JSON.parse(text).error.message]
    },
  }
}
