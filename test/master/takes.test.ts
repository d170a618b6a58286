import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { whatTakesRoom } from '../../main/master/takes.ts'
import { temporaryFolder } from '../helpers/folders.ts'

test('what takes room is told with the largest first, a file of two names once, and an end to the counting', async () => {
  const dataDir = temporaryFolder('data')
  for (const name of ['artifacts', 'backups', 'slaves']) mkdirSync(join(dataDir, name))
  writeFileSync(join(dataDir, 'artifacts', 'a'), Buffer.alloc(2_000_000, 1))
  linkSync(join(dataDir, 'artifacts', 'a'), join(dataDir, 'backups', 'a'))
  for (let i = 0; i < 9; i++)
    writeFileSync(join(dataDir, 'slaves', `${i}`), Buffer.alloc(400_000, 1))

  const told = await whatTakesRoom(dataDir, 8)
  expect(told.map(({ name, whole }) => [name, whole])).toEqual([
    ['slaves', false],
    ['artifacts', true],
    ['backups', true],
  ])
  expect(told[1]!.sizeBytes).toBeGreaterThan(1_900_000)
  expect(told[2]!.sizeBytes).toBeLessThan(100_000)
  expect(await whatTakesRoom(join(dataDir, 'not there'))).toEqual([])
})
