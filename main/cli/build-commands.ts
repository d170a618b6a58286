import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { RepositoryRun } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import {
  type Draft,
  type Finding,
  missingCommand,
  type Proposal,
  uncommittedFinding,
} from '../master/detect/proposal.ts'
import type { Build, BuilderId, BuildId, BuildRequestId, PropertyValue } from '../master/model.ts'
import { isGood, RESULT_NAMES } from '../master/results.ts'
import type { CommandLine } from './cli.ts'
import { withMaster, withRunningMaster } from './connect.ts'
import { followRequest } from './follow.ts'
import { CommandError, dim, duration, marked, print, printJson, resultText } from './terminal.ts'

/** add, force, rebuild, run, stop. */
export function addBuildCommands(line: CommandLine): void {
  const { program, dataDir, json, exitWith } = line

  program
    .command('add')
    .argument('<repository>', 'a folder, or any URL that git clones')
    .description('look at a repository, propose a builder, and write it into master.yml')
    .option('--builder <name>', 'what to call the builder')
    .option('--command <command>', 'what builds it, in place of what is proposed')
    .option('-y, --yes', 'write without asking')
    .action((repository: string, options: AddOptions) =>
      withMaster(dataDir(), 'dormant', async client => {
        const proposal = await client.request('repository:inspect', {
          repository: absolute(repository),
        })
        const draft = drafted(proposal.draft, options)
        const refuse = (why: string): never => {
          if (json()) printJson({ refused: why, ...told(proposal) })
          throw new CommandError(why)
        }
        if (!json()) printFindings(proposal)
        const missing = missingCommand(draft)
        if (missing) refuse(`${missing} Say it with --command.`)
        const preview = await client.request('repository:preview', draft)
        if (preview.problems.length > 0) refuse(preview.problems[0]!)
        if (!json()) {
          for (const { name, because } of draft.steps)
            if (because) print(`${name}: because ${because}`)
          print(dim('--- to be added to master.yml'))
          const lines = preview.text.split('\n')
          for (const number of preview.added) print(lines[number]!)
        }
        if (!options.yes && !(await confirm('Write this?')))
          throw new CommandError('Nothing was written.')
        const { builderId } = await client.request('repository:add', { draft, build: true })
        if (json())
          printJson({
            builder: draft.builder,
            builderId,
            project: draft.project,
            ...told(proposal),
          })
        else print(`added builder "${draft.builder}"`)
      }),
    )

  program
    .command('force')
    .argument('<builder>')
    .description('ask for a build')
    .option('--branch <branch>')
    .option('--revision <revision>')
    .option(
      '--property <name=value>',
      'a property of the build; may be given several times',
      collect,
      {},
    )
    .option('--reason <text>', 'why', 'forced on the command line')
    .option('--wait', 'follow the log, and exit with the result')
    .action((builder: string, options: ForceOptions) =>
      withRunningMaster(dataDir(), async client => {
        const { requestId } = await client.request('build:force', {
          builderId: await builderNamed(client, builder),
          branch: options.branch ?? null,
          revision: options.revision ?? null,
          reason: options.reason,
          properties: options.property,
        })
        await requestedOf(client, requestId, options.wait)
      }),
    )

  program
    .command('rebuild')
    .argument('<builder>')
    .argument('<number>', 'of the build')
    .description('build the same again: all of it, or from a step on in the folder that it left')
    .option('--from <step>', 'the first step to run again; those before it stand as they were')
    .option('--wait', 'follow the log, and exit with the result')
    .action((builder: string, number: string, options: RebuildOptions) =>
      withRunningMaster(dataDir(), async client => {
        const id = await buildNumbered(client, builder, number)
        const { requestId } = await (options.from === undefined
          ? client.request('build:rebuild', { id })
          : client.request('build:retryFrom', { id, step: options.from }))
        await requestedOf(client, requestId, options.wait)
      }),
    )

  program
    .command('run')
    .argument('[path]', 'a folder with a git repository, or a URL', '.')
    .description('build a repository once, here and now, and exit with the result')
    .action((path: string) =>
      withMaster(dataDir(), 'single', async client => {
        const run = await client.request('repository:run', { repository: absolute(path) })
        const { proposal, configured, requested, refused } = run
        if (!json()) printRun(run)
        if (refused !== null) {
          if (json()) printJson({ refused, ...told(proposal) })
          throw new CommandError(refused)
        }
        const builds = []
        for (const { builder, requestId } of requested) {
          const build = await finished(client, requestId)
          if (!json()) print(summary(builder, build))
          builds.push({ builder, ...build, result: RESULT_NAMES[build.results!] })
        }
        // Of one builder, its build is the answer.
        const [only] = builds.length === 1 ? builds : []
        if (json()) printJson({ ...only, builds, configured, ...told(proposal) })
        exitWith(builds.every(build => isGood(build.results!)) ? 0 : 1)
      }),
    )

  program
    .command('stop')
    .argument('<builder>')
    .argument('<number>', 'of the build')
    .description('stop a running build')
    .option('--reason <text>', 'why', 'stopped on the command line')
    .action((builder: string, number: string, { reason }: { reason: string }) =>
      withRunningMaster(dataDir(), async client => {
        const id = await buildNumbered(client, builder, number)
        await client.request('build:stop', { id, reason })
        if (json()) printJson({ buildId: id })
        else print(`${builder} #${number} is being stopped`)
      }),
    )

  async function requestedOf(
    client: Client,
    requestId: BuildRequestId,
    waits: boolean | undefined,
  ) {
    if (waits) exitWith(await wait(client, requestId))
    else if (json()) printJson({ requestId })
    else print(`requested; "triphammer status" shows when it runs`)
  }

  async function wait(client: Client, requestId: BuildRequestId): Promise<number> {
    const build = await finished(client, requestId)
    const { builder } = await client.request('build:details', build.id)
    if (json()) printJson({ builder: builder.name, ...build, result: RESULT_NAMES[build.results!] })
    else print(summary(builder.name, build))
    return isGood(build.results!) ? 0 : 1
  }

  async function finished(client: Client, requestId: BuildRequestId): Promise<Build> {
    const build = await followRequest(client, { requestId, show: !json() })
    if (!build) throw new CommandError('The request was cancelled before it was built.')
    return build
  }
}

