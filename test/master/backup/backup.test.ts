import { readdirSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createBackup } from '../../../main/master/backup/create.ts'
import { listBackups } from '../../../main/master/backup/list.ts'
import { verifyBackup } from '../../../main/master/backup/verify.ts'
import { testMaster } from '../../helpers/master.ts'

const CONFIG = {
  builders: [
    { name: 'say', steps: [{ shell: 'seq 2000; echo oops >&2' }, { upload: '*.txt' }] },
    { name: 'keep', steps: [{ shell: 'echo kept > kept.txt' }, { upload: '*.txt' }] },
    { name: 'talk', steps: [{ shell: 'for i in $(seq 400); do seq 500; done' }] },
  ],
}

test('a backup that is made while the master builds is whole, and history in it knows no more than its logs', async () => {
  const { master, dataDir, build, request, completed } = await testMaster({ config: CONFIG })
  await build('keep')
  const talking = [request('talk'), request('say')]
  const made = []
  for (let n = 0; n < 3; n++)
    made.push(
      await createBackup({
        dataDir,
        reason: 'manual',
        version: '1.2.3',
        now: 1_700_000_000_000 + n,
      }),
    )
  for (const id of talking) await completed(id)
  for (const { folder } of made)
    expect(await verifyBackup(folder, { hashes: true })).toMatchObject({
      reason: 'manual',
      shortLogs: 0,
      artifacts: { count: 1, sizeBytes: 5, missing: [] },
    })
  expect(made.map(({ name }) => name)).toEqual([
    'manual-1.2.3-2023-11-14T22-13-20Z',
    'manual-1.2.3-2023-11-14T22-13-20Z-2',
    'manual-1.2.3-2023-11-14T22-13-20Z-3',
  ])
  expect(listBackups(dataDir).map(one => one.problem)).toEqual([null, null, null])
  // One file each, with nothing that has to lie beside it.
  expect(readdirSync(made[0]!.folder).sort()).toEqual([
    'artifacts',
    'history.sqlite',
    'logs.sqlite',
    'manifest.json',
    'master.last-good.yml',
    'master.yml',
  ])
  expect(statSync(made[0]!.folder).mode & 0o777).toBe(0o700)
  expect(master.data.countBuilds({})).toBe(3)
})
