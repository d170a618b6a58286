import type { BuilderConfig, StepConfig } from '../config/model.ts'
import type { ArtifactStore } from '../data/artifacts.ts'
import type { Data } from '../data/data.ts'
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
import { runUploadStep } from '../steps/upload.ts'
import { filledEnvironment, standingEnvironment } from './build-environment.ts'
import { onSlave } from './build-folder.ts'
import { ExpressionError, type Lookup } from './expression.ts'
import { interpolate } from './interpolate.ts'

export interface StepRunOptions {
  readonly data: Data
  readonly artifacts: ArtifactStore
  readonly build: Build
  readonly builder: BuilderConfig
  readonly session: Session
  readonly config: StepConfig
  readonly step: Step
  /** The build's folder on the slave. */
  readonly folder: string
  readonly source: StepContext['source']
  readonly marker: string
  readonly lookup: Lookup
  setProperties(properties: Properties): void
}

export interface StepRun {
  readonly done: Promise<StepEnd>
  /** Ends what runs. The step ends as CANCELLED. */
  stop(why: string): void
}

/** Thrown inside a step to end it when its build was stopped. */
class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** Runs one step that has been started in history, with a log for what its programs say. */
export function runStep(options: StepRunOptions): StepRun {
  const { data, build, builder, session, config, step, folder, lookup } = options
  const fill = (text: string) => interpolate(text, lookup)
  const logs = new Map<string, LogId>()
  const running = new Set<RemoteCommand>()
  let stopped: string | undefined
  let commandCount = 0

  return { done: run(), stop }

  async function run(): Promise<StepEnd> {
    let end: StepEnd
    try {
      end = await runKind(config, createContext())
      if (stopped !== undefined) end = { results: CANCELLED, text: stopped }
    } catch (error) {
      end = await endOf(error as Error)
    }
    await Promise.all([...logs.values()].map(log => data.finishLog(log)))
    return end
  }

  async function endOf(error: Error): Promise<StepEnd> {
    if (stopped !== undefined || error instanceof StoppedError)
      return { results: CANCELLED, text: stopped ?? error.message }
    if (error instanceof SlaveLostError) throw error
    const results = error instanceof ExpressionError ? FAILURE : EXCEPTION
    await append('stdio', 'header', `${error.message}\n`)
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
    const env = {
      ...standingEnvironment(builder.name, data.build(build.id) ?? build, options.source),
      ...filledEnvironment(builder.env, fill),
      ...filledEnvironment(config.env, fill),
    }
    return {
      ...options,
      workdir,
      env,
      fill,
      run: runCommand,
      setState: text => data.setStepState(step.id, text),
      note: text => append('stdio', 'header', text),
      shell({ command, limits, onStdout, ...rest }) {
        const args = {
          command,
          workdir: rest.workdir ?? workdir,
          env: { ...env, ...rest.env },
          usePTY: rest.pty ?? false,
          logfiles: rest.logfiles ?? {},
          logEnviron: false,
          brief: rest.brief ?? false,
          build_marker: options.marker,
          ...(limits.timeoutMs !== null && { timeout: limits.timeoutMs / 1000 }),
          ...(limits.maxTimeMs !== null && { maxTime: limits.maxTimeMs / 1000 }),
        }
        return runCommand('shell', args, {
          onOutput(stream, bytes) {
            if (stream === 'stdout') onStdout?.(bytes)
            return stream.startsWith('log:')
              ? append(stream.slice(4), 'stdout', bytes)
              : append('stdio', asStream(stream), bytes)
          },
        })
      },
    }
  }

  async function runCommand(
    ...[name, args, hooks]: Parameters<StepContext['run']>
  ): Promise<CommandOutcome> {
    if (stopped !== undefined) throw new StoppedError(stopped)
    // The same command has the same id whenever this step is run for this build.
    const command = session.start(name, args, {
      ...hooks,
      id: `${options.marker}/${step.number}/${++commandCount}`,
      place: { build: options.marker, step: step.number },
      builder: `${builder.name} #${build.number}`,
    })
    running.add(command)
    try {
      const outcome = await command.done
      if (stopped !== undefined) throw new StoppedError(stopped)
      return outcome
    } finally {
      running.delete(command)
    }
  }

  function append(log: string, stream: Stream, bytes: Uint8Array | string): Promise<void> {
    let id = logs.get(log)
    if (id === undefined)
      logs.set(log, (id = data.startLog(step.id, log, log === 'stdio' ? 's' : 't').id))
    return data.appendLog(id, stream, typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
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
