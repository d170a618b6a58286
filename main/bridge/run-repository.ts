import { addDraft } from '../master/config/edit.ts'
import { parseConfig } from '../master/config/parse.ts'
import { inspectRepository } from '../master/detect/inspect.ts'
import { missingCommand, type Proposal } from '../master/detect/proposal.ts'
import { maskAddresses } from '../master/git/address.ts'
import type { Master } from '../master/master.ts'
import type { RepositoryRun, RequestedOf } from './contract.ts'
import { forceBuild } from './force.ts'
import { mustBe, RefusedError } from './refused.ts'

/**
 * Builds the present commit of a repository once. All builders that the configuration has for it are
 * used; where it has none, what is proposed is built, and known for as long as this master runs. Its
 * history stays either way.
 */
export async function runRepository(
  master: Master,
  { repository }: { repository: string },
): Promise<RepositoryRun> {
  const { config, options } = master
  const proposal = await inspectRepository(repository, {
    env: options.env,
    config: config.current,
    folder: process.cwd(),
  })
  const { project } = proposal.draft
  const own = config.current.builders.filter(builder => builder.project === project)
  const told = { proposal, configured: own.length > 0 }
  const why = whyNot(proposal, told.configured)
  if (why) return { ...told, requested: [], refused: why }
  const names = told.configured ? own.map(builder => builder.name) : [addProposed(master, proposal)]
  return { ...told, requested: names.map(name => request(master, name, proposal)), refused: null }
}

function whyNot({ draft, repository }: Proposal, configured: boolean): string | undefined {
  const address = maskAddresses(draft.repository)
  if (!repository.head) return `${address} has no commit yet. Commit something first.`
  const missing = configured ? undefined : missingCommand(draft)
  return missing && `${missing} Add it with "triphammer add ${address} --command COMMAND".`
}

function request(master: Master, name: string, { repository }: Proposal): RequestedOf {
  const builder = mustBe(master.data.builderByName(name), `builder "${name}" was not taken over`)
  const requested = forceBuild(master, {
    builderId: builder.id,
    branch: repository.branch,
    revision: repository.head!.revision,
    reason: 'triphammer run',
    properties: {},
  })
  master.serve(builder.id)
  return { ...requested, builder: name, builderId: builder.id }
}

function addProposed(master: Master, { draft }: Proposal): string {
  const { config, problems } = parseConfig(addDraft('', draft), 'the proposal')
  const [builder] = config?.builders ?? []
  const [project] = config?.projects ?? []
  if (!builder || !project)
    throw new RefusedError(`the proposal can't be built: ${problems[0]?.reason}`)
  // Of the slaves that there are, not of those that the proposal alone would have.
  const slaves = master.config.current.slaves.map(slave => slave.name)
  master.addTransientBuilder({ ...builder, slaves }, project)
  return builder.name
}
