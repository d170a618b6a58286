import '../../helpers/with-processes.ts'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchForDamage } from '../../../main/master/upgrade/damage-watch.ts'
import { lookAtStores } from '../../../main/master/upgrade/look.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { later } from '../../helpers/cleanup.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { makeLargeRelease } from '../../helpers/releases.ts'

test('damage within a large file is found while the master works, and the next start does not go on', async () => {
  const dataDir = temporaryFolder('large')
  makeLargeRelease('0.1.0', dataDir, 20_000)
  await prepareStores({ dataDir, version: 'test' })
  const path = join(dataDir, 'history.sqlite')
  const sound = readFileSync(path)
  const file = Buffer.from(sound)
  // A page in the middle: the first ones are read at each start.
  file.fill(0xa5, 2000 * 4096, 2000 * 4096 + 4096)
  writeFileSync(path, file)
  expect(lookAtStores(dataDir).kind).toBe('current')

  const clock = createFakeClock()
  const found = Promise.withResolvers<string>()
  later(watchForDamage(dataDir, clock, name => found.resolve(name)))
  clock.advance(60_000)
  expect(await found.promise).toBe('history.sqlite')
  await expect(prepareStores({ dataDir, version: 'test' })).rejects.toThrow(`${path} can't be read`)

  // Put right by hand: all is read once more, and then it is as ever.
  writeFileSync(path, sound)
  await prepareStores({ dataDir, version: 'test' })
  expect(readdirSync(dataDir).filter(name => name.startsWith('damage'))).toEqual([])
})
