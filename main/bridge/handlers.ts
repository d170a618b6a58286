import { describeBackup } from '../master/backup/list.ts'
import { readBisectOf } from '../master/bisect/bisects.ts'
import { addDraft, addedLines } from '../master/config/edit.ts'
import { parseConfig } from '../master/config/parse.ts'
import { describeProblem, describeProblems } from '../master/config/status.ts'
import { inspectRepository } from '../master/detect/inspect.ts'
import { type Draft, missingCommand } from '../master/detect/proposal.ts'
import { suggestRepositories } from '../master/detect/suggest.ts'
import type { Master } from '../master/master.ts'
import type { Build, BuilderId, BuildId } from '../master/model.ts'
import { withProperties } from '../master/process/environment.ts'
import { offerRetry, readRetryFrom } from '../master/process/retry-from.ts'
import { attachHandlers } from './attach.ts'
import { backUpNow, changeBackupSettings } from './backups.ts'
import { mustBeGood, readConfigText, writeConfigText } from './config-text.ts'
import type { BuildDetails, Handlers, Snapshot } from './contract.ts'
import { demoHandlers } from './demo.ts'
import { type DesktopDoor, desktopHandlers } from './desktop.ts'
import { type EnvironmentPort, environmentHandlers } from './environment.ts'
import { bisect, forceBuild, forceTip, rebuild, retryFrom, stopBisect } from './force.ts'
import { logHandlers } from './logs.ts'
import type { News } from './news.ts'
import { personHandlers } from './person.ts'
import { createRecentBuilds } from './recent-builds.ts'
import { type RecoveryPort, recoveryHandlers } from './recovery.ts'
import { mustBe, RefusedError } from './refused.ts'
import { runRepository } from './run-repository.ts'
import { type SessionDoor, sessionHandlers } from './sessions.ts'
import { slaveHandlers } from './slaves.ts'
import { terminalHandlers } from './terminal.ts'
import { type UpdateDoor, updateHandlers, updateStatus } from './updates.ts'
import { memoryViews, type ViewsPort, viewHandlers } from './views.ts'

export interface HandlerOptions {
  readonly chooseFolder: () => Promise<string | null>
  readonly freeBytes: () => Promise<number | null>
  /** Where something has to be recovered. */
  readonly recovery?: RecoveryPort
  readonly environment?: EnvironmentPort
  readonly desktop?: () => DesktopDoor | undefined
  /** Where saved views are kept; in memory when it is not given. */
  readonly views?: ViewsPort
  /** Browsers that were let in, where any can be. */
  readonly sessions?: SessionDoor
  /** What replaces the app, where something does. */
  readonly updates?: () => UpdateDoor | undefined
}

const SNAPSHOT_BUILDS = 300
const SNAPSHOT_CHANGES = 200
const SNAPSHOT_EVENTS = 500
const MOST_TESTS = 5000
const MOST_SUSPECTS = 100