/** What was found, and what this machine lacks; as the window shows it. */
function told({ found, ready, draft }: Proposal) {
  const steps = draft.steps.filter(step => step.kind !== 'git')
  return { found, ready, steps }
}

function printFindings({ found, ready }: Proposal): void {
  for (const one of [...found, ...ready.filter(({ tone }) => tone === 'warning')]) printFinding(one)
}

// Names of files and steps are those of the repository, and may hold anything.
function printFinding({ what, detail, tone }: Finding): void {
  const line = `${what}: ${detail}`.replace(/\p{Cc}+/gu, ' ')
  print(tone === 'warning' ? marked(line) : line)
}

// A configured builder does not do what is proposed; only what is not built is of interest then.
function printRun({ proposal, configured, requested }: RepositoryRun): void {
  const leftOut = uncommittedFinding(proposal.repository)
  if (!configured) printFindings(proposal)
  else if (leftOut) printFinding(leftOut)
  if (requested.length > 1)
    print(`builders of ${proposal.draft.project}: ${requested.map(one => one.builder).join(', ')}`)
}

interface AddOptions {
  readonly builder?: string
  readonly command?: string
  readonly yes?: boolean
}

function drafted(proposed: Draft, { builder, command }: AddOptions): Draft {
  return {
    ...proposed,
    ...(builder && { builder }),
    ...(command && {
      steps: [
        ...proposed.steps.filter(step => step.kind === 'git'),
        { kind: 'shell', name: 'build', text: command },
      ],
    }),
  }
}

interface ForceOptions {
  readonly branch?: string
  readonly revision?: string
  readonly property: Record<string, PropertyValue>
  readonly reason: string
  readonly wait?: boolean
}

interface RebuildOptions {
  readonly from?: string
  readonly wait?: boolean
}

function summary(builder: string, build: Build): string {
  const took = duration((build.completeAt ?? build.startedAt) - build.startedAt)
  return `${builder} #${build.number}: ${resultText(build.results!)}, ${build.stateString}, ${took}`
}

export async function builderNamed(client: Client, name: string): Promise<BuilderId> {
  const { builders } = await client.request('desk:snapshot')
  const builder = builders.find(one => one.name === name)
  if (builder) return builder.id
  const known = builders.filter(one => one.active).map(one => one.name)
  throw new CommandError(
    `There is no builder "${name}". ${known.length > 0 ? `Known are ${known.join(', ')}.` : '"triphammer add PATH" makes one.'}`,
  )
}

export async function buildNumbered(
  client: Client,
  builder: string,
  text: string,
): Promise<BuildId> {
  // With more digits it could become another number.
  if (!/^#?\d{1,15}$/.test(text))
    throw new CommandError(`"${text}" is not the number of a build`, 2)
  return client.request('build:byNumber', { builder, number: Number(text.replace('#', '')) })
}

// The master may run in another folder.
function absolute(repository: string): string {
  if (/^[a-z][a-z+.-]*:\/\//i.test(repository) || /^[^/\\]{2,}:/.test(repository)) return repository
  return resolve(repository)
}

function collect(
  text: string,
  before: Record<string, PropertyValue>,
): Record<string, PropertyValue> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new CommandError(`--property wants NAME=VALUE, not "${text}"`, 2)
  return { ...before, [name]: value! }
}

export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CommandError('There is nobody to ask; say --yes.', 2)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const said = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(said.trim())
}
