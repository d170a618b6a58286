import type { BuilderConfig, StepConfig } from '../config/model.ts'
import type { ArtifactStore } from '../data/artifacts.ts'
import type { Data } from '../data/data.ts'
import { type LogMarks, type LogSource, markOf } from '../logs/log-marks.ts'
import type { Build, LogId, Properties, Step, Stream } from '../model.ts'
import { STREAMS } from '../model.ts'
import { CANCELLED, EXCEPTION, FAILURE } from '../results.ts'
import {
  type CommandOutcome,
  type RemoteCommand,
  type Session,
  SlaveLostError,
} from '../slaves/session.ts'
import { runGitStep } from '../steps/git.ts'
import { runShellStep } from '../steps/shell.ts'
import type { StepContext, StepEnd } from '../steps/step.ts'
import { runTestStep } from '../steps/test.ts'
import type { TestReader } from '../steps/tests/test-reader.ts'
import { runUploadStep } from '../steps/upload.ts'
import { givenEnvironment, standingEnvironment } from './build-environment.ts'
import { onSlave } from './build-folder.ts'
import { ExpressionError, type Lookup } from './expression.ts'
import { interpolate } from './interpolate.ts'
import { createLogBudget, type LogBudget } from './log-budget.ts'

export interface StepRunOptions {
  readonly data: Data
  readonly artifacts: ArtifactStore
  readonly testReader: TestReader
  readonly masterEnv: Readonly<Record<string, string>>
  readonly build: Build
  readonly builder: BuilderConfig
  readonly session: Session
  readonly config: StepConfig
  readonly step: Step
  /** The build's folder on the slave. */
  readonly folder: string
  readonly source: StepContext['source']
  readonly login: StepContext['login']
  readonly marker: string
  readonly lookup: Lookup
  /** A master before this one has begun the step: what is in its logs is not written again. */
  readonly again: boolean
  /** Later steps of the build do not make again what earlier ones left in the folder. */
  readonly keepsFiles: boolean
  /** Of all steps of the build together. */
  readonly logBudget: LogBudget
  setProperties(properties: Properties): void
}

export interface StepRun {
  readonly done: Promise<StepEnd>
  /** Ends what runs. The step ends as CANCELLED. */
  stop(why: string): void
  /** Does nothing more. What runs goes on, and `done` never resolves. */
  leave(): void
}

const NEVER = new Promise<never>(() => {})

/** The id of the n-th command of a step, from 1: the same in each run of the step for one build. */
export function commandId(marker: string, step: number, number: number): string {
  return `${marker}/${step}/${number}`
}