/** The answers to what the renderer may ask. A plain object, tested without Electron. */
export function createHandlers(master: Master, news: News, options: HandlerOptions): Handlers {
  const { data, distributor, config } = master
  const startedAt = master.clock.now()
  const recent = createRecentBuilds(master)
  const updates = options.updates ?? (() => undefined)

  return {
    'news:since': ({ startedAt: of, seq }) => (of === startedAt ? news.since(seq) : null),
    'desk:snapshot': async () => ({ ...snapshot(), freeBytes: await options.freeBytes() }),

    'desk:freeBytes': () => options.freeBytes(),

    'builds:page'({ builderId, before, limit }) {
      const builds = data.builds({
        limit: Math.min(limit, 1000),
        ...(builderId !== undefined && { builderId }),
        ...(before !== undefined && { before }),
      })
      const oldest = builds.at(-1)?.startedAt ?? master.clock.now()
      return {
        builds,
        steps: data.stepsOfBuilds(builds.map(build => build.id)),
        changes: data.changes({ since: oldest - 60_000, limit: 1000 }),
      }
    },

    'history:summary': query => master.history.ask('summary', query),
    'history:page': query => master.history.ask('page', query),
    'history:days': query => master.history.ask('days', query),
    'history:density': query => master.history.ask('density', query),
    'history:beginning': () => master.history.ask('beginning'),
    'history:holdings': query => master.history.ask('holdings', query),
    'history:blame': ids => master.history.ask('blame', ids),
    'history:authors': ids => master.history.ask('authors', ids),
    'history:inside': id => master.history.ask('inside', id),
    'history:load': query => master.history.ask('load', query),
    'history:vitals': query => master.history.ask('vitals', query),
    'history:lastEvents': kinds => master.history.ask('lastEvents', kinds),
    'history:red': () => master.history.ask('red'),
    'history:tests': query => master.history.ask('tests', query),
    'history:test': query => master.history.ask('test', query),
    'history:between': query => master.history.ask('between', query),
    'history:trends': query => master.history.ask('trends', query),
    ...personHandlers(master.options.env),
    ...sessionHandlers(options.sessions),

    'build:details': id => details(buildOf(id)),

    'build:byNumber'({ builder, number }) {
      const row = mustBe(data.builderByName(builder), `there is no builder "${builder}"`)
      return mustBe(data.buildByNumber(row.id, number), `${builder} has no build ${number}`).id
    },

    'build:stop'({ id, reason }) {
      const build = buildOf(id)
      if (!distributor.stopBuild(id, reason || 'stopped by hand'))
        throw new RefusedError(`build ${build.number} does not run any more`)
    },

    'build:rebuild': ({ id }) => rebuild(master, buildOf(id)),
    'build:retryFrom': ({ id, step }) => retryFrom(master, buildOf(id), step),
    'build:bisect': ({ id }) => bisect(master, buildOf(id)),
    'build:stopBisect': ({ id }) => stopBisect(master, buildOf(id)),
    'build:force': order => forceBuild(master, order),

    'force:offer'(builderId) {
      const { project } = mustBe(data.builder(builderId), 'there is no such builder')
      return { branches: [...data.branchTips(project).keys()], branch: data.ownBranch(project) }
    },

    'request:cancel'({ id }) {
      if (!data.cancelRequest(id)) throw new RefusedError('that request no longer waits')
    },

    'changes:page': query => data.changes({ ...query, limit: Math.min(query.limit, 1000) }),
    'change:builds': id => data.buildsOfChange(id),

    ...logHandlers(master),

    ...slaveHandlers(master),

    ...terminalHandlers(master),

    ...attachHandlers(master),

    'repository:suggest': () => suggestRepositories(config.current),
    'repository:inspect': ({ repository }) =>
      inspectRepository(repository, {
        env: master.options.env,
        config: config.current,
        folder: process.cwd(),
      }),
    'repository:preview': draft => preview(draft),
    'repository:add': ({ draft, build }) => addRepository(draft, build),
    'repository:run': query => runRepository(master, query),
    'repository:choose': () => options.chooseFolder(),
    ...demoHandlers(master),
    'project:poll': ({ name }) => master.poll(name),

    'config:read': () => ({ text: readConfigText(master), status: config.status }),
    'config:reload': () => config.reload(),
    ...recoveryHandlers(options.recovery),
    ...environmentHandlers(options.environment),
    ...viewHandlers(options.views ?? memoryViews()),
    ...desktopHandlers(options.desktop ?? (() => undefined)),
    ...updateHandlers(updates, master.options.version),

    'backup:list': () => ({
      backups: master.backups.list().map(describeBackup),
      settings: config.current.backups,
    }),
    'backup:create': () => backUpNow(master),
    'backup:settings': changed => changeBackupSettings(master, changed),
  }

  function snapshot(): Omit<Snapshot, 'freeBytes'> {
    const builds = recentBuilds()
    return {
      seq: news.seq,
      now: master.clock.now(),
      title: config.current.title,
      version: master.options.version,
      startedAt,
      dataDir: master.options.dataDir,
      builders: data.builders(),
      projects: data.projects(),
      slaves: data.slaves(),
      requests: data.openRequests(),
      builds,
      // The others are there for the last results in the heads of their columns.
      steps: data.stepsOfBuilds(
        builds
          .filter((build, i) => i < SNAPSHOT_BUILDS || build.completeAt === null)
          .map(build => build.id),
      ),
      changes: data.changes({ limit: SNAPSHOT_CHANGES }),
      events: data.events(0, SNAPSHOT_EVENTS),
      queue: news.queue,
      schedule: news.schedule,
      updates: updateStatus(updates(), master.options.version),
      config: config.status,
    }
  }

  // The newest of all, and the newest of each builder: a quiet builder never vanishes.
  function recentBuilds(): Build[] {
    const builds = new Map<BuildId, Build>()
    for (const build of data.builds({ limit: SNAPSHOT_BUILDS })) builds.set(build.id, build)
    for (const builder of data.builders()) {
      if (!builder.active) continue
      for (const build of recent.of(builder.id)) builds.set(build.id, build)
    }
    return [...builds.values()].sort((a, b) => b.id - a.id)
  }

  function buildOf(id: BuildId): Build {
    return mustBe(data.build(id), `there is no build ${id}`)
  }

  function details(build: Build): BuildDetails {
    const { builderId, number } = build
    const properties = data.propertiesOfBuild(build.id)
    const environment = data.environmentOfBuild(build.id)
    return {
      build,
      builder: data.builder(builderId)!,
      steps: data.stepsOfBuild(build.id),
      logs: data.logsOfBuild(build.id),
      properties,
      retry: offerRetry(data, distributor.configOf(builderId), build),
      retriedFrom: readRetryFrom(properties) ?? null,
      environment: environment ? withProperties(environment, properties) : null,
      bisect: {
        problem: master.bisects.whyNot(build),
        state: master.bisects.of(build),
        of: readBisectOf(properties),
      },
      changes: data.changesOfRequest(build.requestId),
      artifacts: data.artifactsOfBuild(build.id),
      tests: data.testResultsOfBuild(build.id, MOST_TESTS),
      previous: data.buildByNumber(builderId, number - 1) ?? null,
      next: data.buildByNumber(builderId, number + 1) ?? null,
      lastGood: data.lastGoodBuild(builderId, number) ?? null,
      red: redOf(build),
      tries: data.buildsOfRequest(build.requestId).filter(one => one.id !== build.id),
    }
  }

  function redOf(build: Build): BuildDetails['red'] {
    const run = data.redRunOf(build)
    return run && { first: run.first, suspects: data.suspectsOf(run).slice(-MOST_SUSPECTS) }
  }

  function preview(draft: Draft) {
    const before = readConfigText(master)
    const text = addDraft(before, draft)
    const { problems } = parseConfig(text, config.status.file)
    const missing = missingCommand(draft)
    return {
      text,
      added: addedLines(before, text),
      problems: missing ? [missing] : problems.map(describeProblem),
    }
  }

  async function addRepository(draft: Draft, build: boolean): Promise<{ builderId: BuilderId }> {
    const added = () => addDraft(readConfigText(master), draft)
    const missing = missingCommand(draft)
    if (missing) throw new RefusedError(missing)
    const { config: next, problems } = parseConfig(added(), config.status.file)
    if (!next) throw new RefusedError(describeProblems(problems))
    // Known before there is a scheduler for it: otherwise the tip would be built twice, or unasked.
    const project = next.projects.find(one => one.name === draft.project)
    if (project) await master.adopt(project)
    // Somebody may have written meanwhile: what stands there now is what is added to.
    const text = added()
    mustBeGood(master, text)
    writeConfigText(master, text)
    const builder = mustBe(data.builderByName(draft.builder), 'the builder was not taken over')
    if (build) forceTip(master, builder)
    return { builderId: builder.id }
  }
}
