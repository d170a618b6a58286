import type { Fields } from '../protocol/parse.ts'
import type { Updates } from './output.ts'

export interface CommandContext {
  /** Never used again, also not by another run of the master. */
  readonly id: string
  readonly updates: Updates
  /** Where a master does not say which build a command is of: the builds of its builder that are known here. */
  readonly guessedBuild?: string
  /** The environment that steps start from. */
  readonly environment: Readonly<Record<string, string>>
  /** How much of a file the master has already: an upload that a lost link cut goes on there. */
  readonly startAt: number
  /** Asks the master during an upload or a download. */
  readonly request: (op: string, fields: Fields) => Promise<unknown>
}

/** A command that runs. */
export interface Command {
  /** Rejects when the command itself broke, which is not the same as a non-zero exit status. */
  readonly done: Promise<void>
  interrupt(why: string): void
}

/** @throws ProtocolError when an argument is missing or wrong; nothing was started then. */
export type StartCommand = (args: Fields, context: CommandContext) => Command