/** Thrown inside a step to end it when its build was stopped. */
class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** Runs one step that has been started in history, with a log for what its programs say. */
export function runStep(options: StepRunOptions): StepRun {
  const { data, build, builder, session, config, step, folder, lookup } = options
  const fill = (text: string) => interpolate(text, lookup)
  const logs = new Map<string, Promise<LogId>>()
  const running = new Set<RemoteCommand>()
  let stopped: string | undefined
  let commandCount = 0
  let left = false
  // What each log held of each source when this step was begun again.
  const marks = new Map<string, LogMarks>()
  let notedBytes = 0
  const told = new Set<string>()
  const budget = createLogBudget(
    'step',
    config.maxLogBytes ?? null,
    data.logsOfStep(step.id).reduce((sum, log) => sum + log.byteCount, 0),
    options.logBudget,
  )

  return {
    done: run(),
    stop,
    leave() {
      left = true
    },
  }

  async function run(): Promise<StepEnd> {
    let cuts: (string | undefined)[] = []
    let end: StepEnd
    try {
      end = await unlessLeft(await runToEnd())
    } finally {
      // Also of a slave that was lost: what came is all that will.
      if (!left)
        cuts = await Promise.all([...logs.values()].map(async log => data.finishLog(await log)))
    }
    const cut = cuts.find(why => why !== undefined)
    if (cut === undefined) return end
    return { ...end, text: `${end.text && `${end.text}; `}its log is cut: ${cut}` }
  }

  async function runToEnd(): Promise<StepEnd> {
    try {
      if (options.again) await resumeLogs()
      const end = await runKind(config, createContext())
      return stopped === undefined ? end : { results: CANCELLED, text: stopped }
    } catch (error) {
      return endOf(error as Error)
    }
  }

  async function endOf(error: Error): Promise<StepEnd> {
    if (stopped !== undefined || error instanceof StoppedError)
      return { results: CANCELLED, text: stopped ?? error.message }
    if (error instanceof SlaveLostError) throw error
    const results = error instanceof ExpressionError ? FAILURE : EXCEPTION
    await note(`${error.message}\n`)
    // A worker that breaks sends a traceback, whose last line says why.
    return { results, text: error.message.trim().split('\n').at(-1)! }
  }

  function stop(why: string) {
    stopped ??= why
    for (const command of running) command.interrupt(why)
  }

  function createContext(): StepContext {
    const { info } = session
    const workdir = onSlave(`${folder}/build`, fill(config.workdir), info.system)
    const standing = standingEnvironment(
      builder.name,
      data.build(build.id) ?? build,
      options.source,
    )
    const given = givenEnvironment(standing, fill, builder.env, config.env)
    return {
      ...options,
      data: storedInTime(data),
      workdir,
      env: given.env,
      fill,
      run: runCommand,
      setState: text => data.eventually(() => data.setStepState(step.id, text)),
      note,
      async shell({ command, limits, onStdout, onOutput, ...rest }) {
        const source = commandCount + 1
        if (onStdout) await readAgain(source, 'stdout', onStdout)
        if (onOutput)
          for (const stream of ['stdout', 'stderr'] as const)
            await readAgain(source, stream, bytes => onOutput(stream, bytes))
        const env = { ...given.env, ...rest.env }
        const exact = [...given.exact, ...Object.keys(rest.env ?? {})]
        await tellFilledIn(env, exact)
        const args = {
          command,
          workdir: rest.workdir ?? workdir,
          env,
          exact_env: exact,
          usePTY: rest.pty ?? false,
          logfiles: rest.logfiles ?? {},
          logEnviron: false,
          brief: rest.brief ?? false,
          ...(rest.errexit !== undefined && { errexit: rest.errexit }),
          build_marker: options.marker,
          ...(limits.timeoutMs !== null && { timeout: limits.timeoutMs / 1000 }),
          ...(limits.maxTimeMs !== null && { maxTime: limits.maxTimeMs / 1000 }),
        }
        return runCommand('shell', args, {
          onOutput(stream, bytes) {
            if (stream === 'stdout') onStdout?.(bytes)
            const stored = stream.startsWith('log:')
              ? append(stream.slice(4), 'stdout', bytes, source)
              : append('stdio', asStream(stream), bytes, source)
            if (!onOutput || (stream !== 'stdout' && stream !== 'stderr')) return stored
            return Promise.all([stored, onOutput(stream, bytes)]).then(() => {})
          },
        })
      },
    }
  }

  // Workers of Buildbot, and slaves up to 0.2.0, know no values that are to stay as they are.
  async function tellFilledIn(
    env: Readonly<Record<string, string | null>>,
    exact: readonly string[],
  ) {
    if (session.capabilities.exactEnv !== undefined) return
    for (const name of exact)
      if (/\$\{\w+\}/.test(env[name] ?? '') && !told.has(name)) {
        told.add(name)
        await note(
          `${name} holds a \${…} that this slave takes for a variable of its own: the program sees another value\n`,
        )
      }
  }

  async function runCommand(
    ...[name, args, hooks]: Parameters<StepContext['run']>
  ): Promise<CommandOutcome> {
    if (stopped !== undefined) throw new StoppedError(stopped)
    // The same command has the same id whenever this step is run for this build.
    const number = ++commandCount
    const command = session.start(name, args, {
      ...hooks,
      id: commandId(options.marker, step.number, number),
      place: {
        build: options.marker,
        step: step.number,
        ...(options.again && { resume: takenOf(number) }),
      },
      builder: `${builder.name} #${build.number}`,
    })
    running.add(command)
    try {
      const outcome = await command.done.finally(unlessLeft)
      if (stopped !== undefined) throw new StoppedError(stopped)
      return outcome
    } finally {
      running.delete(command)
    }
  }

  // After the master has left the build nothing more is written of it.
  function unlessLeft(): Promise<void>
  function unlessLeft<T>(value: T): Promise<T>
  function unlessLeft<T>(value?: T): Promise<T | undefined> {
    return left ? NEVER : Promise.resolve(value)
  }

  async function resumeLogs() {
    for (const { id, name } of data.logsOfStep(step.id)) {
      logs.set(name, Promise.resolve(id))
      marks.set(name, await data.resumeLog(id))
    }
  }

  /** How much the logs hold of each stream of a command. */
  function takenOf(source: LogSource): Record<string, number> {
    const taken: Record<string, number> = {}
    for (const [log, held] of marks)
      for (const stream of STREAMS) {
        const bytes = held[markOf(source, stream)]
        if (bytes !== undefined) taken[log === 'stdio' ? stream : `log:${log}`] = bytes
      }
    return taken
  }

  // What a command wrote before is not sent again, and yet somebody wants to see it.
  async function readAgain(
    source: LogSource,
    stream: 'stdout' | 'stderr',
    take: (bytes: Uint8Array) => Promise<void> | void,
  ) {
    const held = marks.get('stdio')
    const taken = held?.[markOf(source, stream)] ?? 0
    if (taken === 0) return
    let skip = 0
    for (let one = 1; one < source; one++) skip += held?.[markOf(one, stream)] ?? 0
    let wanted = taken
    for (let from = 0; wanted > 0; ) {
      const { bytes, next } = await data.logBytes((await logs.get('stdio'))!, from, [stream])
      if (next === from) break
      from = next
      const own = bytes.subarray(Math.min(skip, bytes.length)).subarray(0, wanted)
      skip = Math.max(0, skip - bytes.length)
      wanted -= own.length
      if (own.length > 0) await take(own)
    }
  }

  async function note(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    const had = (marks.get('stdio')?.[markOf(0, 'header')] ?? 0) - notedBytes
    notedBytes += bytes.length
    if (had < bytes.length) await append('stdio', 'header', bytes.subarray(Math.max(0, had)), 0)
  }

  async function begin(log: string): Promise<LogId> {
    const kind = log === 'stdio' ? 's' : 't'
    return (await data.patiently(() => data.startLog(step.id, log, kind))).id
  }

  function append(
    log: string,
    stream: Stream,
    bytes: Uint8Array,
    source: LogSource,
  ): Promise<void> {
    // What comes now is for the next master, which the slave will send it to.
    if (left) return NEVER
    let started = logs.get(log)
    if (!started) logs.set(log, (started = begin(log)))
    // In the order in which it came: what a log holds says how far each command was read.
    const limit = budget.take(bytes.length)
    return started
      .then(id => data.appendLog(id, stream, bytes, source, limit))
      .then(() => unlessLeft())
  }
}

/**
 * What steps say of themselves is stored in their order, as soon as that can be done. They go on
 * meanwhile: a disk that is full for a moment, or a lock, is no reason to end a build.
 */
function storedInTime(data: Data): Data {
  const { eventually } = data
  return {
    ...data,
    setRevision: (...args) => eventually(() => data.setRevision(...args)),
    clearTestResults: (...args) => eventually(() => data.clearTestResults(...args)),
    addTestResults: (...args) => eventually(() => data.addTestResults(...args)),
    setTestCounts: (...args) => eventually(() => data.setTestCounts(...args)),
    addArtifact: (...args) => eventually(() => data.addArtifact(...args)),
  }
}

function runKind(config: StepConfig, context: StepContext): Promise<StepEnd> {
  switch (config.kind) {
    case 'git':
      return runGitStep(config, context)
    case 'shell':
      return runShellStep(config, context)
    case 'test':
      return runTestStep(config, context)
    case 'upload':
      return runUploadStep(config, context)
  }
}

function asStream(name: string): Stream {
  return STREAMS.find(stream => stream === name) ?? 'stdout'
}
