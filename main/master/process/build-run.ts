import type { Clock } from '../clock.ts'
import type { BuilderConfig, StepConfig } from '../config/model.ts'
import type { ArtifactStore } from '../data/artifacts.ts'
import type { Data } from '../data/data.ts'
import type { Login } from '../git/address.ts'
import type { Build, BuildRequest, Properties, Slave, SourceStamp, Step, Stop } from '../model.ts'
import {
  CANCELLED,
  EXCEPTION,
  FAILURE,
  RETRY,
  type Result,
  SKIPPED,
  SUCCESS,
  WARNINGS,
} from '../results.ts'
import { type Session, SlaveLostError } from '../slaves/session.ts'
import type { StepEnd } from '../steps/step.ts'
import type { TestReader } from '../steps/tests/test-reader.ts'
import { buildFolder, onSlave } from './build-folder.ts'
import { endOfLost, endOfLostBuild } from './deaths.ts'
import { ExpressionError, isTrue, parseExpression } from './expression.ts'
import type { Locks } from './locks.ts'
import { createLogBudget } from './log-budget.ts'
import { createLookup, from } from './properties.ts'
import type { Planned, Stand } from './retry-from.ts'
import { rollUp } from './rollup.ts'
import { runStep, type StepRun } from './step-run.ts'

export interface BuildRunOptions {
  readonly data: Data
  readonly clock: Clock
  readonly locks: Locks
  readonly artifacts: ArtifactStore
  readonly testReader: TestReader
  readonly masterEnv: Readonly<Record<string, string>>
  readonly secret: (name: string) => string | undefined
  /** With what to log in where the sources come from. */
  readonly loginOf: (source: SourceStamp) => Login | null
  readonly build: Build
  readonly request: BuildRequest
  readonly builder: BuilderConfig
  readonly slave: Slave
  readonly session: Session
  readonly properties: Properties
  /** Random, and never used again: the ids of the build's commands begin with it. */
  readonly marker: string
  /** Present when the build is retried from a step. */
  readonly retry?: Planned | undefined
  /** Present when a master before this one has begun the build. */
  readonly carried?: {
    readonly steps: readonly Step[]
    /** It was asked to end. */
    readonly ending: Ending | null
    /** The locks that its open step had. They are this build's before anybody is given one. */
    readonly stepLocks: Stop | undefined
  }
  readonly onTrouble: (reason: string) => void
}

export interface Ending {
  readonly results: Result
  readonly why: string
}

export interface BuildRun {
  readonly build: Build
  /** Resolves when the build has ended in history. Never rejects, and never resolves once it was left. */
  readonly done: Promise<Build>
  /** Ends the build as CANCELLED, within ten seconds whatever the slave does. */
  stop(why: string): void
  /** Ends the build as RETRY: it is built again, by this master or the next. */
  retry(why: string): void
  /** Does nothing more for the build, which goes on at its slave until another master takes it up. */
  leave(): void
}

// A slave needs five seconds at most to end a process tree; then it is no longer waited for.
const STOP_MS = 9000
const INSIST_MS = 1000

/**
 * Runs the steps of a build that has been started in history, in order.
 *
 * A build that another master had begun is run again from what history holds: its
 * steps that are over keep their results, and the open one is run anew. Its commands
 * have the ids that they had, so that the slave answers for those that are over and
 * goes on with the one that runs.
 */
