import type { RepositoryRun } from '../bridge/contract.ts'
import { RefusedError } from '../bridge/refused.ts'
import type { Host } from '../host/host.ts'
import { missingCommand } from '../master/detect/proposal.ts'
import { splitAddress } from '../master/git/address.ts'

/**
 * Adds a repository as it is proposed, and builds it. One that the configuration
 * has already is only built. Returns the one for which a person has to write a
 * command first; then nothing is done.
 */
export async function addRepository(
  { handlers, master }: Pick<Host, 'handlers' | 'master'>,
  repository: string,
): Promise<string | null> {
  const { draft } = await handlers['repository:inspect']({ repository })
  const { projects, builders } = master.config.current
  const { address } = splitAddress(draft.repository)
  const known = projects.some(
    ({ name, repository }) => name === draft.project && repository === address,
  )
  if (known && builders.some(builder => builder.project === draft.project))
    mustRun(await handlers['repository:run']({ repository }))
  else if (missingCommand(draft)) return draft.repository
  else await handlers['repository:add']({ draft, build: true })
  return null
}

function mustRun({ refused }: RepositoryRun): void {
  if (refused !== null) throw new RefusedError(refused)
}
