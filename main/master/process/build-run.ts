import type { Clock } from '../clock.ts'
import type { BuilderConfig, StepConfig } from '../config/model.ts'
import type { ArtifactStore } from '../data/artifacts.ts'
import type { Data } from '../data/data.ts'
import type { Build, BuildRequest, Properties, Slave, Step, Stop } from '../model.ts'
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
import { buildFolder, onSlave } from './build-folder.ts'
import { ExpressionError, isTrue, parseExpression } from './expression.ts'
import type { Locks } from './locks.ts'
import { createLookup, from } from './properties.ts'
import { rollUp } from './rollup.ts'
import { runStep, type StepRun } from './step-run.ts'

export interface BuildRunOptions {
  readonly data: Data
  readonly clock: Clock
  readonly locks: Locks
  readonly artifacts: ArtifactStore
  readonly secret: (name: string) => string | undefined
  readonly build: Build
  readonly request: BuildRequest
  readonly builder: BuilderConfig
  readonly slave: Slave
  readonly session: Session
  readonly properties: Properties
  readonly onTrouble: (reason: string) => void
}

export interface BuildRun {
  readonly build: Build
  /** Resolves when the build has ended in history. Never rejects. */
  readonly done: Promise<Build>
  /** Ends the build as CANCELLED, within ten seconds whatever the slave does. */
  stop(why: string): void
  /** Ends the build as RETRY: the master stops, and its next run builds it again. */
  retry(why: string): void
}

// A slave needs five seconds at most to end a process tree; then it is no longer waited for.
const STOP_MS = 9000
const INSIST_MS = 1000

/** Runs the steps of a build that has been started in history, in order. */
export function runBuild(options: BuildRunOptions): BuildRun {
  const { data, clock, locks, build, builder, slave, session } = options
  const marker = crypto.randomUUID()
  const folder = onSlave(
    String(session.info.basedir),
    buildFolder(builder.name),
    session.info.system,
  )
  let properties = options.properties
  const lookup = createLookup(() => properties, slave, options.secret)
  let ending: { readonly results: Result; readonly why: string } | undefined
  let current: StepRun | undefined
  let cancelWait: Stop | undefined
  const givenUp = Promise.withResolvers<StepEnd>()
  let cancelGiveUp: Stop | undefined
  session.beginBuild(marker)

  return {
    build,
    done: run(),
    stop: why => end(CANCELLED, why),
    retry: why => end(RETRY, why),
  }

  async function run(): Promise<Build> {
    let results: Result = SUCCESS
    let text = ''
    try {
      ;({ results, text } = await runSteps())
    } catch (error) {
      ;({ results, text } = endOf(error as Error))
    }
    cancelGiveUp?.()
    if (ending) ({ results, why: text } = ending)
    // What the steps left in the background goes now; nobody waits for that.
    session.endBuild(marker).catch(() => {})
    return insist(() => data.finishBuild(build.id, results, text))
  }

  // A full disk must not leave a build without an end: its end is offered until history takes it.
  async function insist<T>(work: () => T): Promise<T> {
    for (;;) {
      try {
        return work()
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
    for (const [number, config] of builder.steps.entries()) {
      // A build that is stopped runs nothing more, not even what always runs.
      if (ending) break
      if (halted && !config.alwaysRun) continue
      const end = await runOne(number, config)
      const rolled = rollUp(results, end.results, config)
      if (rolled.results !== results && rolled.results !== SUCCESS)
        decided = describeDecision(config.name, end.text, rolled.results)
      results = rolled.results
      halted ||= rolled.halt
    }
    return { results, text: decided || (results === SKIPPED ? 'skipped' : 'build successful') }
  }

  async function runOne(number: number, config: StepConfig): Promise<StepEnd> {
    const { name, kind, hidden } = config
    const step = data.startStep({ buildId: build.id, number, name, kind, hidden, stateString: '' })
    const end = await runIfWanted(config, step).catch(error => {
      const { results, text } = endOf(error as Error)
      data.finishStep(step.id, results, text)
      throw error
    })
    data.finishStep(step.id, end.results, end.text)
    return end
  }

  async function runIfWanted(config: StepConfig, step: Step): Promise<StepEnd> {
    try {
      if (config.if !== null && !isTrue(parseExpression(config.if)(lookup)))
        return { results: SKIPPED, text: `${config.if} is not so` }
    } catch (error) {
      if (error instanceof ExpressionError) return { results: FAILURE, text: error.message }
      throw error
    }
    const waiting = locks.take(
      config.locks,
      slave.name,
      { label: `${builder.name} #${build.number}` },
      reason => data.setStepState(step.id, `waits for ${reason}`),
    )
    cancelWait = waiting.cancel
    const release = await waiting.taken
    cancelWait = undefined
    if (!release) return { results: CANCELLED, text: ending?.why ?? 'stopped' }
    try {
      const { sourcestamp } = options.request
      current = runStep({
        ...options,
        config,
        step,
        folder,
        marker,
        lookup,
        source: sourcestamp,
        setProperties(added) {
          properties = { ...properties, ...added }
          data.setProperties(build.id, added)
        },
      })
      if (ending) current.stop(ending.why)
      return await Promise.race([current.done, givenUp.promise])
    } finally {
      current = undefined
      release()
    }
  }

  function end(results: Result, why: string) {
    if (ending) return
    ending = { results, why }
    cancelWait?.()
    current?.stop(why)
    const giveUp = () => givenUp.resolve({ results, text: `${why}; the slave did not confirm it` })
    // A slave whose link is lost can't confirm anything. It is told when it is back.
    if (session.linked) cancelGiveUp = clock.after(STOP_MS, giveUp)
    else giveUp()
  }
}

// What breaks a build is ours to mend, but for the loss of its slave.
function endOf(error: Error): StepEnd {
  return error instanceof SlaveLostError
    ? { results: RETRY, text: `slave lost: ${error.message}` }
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