export function runBuild(options: BuildRunOptions): BuildRun {
  const { data, clock, locks, build, builder, slave, session, marker, carried } = options
  const folder = onSlave(
    String(session.info.basedir),
    builder.folder ?? buildFolder(builder.name),
    session.info.system,
  )
  let properties = options.properties
  const lookup = createLookup(() => properties, slave, options.secret)
  let ending: Ending | undefined
  let current: StepRun | undefined
  let cancelWait: Stop | undefined
  const givenUp = Promise.withResolvers<StepEnd>()
  let cancelGiveUp: Stop | undefined
  let left = false
  const plan = options.retry && 'stands' in options.retry ? options.retry : undefined
  const logBudget = createLogBudget('build', builder.maxLogBytes ?? null, loggedBytes())
  session.beginBuild(marker)
  if (carried?.ending) end(carried.ending.results, carried.ending.why)
  if (options.retry && 'problem' in options.retry)
    end(CANCELLED, `not retried: ${options.retry.problem}`)

  return {
    build,
    done: run(),
    stop: why => end(CANCELLED, why),
    retry: why => end(RETRY, why),
    leave() {
      left = true
      cancelGiveUp?.()
      cancelWait?.()
      current?.leave()
    },
  }

  // What a master before this one has stored of it.
  function loggedBytes(): number {
    const logs = carried ? data.logsOfBuild(build.id) : []
    return logs.reduce((sum, log) => sum + log.byteCount, 0)
  }

  async function run(): Promise<Build> {
    let results: Result = SUCCESS
    let text = ''
    try {
      ;({ results, text } = await runSteps())
    } catch (error) {
      ;({ results, text } = endOfBuild(error as Error))
    }
    if (left) return NEVER
    carried?.stepLocks?.()
    cancelGiveUp?.()
    if (ending) ({ results, why: text } = ending)
    // What the steps left in the background goes now; nobody waits for that.
    session.endBuild(marker).catch(() => {})
    return insist(() => data.finishBuild(build.id, results, text))
  }

  function endOfBuild(error: Error): StepEnd {
    if (!(error instanceof SlaveLostError)) return endOf(error)
    const before = data.buildsOfRequest(build.requestId)
    return endOfLostBuild(
      error,
      before.filter(one => one.id !== build.id),
    )
  }

  // A full disk must not leave a build without an end: its end is offered until history takes it.
  async function insist<T>(work: () => T): Promise<T> {
    for (;;) {
      try {
        return await data.patiently(work)
      } catch (error) {
        options.onTrouble(`build ${build.id} could not be ended: ${(error as Error).message}`)
        await new Promise<void>(resolve => clock.after(INSIST_MS, resolve))
      }
    }
  }

  async function runSteps(): Promise<{ results: Result; text: string }> {
    let results: Result = SUCCESS
    let decided = ''
    let halted = false
    let onlySkipped = builder.steps.length > 0
    for (const [number, config] of builder.steps.entries()) {
      const before = carried?.steps.find(step => step.number === number)
      // A build that is stopped runs nothing more, not even what always runs.
      if (ending && !before) break
      if (halted && !config.alwaysRun) continue
      // What checks out runs, so that the tree is the right one whatever a person did to it.
      const stand = config.kind === 'git' ? undefined : plan?.stands[number]
      const end = stand
        ? await standIn(number, config, stand, before)
        : (endOfStep(before) ?? (await runOne(number, config, before)))
      onlySkipped &&= end.results === SKIPPED
      const rolled = rollUp(results, end.results, config)
      if (rolled.results !== results && rolled.results !== SUCCESS)
        decided = describeDecision(config.name, end.text, rolled.results)
      results = rolled.results
      halted ||= rolled.halt
    }
    // Nothing was built: that must not make a red builder green.
    if (onlySkipped && !ending) return { results: SKIPPED, text: 'every step was skipped' }
    return { results, text: decided || 'build successful' }
  }

  // The build counts what the step found then: a warning is not lost by not running it again.
  async function standIn(
    number: number,
    config: StepConfig,
    { build: of, results }: Stand,
    before: Step | undefined,
  ): Promise<StepEnd> {
    const text = `as in #${of}`
    const { name, kind, hidden } = config
    const facts = { buildId: build.id, number, name, kind, hidden, stateString: '' }
    if (!before)
      await data.patiently(() =>
        data.together(() => data.finishStep(data.startStep(facts).id, SKIPPED, text)),
      )
    return { results, text }
  }

  async function runOne(
    number: number,
    config: StepConfig,
    before: Step | undefined,
  ): Promise<StepEnd> {
    const { name, kind, hidden } = config
    const facts = { buildId: build.id, number, name, kind, hidden, stateString: '' }
    const step = before ?? (await data.patiently(() => data.startStep(facts)))
    const end = await runIfWanted(config, step, before !== undefined).catch(async error => {
      if (left) return NEVER
      const { results, text } = endOf(error as Error)
      await insist(() => data.finishStep(step.id, results, text))
      throw error
    })
    if (left) return NEVER
    await data.patiently(() => data.finishStep(step.id, end.results, end.text))
    data.forgetLogMarks(data.logsOfStep(step.id).map(log => log.id))
    return end
  }

  async function runIfWanted(config: StepConfig, step: Step, again: boolean): Promise<StepEnd> {
    try {
      if (config.if !== null && !isTrue(parseExpression(config.if)(lookup)))
        return { results: SKIPPED, text: `${config.if} is not so` }
    } catch (error) {
      if (error instanceof ExpressionError) return { results: FAILURE, text: error.message }
      throw error
    }
    const release = (again && carried?.stepLocks) || (await takeLocks(config, step))
    if (left) return NEVER
    if (!release) return { results: CANCELLED, text: ending?.why ?? 'stopped' }
    try {
      const { sourcestamp } = options.request
      current = runStep({
        ...options,
        config,
        step,
        again,
        logBudget,
        keepsFiles: plan?.stands[step.number] !== undefined,
        folder,
        lookup,
        source: sourcestamp,
        login: options.loginOf(sourcestamp),
        setProperties(added) {
          properties = { ...properties, ...added }
          data.eventually(() => data.setProperties(build.id, added))
        },
      })
      if (ending) current.stop(ending.why)
      return await Promise.race([current.done, givenUp.promise])
    } finally {
      current = undefined
      release()
      if (config.locks.length > 0 && !left) data.eventually(() => data.setStepLocks(build.id, []))
    }
  }

  async function takeLocks(config: StepConfig, step: Step): Promise<Stop | undefined> {
    const waiting = locks.take(
      config.locks,
      slave.name,
      { label: `${builder.name} #${build.number}` },
      reason => data.eventually(() => data.setStepState(step.id, `waits for ${reason}`)),
    )
    cancelWait = waiting.cancel
    const release = await waiting.taken
    cancelWait = undefined
    if (release && !left && config.locks.length > 0)
      data.eventually(() => data.setStepLocks(build.id, config.locks))
    return release
  }

  function end(results: Result, why: string) {
    if (ending || left) return
    ending = { results, why }
    // Whoever was told that it ends must not find that the next master has forgotten.
    if (!carried?.ending) rememberEnding(ending)
    cancelWait?.()
    current?.stop(why)
    const giveUp = () => givenUp.resolve({ results, text: `${why}; the slave did not confirm it` })
    // A slave whose link is lost can't confirm anything. It is told when it is back.
    if (session.linked) cancelGiveUp = clock.after(STOP_MS, giveUp)
    else giveUp()
  }

  function rememberEnding(how: Ending) {
    data.eventually(() => data.setBuildEnding(build.id, how))
  }
}

const NEVER = new Promise<never>(() => {})

function endOfStep(step: Step | undefined): StepEnd | undefined {
  if (step?.results === undefined || step.results === null) return undefined
  return { results: step.results, text: step.stateString }
}

// What breaks a build is ours to mend, but for the loss of its slave.
function endOf(error: Error): StepEnd {
  return error instanceof SlaveLostError
    ? endOfLost(error)
    : { results: EXCEPTION, text: error.message }
}

/** The properties that say what a build is called; known once it has its number. */
export function namingProperties(build: Build): Properties {
  return from('Build', { buildnumber: build.number })
}

const DECISIONS: Readonly<Record<Result, string>> = {
  [SUCCESS]: 'passed',
  [WARNINGS]: 'warnings in',
  [FAILURE]: 'failed in',
  [SKIPPED]: 'skipped',
  [EXCEPTION]: 'exception in',
  [RETRY]: 'lost in',
  [CANCELLED]: 'stopped in',
}

function describeDecision(step: string, text: string, results: Result): string {
  return `${DECISIONS[results]} ${step}${text ? `: ${text}` : ''}`
}
