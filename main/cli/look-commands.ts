import type { Snapshot } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import type { Build, BuildId, Log } from '../master/model.ts'
import { RESULT_NAMES } from '../master/results.ts'
import { standingOf } from '../master/standing.ts'
import { builderNamed, buildNumbered } from './build-commands.ts'
import type { CommandLine } from './cli.ts'
import { withHistory, withRunningMaster } from './connect.ts'
import { writeLog } from './follow.ts'
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
    .description('the log of a build, byte for byte')
    .option('-f, --follow', 'go on until the build ends')
    .action(
      async (
        builder: string,
        number: string,
        step: string | undefined,
        options: { follow?: boolean },
      ) => {
        const work = async (client: Client) => {
          const id = await buildNumbered(client, builder, number)
          await showLogs(client, id, step, options.follow ?? false)
        }
        // Only a running master has something to follow.
        if (options.follow) await withRunningMaster(dataDir(), work)
        else await withHistory(dataDir(), work)
      },
    )
}

async function showLogs(client: Client, id: BuildId, step: string | undefined, follow: boolean) {
  const written = new Map<Log['id'], number>()
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
      const steps = details.steps.filter(one => step === undefined || one.name === step)
      if (
        step !== undefined &&
        steps.length === 0 &&
        (!follow || details.build.completeAt !== null)
      )
        throw new CommandError(
          `That build has no step "${step}". It has ${details.steps.map(one => one.name).join(', ')}.`,
        )
      const changed = new Promise<void>(resolve => {
        wake = resolve
      })
      for (const one of steps)
        for (const log of details.logs.filter(log => log.stepId === one.id)) {
          if (!written.has(log.id) && step === undefined)
            process.stdout.write(
              dim(`--- ${one.name}${log.name === 'stdio' ? '' : ` ${log.name}`}\n`),
            )
          written.set(log.id, await writeLog(client, log.id, written.get(log.id) ?? 0))
        }
      if (!follow || details.build.completeAt !== null) return
      await changed
    }
  } finally {
    stop()
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
        slaveStateOf(slave, snapshot.now),
        `${slave.building.length} of ${slave.maxBuilds}`,
      ]),
  )
  for (const line of linesOf(snapshot.config)) print(line)
}

const RESULTS = Object.values(RESULT_NAMES)

function stateOf(build: Build): string {
  return build.results === null ? 'running' : resultText(build.results)
}
