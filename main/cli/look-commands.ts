import type { Snapshot } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import type { Build, BuildId, Step } from '../master/model.ts'
import { RESULT_NAMES } from '../master/results.ts'
import { standingOf } from '../master/standing.ts'
import { builderNamed, buildNumbered } from './build-commands.ts'
import type { CommandLine } from './cli.ts'
import { withHistory, withRunningMaster } from './connect.ts'
import { createLogWriter } from './follow.ts'
import { slaveStateOf } from './slave-commands.ts'
import { linesOf } from './tell-config.ts'
import {
  CommandError,
  dim,
  duration,
  print,
  printJson,
  printTable,
  resultText,
} from './terminal.ts'

/** status, builds, log. They read the history also when no master runs. */
export function addLookCommands({ program, dataDir, json }: CommandLine): void {
  program
    .command('status')
    .description('what runs, what waits and what is red')
    .action(() =>
      withHistory(dataDir(), async client => {
        const snapshot = await client.request('desk:snapshot')
        if (json()) printJson(statusOf(snapshot))
        else printStatus(snapshot)
      }),
    )

  program
    .command('builds')
    .argument('<builder>')
    .description('the newest builds of a builder')
    .option('-n, --limit <count>', 'how many', '20')
    .action((builder: string, options: { limit: string }) =>
      withHistory(dataDir(), async client => {
        if (!/^[1-9]\d*$/.test(options.limit))
          throw new CommandError('--limit wants a number from 1', 2)
        const builderId = await builderNamed(client, builder)
        const { builds } = await client.request('builds:page', {
          builderId,
          limit: Number(options.limit),
        })
        if (json()) return printJson(builds)
        if (builds.length === 0) return print(`${builder} has no builds yet`)
        printTable(
          builds.map(build => [
            `#${build.number}`,
            stateOf(build),
            build.stateString,
            build.branch ?? '',
            (build.revision ?? '').slice(0, 10),
            new Date(build.startedAt).toLocaleString(),
          ]),
        )
      }),
    )

  program
    .command('log')
    .argument('<builder>')
    .argument('<number>', 'of the build')
    .argument('[step]', 'name of a step; all of them when it is left out')
    .description('the log of a build; byte for byte into a file or a pipe')
    .option('-f, --follow', 'go on until the build ends')
    .option('--raw', 'byte for byte also in a terminal, whatever that makes of it')
    .action(
      async (builder: string, number: string, step: string | undefined, options: LogOptions) => {
        const work = async (client: Client) => {
          const id = await buildNumbered(client, builder, number)
          if (json()) return printJson(await logsOf(client, id, step))
          await showLogs(client, id, step, options)
        }
        if (options.follow && json())
          throw new CommandError('--follow writes the log as it comes, and has no --json', 2)
        // Only a running master has something to follow.
        if (options.follow) await withRunningMaster(dataDir(), work)
        else await withHistory(dataDir(), work)
      },
    )
}

interface LogOptions {
  readonly follow?: boolean
  readonly raw?: boolean
}

/** The logs of a build as texts; bytes that are no text are what a reader makes of them. */
async function logsOf(client: Client, id: BuildId, step: string | undefined) {
  const { steps, logs } = await client.request('build:details', id)
  const told = []
  for (const one of stepsNamed(steps, step))
    for (const { id, name } of logs.filter(log => log.stepId === one.id)) {
      const parts: Uint8Array[] = []
      for await (const bytes of client.logBytes(id, 0)) parts.push(bytes)
      told.push({ step: one.name, log: name, text: Buffer.concat(parts).toString('utf8') })
    }
  return told
}

/** @throws CommandError when no step has that name. */
function stepsNamed(steps: readonly Step[], name: string | undefined): readonly Step[] {
  const found = steps.filter(one => name === undefined || one.name === name)
  if (name !== undefined && found.length === 0)
    throw new CommandError(
      `That build has no step "${name}". It has ${steps.map(one => one.name).join(', ')}.`,
    )
  return found
}

