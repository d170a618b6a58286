import { askSlave } from './control.ts'
import { stateFolder } from './state-folder.ts'

/** Has the slave that runs under this name show a new pairing code. Returns what it says. */
export async function startNewCode(name: string, state: string | undefined): Promise<string> {
  const said = await askSlave(state ?? stateFolder(name), 'code')
  if (said === undefined)
    throw new Error(`no slave "${name}" runs here; start it with --listen, and it shows a code`)
  return said
}
