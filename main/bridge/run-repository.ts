import { addDraft } from '../master/config/edit.ts'
import { parseConfig } from '../master/config/parse.ts'
import { inspectRepository } from '../master/detect/inspect.ts'
import { missingCommand, type Proposal } from '../master/detect/proposal.ts'
import type { Master } from '../master/master.ts'
import type { BuilderId } from '../master/model.ts'
import type { Requested } from './contract.ts'
import { forceBuild } from './force.ts'
import { mustBe, RefusedError } from './refused.ts'

/**
 * Builds the present commit of a repository once. A builder that the
 * configuration has for it is used; else what is proposed is built, and known
 * for as long as this master runs. Its history stays either way.
 */
export async function runRepository(
  master: Master,
  { repository }: { repository: string },
): Promise<Requested & { builderId: BuilderId }> {
  const { config, data, options } = master
  const proposal = await inspectRepository(repository, {
    env: options.env,
    config: config.current,
    folder: process.cwd(),
  })
  const { head, branch } = proposal.repository
  if (!head)
    throw new RefusedError(
      `${proposal.draft.repository} has no commit yet. Commit something first.`,
    )
  const { project } = proposal.draft
  const configured = config.current.builders.find(builder => builder.project === project)
  const name = configured?.name ?? addProposed(master, proposal)
  const builder = mustBe(data.builderByName(name), `builder "${name}" was not taken over`)
  const reason = 'triphammer run'
  const order = { builderId: builder.id, branch, revision: head.revision, reason, properties: {} }
  const requested = forceBuild(master, order)
  master.serve(builder.id)
  return { ...requested, builderId: builder.id }
}

function addProposed(master: Master, { draft }: Proposal): string {
  const missing = missingCommand(draft)
  if (missing)
    throw new RefusedError(
      `${missing} Add it with "triphammer add ${draft.repository} --command COMMAND".`,
    )
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