async function showLogs(
  client: Client,
  id: BuildId,
  step: string | undefined,
  { follow = false, ...options }: LogOptions,
) {
  const writer = createLogWriter(client, options.raw)
  let wake = () => {}
  const stop = follow
    ? await client.listen(
        () => wake(),
        () => wake(),
      )
    : () => {}
  try {
    for (;;) {
      const details = await client.request('build:details', id)
      // While it runs, the step may still come.
      const mayCome = follow && details.build.completeAt === null
      const steps = mayCome
        ? details.steps.filter(one => step === undefined || one.name === step)
        : stepsNamed(details.steps, step)
      const changed = new Promise<void>(resolve => {
        wake = resolve
      })
      for (const one of steps)
        for (const log of details.logs.filter(log => log.stepId === one.id)) {
          if (!writer.has(log.id) && step === undefined)
            print(dim(`--- ${one.name}${log.name === 'stdio' ? '' : ` ${log.name}`}`))
          await writer.write(log.id)
        }
      if (!follow || details.build.completeAt !== null) return
      await changed
    }
  } finally {
    stop()
    await writer.end()
  }
}

/** What `status` says, as data. */
export function statusOf(snapshot: Snapshot) {
  return {
    title: snapshot.title,
    version: snapshot.version,
    config: snapshot.config,
    builders: snapshot.builders
      .filter(builder => builder.active)
      .map(builder => {
        const own = snapshot.builds
          .filter(build => build.builderId === builder.id)
          .sort((a, b) => b.number - a.number)
        const { last } = standingOf(own)
        return {
          name: builder.name,
          project: builder.project,
          last: last
            ? {
                number: last.number,
                result: RESULT_NAMES[last.results!],
                stateString: last.stateString,
                completeAt: last.completeAt,
              }
            : null,
          running: own
            .filter(build => build.completeAt === null)
            .map(build => ({
              number: build.number,
              stateString: build.stateString,
              startedAt: build.startedAt,
            })),
          waiting: snapshot.queue.find(entry => entry.builderId === builder.id) ?? null,
        }
      }),
    slaves: snapshot.slaves
      .filter(slave => slave.active)
      .map(({ name, kind, state, reason, paused, draining, maxBuilds, building }) => ({
        name,
        kind,
        state,
        reason,
        paused,
        draining,
        maxBuilds,
        building: building.length,
      })),
  }
}

function printStatus(snapshot: Snapshot) {
  const { builders } = statusOf(snapshot)
  if (builders.length === 0)
    print(
      snapshot.config.good
        ? 'no builders yet; "triphammer add PATH" makes one'
        : 'no builders, since the configuration has faults',
    )
  printTable(
    builders.map(({ name, last, running, waiting }) => [
      name,
      last ? resultText(RESULTS.indexOf(last.result) as never) : 'no build yet',
      last ? `#${last.number} ${dim(`${duration(snapshot.now - last.completeAt!)} ago`)}` : '',
      running.map(build => `#${build.number} ${build.stateString}`).join(', ') ||
        (waiting ? `${waiting.count} waiting: ${waiting.reason}` : 'idle'),
    ]),
  )
  for (const { name, active, source } of snapshot.projects)
    if (active && 'trouble' in source && source.trouble !== undefined)
      print(`\nproject ${name}: refs are passed over: ${source.trouble}`)
    else if (active && source.state === 'away')
      print(`\nproject ${name} can't be looked at: ${source.reason}`)
  print('')
  printTable(
    snapshot.slaves
      .filter(slave => slave.active)
      .map(slave => [
        slave.name,
        `${slave.building.length} of ${slave.maxBuilds}`,
        // Last, since it may hold a whole sentence.
        slaveStateOf(slave, snapshot.now),
      ]),
  )
  for (const line of linesOf(snapshot.config)) print(line)
}

const RESULTS = Object.values(RESULT_NAMES)

function stateOf(build: Build): string {
  return build.results === null ? 'running' : resultText(build.results)
}
