// Entry of the thread that reads databases from end to end while the master works.
import { parentPort, workerData } from 'node:worker_threads'
import { readWhole } from './look.ts'

for (const path of workerData.paths as readonly string[]) {
  let reason: string | null = null
  try {
    reason = readWhole(path)
  } catch {
    // It can't be read now, which says nothing of what is in it.
  }
  if (reason !== null) parentPort!.postMessage({ path, reason })
}
