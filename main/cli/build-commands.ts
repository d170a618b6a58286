import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Client } from '../http/client.ts'
import { type Draft, missingCommand } from '../master/detect/proposal.ts'
import type { Build, BuilderId, BuildId, BuildRequestId, PropertyValue } from '../master/model.ts'
import { isGood, RESULT_NAMES } from '../master/results.ts'
import type { CommandLine } from './cli.ts'
import { withMaster, withRunningMaster } from './connect.ts'
import { followRequest } from './follow.ts'
import { CommandError, dim, duration, print, printJson, resultText } from './terminal.ts'

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
        const missing = missingCommand(draft)
        if (missing) throw new CommandError(`${missing} Say it with --command.`)
        const preview = await client.request('repository:preview', draft)
        if (preview.problems.length > 0) throw new CommandError(preview.problems[0]!)
        if (!json()) {
          for (const { what, detail } of proposal.found) print(`${what}: ${detail}`)
          for (const { name, because } of draft.steps)
            if (because) print(`${name}: because ${because}`)
          print(dim('--- to be added to master.yml'))
          const lines = preview.text.split('\n')
          for (const number of preview.added) print(lines[number]!)
        }
        if (!options.yes && !(await confirm('Write this?')))
          throw new CommandError('Nothing was written.')
        const { builderId } = await client.request('repository:add', { draft, build: true })
        if (json()) printJson({ builder: draft.builder, builderId, project: draft.project })
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
        await told(client, requestId, options.wait)
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
        await told(client, requestId, options.wait)
      }),
    )

  program
    .command('run')
    .argument('[path]', 'a folder with a git repository, or a URL', '.')
    .description('build a repository once, here and now, and exit with the result')
    .action((path: string) =>
      withMaster(dataDir(), 'single', async client => {
        const { requestId } = await client.request('repository:run', { repository: absolute(path) })
        exitWith(await wait(client, requestId))
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

  async function told(client: Client, requestId: BuildRequestId, waits: boolean | undefined) {
    if (waits) exitWith(await wait(client, requestId))
    else if (json()) printJson({ requestId })
    else print(`requested; "triphammer status" shows when it runs`)
  }

  async function wait(client: Client, requestId: BuildRequestId): Promise<number> {
    const build = await followRequest(client, { requestId, show: !json() })
    if (!build) throw new CommandError('The request was cancelled before it was built.')
    const { builder } = await client.request('build:details', build.id)
    if (json()) printJson({ builder: builder.name, ...build, result: RESULT_NAMES[build.results!] })
    else print(summary(builder.name, build))
    return isGood(build.results!) ? 0 : 1
  }
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
