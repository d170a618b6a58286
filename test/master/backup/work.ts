// A process of its own that makes or restores a backup, and kills itself at the step that it is told.
import { createBackup } from '../../../main/master/backup/create.ts'
import { finishRestore, restoreBackup } from '../../../main/master/backup/restore.ts'

const [what, dataDir, from, killAt] = process.argv.slice(2) as [string, string, string, string]
let steps = 0
const step = () => {
  if (++steps === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}
const facts = { dataDir, version: '1.2.3', now: 1_700_000_000_000 }
if (what === 'create') await createBackup({ ...facts, reason: 'manual', onProgress: step })
else if (what === 'restore') await restoreBackup({ ...facts, from, onProgress: step })
else await finishRestore(dataDir, step)
process.stdout.write(String(steps))
