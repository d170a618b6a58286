import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

const nicenessIn = (stat: string) => Number(stat.split(') ')[1]!.split(' ')[16])

/** How nice a thread is that was so nice before. */
async function nicenessAfter(before: number): Promise<number> {
  const file = pathToFileURL(join(import.meta.dirname, '../../main/master/go-last.ts')).href
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     import(${JSON.stringify(file)}).then(({ goLast }) => {
       require('node:os').setPriority(${before})
       goLast()
       parentPort.postMessage(require('node:fs').readFileSync('/proc/thread-self/stat', 'utf8'))
     })`,
    { eval: true },
  )
  const stat = await new Promise<string>(resolve => worker.once('message', resolve))
  await worker.terminate()
  return nicenessIn(stat)
}

test.runIf(process.platform === 'linux')('only the thread that wants to goes last', async () => {
  const own = () => nicenessIn(readFileSync(`/proc/${process.pid}/stat`, 'utf8'))
  const before = own()
  expect([await nicenessAfter(before), await nicenessAfter(15), own()]).toEqual([10, 15, before])
})
