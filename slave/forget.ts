import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { askSlave } from './control.ts'
import { KEYS_FILE } from './master-keys.ts'
import { forgetPassword } from './password.ts'
import { readPin, removePin } from './pin.ts'
import { stateFolder } from './state-folder.ts'

/** Forgets the master of the slave of this name, also while it runs. Returns what was done, in words. */
export async function forgetMaster(name: string, state: string | undefined): Promise<string> {
  const folder = state ?? stateFolder(name)
  const file = join(folder, KEYS_FILE)
  const known = existsSync(file) || readPin(folder) !== undefined
  rmSync(file, { force: true })
  removePin(folder)
  const had = forgetPassword(folder) || known
  const running = await askSlave(folder, 'forget')
  if (!had) return `slave "${name}" had no master`
  return running === undefined ? `slave "${name}" has forgotten its master` : running
}
