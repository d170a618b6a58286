import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../../main/master/clock.ts'
import { openConfigFile } from '../../../main/master/config/config-file.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

function desk(text: string, lastGood?: string) {
  const folder = temporaryFolder()
  const path = join(folder, 'master.yml')
  writeFileSync(path, text)
  if (lastGood !== undefined) writeFileSync(join(folder, 'last.yml'), lastGood)
  const file = openConfigFile({
    path,
    lastGood: join(folder, 'last.yml'),
    clock: systemClock,
    watch: false,
    onRead() {},
    onTrouble() {},
  })
  file.reload()
  return { file, write: (now: string) => writeFileSync(path, now) }
}

const GOOD = 'builders: [{ name: a, steps: [{ shell: x }] }]\n'

test('whether an earlier configuration is in force is said only where there was one', () => {
  const { file, write } = desk('bulders: []')
  const first = file.status.hasBefore
  write(GOOD)
  file.reload()
  write('bulders: []')
  file.reload()
  expect([first, file.status.hasBefore, file.current.builders.length]).toEqual([false, true, 1])
})

test('a kind of notification that an earlier version took empties no desk', () => {
  const text = `${GOOD}notify: [{ kind: mail, to: a@b.c }, { kind: desktop }]\n`
  const { file } = desk(text, text)
  const { good, hasBefore } = file.status
  expect([good, hasBefore, file.current.builders.length, file.current.notify.length]).toEqual([
    false,
    true,
    1,
    1,
  ])
})

test('a last good configuration with any other fault is not taken in part', () => {
  const { file } = desk('bulders: []', `${GOOD}locks: [{ name: a, maxCount: 0 }]\n`)
  expect([file.status.hasBefore, file.current.builders.length]).toEqual([false, 0])
})
