import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createFileFrames } from '../../../slave/protocol/file-frames.ts'
import { fakeMaster, type Heard } from '../../helpers/fake-master.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const LONG_AGO = new Date('2020-01-01')

function someFolder(...paths: string[]): string {
  const folder = temporaryFolder()
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `text of ${path}`)
  }
  return folder
}

async function filesOf({ uploaded }: Heard) {
  const files: string[] = []
  let text = ''
  const frames = createFileFrames(async ({ path, left, why }, bytes, last) => {
    text += Buffer.from(bytes).toString()
    if (!last) return
    files.push(`${path}: ${[left ?? text, why && 'why'].filter(Boolean).join(' ')}`)
    text = ''
  })
  await frames.write(uploaded)
  return files
}

async function upload(workdir: string, args: object) {
  const master = await fakeMaster()
  const heard = await master.run('upload_files', {
    ...{ workdir, leave_out: ['node_modules'], newer_than: null, maxsize: null, blocksize: 16 },
    ...args,
  })
  return { rc: heard.rc, files: await filesOf(heard) }
}

test('all files that match travel in one stream, each once', async () => {
  const folder = someFolder('a/r.xml', 'b/c/r.xml', 'node_modules/x/r.xml', 'r.xml', 'r.txt')
  mkdirSync(join(folder, 'folder.xml'))
  symlinkSync('r.xml', join(folder, 'link.xml'))
  const patterns = ['**/*.xml', '{a,b}/**/r.*', '../**/*.xml']
  expect(await upload(folder, { patterns })).toEqual({
    rc: 0,
    files: [
      'a/r.xml: text of a/r.xml',
      'b/c/r.xml: text of b/c/r.xml',
      'link.xml: text of r.xml',
      'r.xml: text of r.xml',
    ],
  })
})

test('what was changed before a mark, or is too large, is named alone', async () => {
  const folder = someFolder('mark', 'new.xml', 'old.xml', 'large.xml')
  truncateSync(join(folder, 'large.xml'), 5000)
  utimesSync(join(folder, 'mark'), LONG_AGO, LONG_AGO)
  utimesSync(join(folder, 'old.xml'), LONG_AGO, new Date(LONG_AGO.getTime() - 1))
  const wish = { patterns: ['*.xml'], newer_than: join(folder, 'mark'), maxsize: 1000 }
  expect(await upload(folder, wish)).toEqual({
    rc: 0,
    files: ['large.xml: large', 'new.xml: text of new.xml', 'old.xml: older'],
  })
})

test('a mark that is not there is told', async () => {
  const { rc, files } = await upload(someFolder('a.xml'), {
    patterns: ['*.xml'],
    newer_than: '/never/there',
  })
  expect([rc === 0, files]).toEqual([false, []])
})
