import type { Fields } from '../../../slave/protocol/parse.ts'
import type { BuilderConfig, StepBase } from '../config/model.ts'
import type { ArtifactStore } from '../data/artifacts.ts'
import type { Data } from '../data/data.ts'
import type { Login } from '../git/address.ts'
import type { Build, Properties, Step } from '../model.ts'
import type { Result } from '../results.ts'
import type { CommandHooks, CommandOutcome, Session } from '../slaves/session.ts'
import type { TestReader } from './tests/test-reader.ts'

/** How a step ended, and in words. */
export interface StepEnd {
  readonly results: Result
  readonly text: string
}

/** What a step type has at hand while one of its steps runs. */
export interface StepContext {
  readonly data: Data
  readonly artifacts: ArtifactStore
  readonly build: Build
  readonly builder: BuilderConfig
  readonly step: Step
  readonly session: Session
  readonly testReader: TestReader
  /** The build's own folder on the slave. */
  readonly folder: string
  /** Where the sources are, on the slave. */
  readonly workdir: string
  /** For programs on the master's own machine. */
  readonly masterEnv: Readonly<Record<string, string>>
  /** Of the builder and of the step, with the standing ones. */
  readonly env: Readonly<Record<string, string>>
  /** What is checked out: repository, branch and revision as asked for. */
  readonly source: {
    readonly repository: string
    readonly branch: string | null
    readonly revision: string | null
  }
  /** What its repository asks for, where the configuration says it. */
  readonly login: Login | null
  /** What is in the workdir is wanted: a build that is retried from a step goes on from it. */
  readonly keepsFiles: boolean
  /** Fills `${{ … }}`. */
  fill(text: string): string
  /** Runs a command of the protocol; ends it when the build is stopped. */
  run(name: string, args: Fields, hooks?: CommandHooks): Promise<CommandOutcome>
  /** Runs a program with its output in the step's log. */
  shell(options: ShellOptions): Promise<CommandOutcome>
  /** Writes a line of the master's own into the step's log. */
  note(text: string): Promise<void>
  setProperties(properties: Properties): void
  setState(text: string): void
}

export interface ShellOptions {
  readonly command: string | readonly string[]
  /** Whether a text of several lines stops at the first that fails, where the slave sees to that: see shell-text.ts. */
  readonly errexit?: boolean
  readonly limits: Pick<StepBase, 'timeoutMs' | 'maxTimeMs'>
  /** `null` removes a variable. */
  readonly env?: Readonly<Record<string, string | null>>
  readonly workdir?: string
  readonly pty?: boolean
  /** Says less in the log: no folder, no limits, and no exit status when it is 0. */
  readonly brief?: boolean
  readonly logfiles?: Readonly<Record<string, string>>
  /** Sees the bytes of standard output too. */
  readonly onStdout?: (bytes: Uint8Array) => void
  /** Sees the bytes of both streams too. The program waits until they have been taken. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>
}

export type RunStep<Config extends StepBase> = (
  config: Config,
  context: StepContext,
) => Promise<StepEnd>
