import { mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DataDirectoryBusyError, findHolder, lockDataDirectory } from '../../main/host/lock.ts'
import { socketPath } from '../../main/master/slaves/socket-path.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { startServing } from '../helpers/serve.ts'

const HOLDER = { pid: 1, shell: 'headless', version: '0', startedAt: 0, socket: 's', url: null }

async function held() {
  const folder = temporaryFolder('lock')
  const lock = await lockDataDirectory(folder)
  later(() => lock.release())
  lock.announce(HOLDER)
  return { folder, lock, file: join(folder, 'lock') }
}

test('a lock whose file was removed is made again, and keeps others out by it', async () => {
  const { folder, lock, file } = await held()
  expect(lock.mend()).toBe('whole')
  rmSync(file)
  expect(lock.mend()).toBe('mended')
  expect(lock.mend()).toBe('whole')
  expect(findHolder(folder)).toEqual(HOLDER)
  await expect(lockDataDirectory(folder)).rejects.toThrow(DataDirectoryBusyError)
})

test('a lock that another process took meanwhile is told, and not taken from it', async () => {
  const { folder, lock, file } = await held()
  rmSync(file)
  const other = await lockDataDirectory(folder)
  expect(lock.mend()).toBe('lost')
  other.release()
  expect(lock.mend()).toBe('mended')
})

test('a lock that can not be opened is named', async () => {
  const folder = temporaryFolder('lock')
  mkdirSync(join(folder, 'lock'))
  await expect(lockDataDirectory(folder)).rejects.toThrow(
    `${join(folder, 'lock')} can't be opened: it has to be a file that this user may read and write.`,
  )
})

test('what keeps the look at a lock from its file is thrown, and the lock is whole afterwards', async () => {
  const { lock, file } = await held()
  const aside = `${file}.aside`
  renameSync(file, aside)
  mkdirSync(file)
  expect(() => lock.mend()).toThrow("lock can't be opened")
  rmdirSync(file)
  renameSync(aside, file)
  expect(lock.mend()).toBe('whole')
})

test('who answers at the socket of a data directory has it, whatever became of the lock', async () => {
  const { folder, file } = await held()
  const server = createServer(socket => socket.destroy())
  await new Promise<void>(done => server.listen(socketPath(folder, 'control'), done))
  rmSync(file)
  await expect(lockDataDirectory(folder)).rejects.toMatchObject({ holder: HOLDER })
  // What is left of a socket does not answer.
  await new Promise(done => server.close(done))
  ;(await lockDataDirectory(folder)).release()
})

test('a second master stays out though the lock was removed, and the first goes on', async () => {
  const folder = temporaryFolder('lock')
  const first = startServing(folder)
  const holder = await first.ready
  rmSync(join(folder, 'lock'))
  const second = startServing(folder)
  expect(await second.exited).toMatchObject({ code: 1 })
  expect(second.said()).toContain(`${folder} is in use by process ${holder!.pid} (headless`)
  first.child.kill('SIGTERM')
  expect(await first.exited).toMatchObject({ code: 0 })
})
