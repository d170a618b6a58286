import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { RefusedError } from '../bridge/refused.ts'
import { dataDirectory } from '../host/data-dir.ts'
import { DataDirectoryBusyError } from '../host/lock.ts'
import { VERSION } from '../host/version.ts'
import { didYouMean } from '../master/config/nearest.ts'
import { wordsOfFullDisk } from '../master/room.ts'
import { addAttachCommands } from './attach-commands.ts'
import { addBackupCommands } from './backup-commands.ts'
import { addBisectCommand } from './bisect-command.ts'
import { addBuildCommands } from './build-commands.ts'
import { addCheckCommand } from './check-command.ts'
import { addConfigCommands } from './config-commands.ts'
import { addExchangeCommands } from './exchange-commands.ts'
import { addLookCommands } from './look-commands.ts'
import { addSearchCommand } from './search-command.ts'
import { addSendSlaveCommand } from './send-slave-command.ts'
import { addSessionCommands } from './session-commands.ts'
import { addShellCommands } from './shell-commands.ts'
import { addSlaveCommands } from './slave-commands.ts'
import { CommandError, tell } from './terminal.ts'

export interface Globals {
  readonly data?: string
  readonly json?: boolean
}

/** What the commands add themselves to. */
export interface CommandLine {
  readonly program: Command
  /** The data directory that was asked for with --data, or the usual one. */
  dataDir(): string
  json(): boolean
  /** Ends the process with this code when the command has been carried out. */
  exitWith(code: number): void
}

/** Carries out one command. Returns the exit code: 0 good, 1 the answer is no, 2 wrong use. */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command('triphammer')
    .description('A build master that lives on your desk.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--data <dir>', 'the data directory (TRIPHAMMER_DATA, else that of the app)')
    .option('--json', 'print data as JSON')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .enablePositionalOptions(false)
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'triphammer: ')),
    })
    .exitOverride()
  let exitCode = 0
  const line: CommandLine = {
    program,
    dataDir: () => dataDirectory(program.opts<Globals>().data),
    json: () => program.opts<Globals>().json ?? false,
    exitWith(code) {
      exitCode = code
    },
  }
  addShellCommands(line)
  addSessionCommands(line)
  addAttachCommands(line)
  addSendSlaveCommand(line)
  addBuildCommands(line)
  addBisectCommand(line)
  addLookCommands(line)
  addSearchCommand(line)
  addSlaveCommands(line)
  addConfigCommands(line)
  addCheckCommand(line)
  addBackupCommands(line)
  addExchangeCommands(line)
  for (const command of program.commands) command.exitOverride()
  try {
    refuseUnknownCommand(program, args)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return explain(error as Error)
  }
}

// The first word may be a repository, too: one that is neither that nor a command starts nothing.
function refuseUnknownCommand(program: Command, args: readonly string[]) {
  const [word] = program.parseOptions([...args]).operands
  const names = program.commands.map(command => command.name())
  if (word === undefined || names.includes(word) || looksLikePath(word)) return
  const hint = didYouMean(word, names) || '; "triphammer --help" lists them'
  throw new CommandError(`unknown command "${word}"${hint}`, 2)
}

function looksLikePath(word: string): boolean {
  return /[/\\]|^[.~]/.test(word) || existsSync(word)
}

// One line on stderr, never a stack trace.
function explain(error: Error): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const words = /\buv_cwd\b/.test(error.message)
    ? 'the folder in which this was typed is gone; go to another one'
    : (wordsOfFullDisk(error) ?? error.message.replaceAll('\n', ' '))
  tell(`triphammer: ${words}`)
  if (error instanceof CommandError) return error.exitCode
  if (error instanceof RefusedError || error instanceof DataDirectoryBusyError) return 1
  if (process.env.TRIPHAMMER_DEBUG) process.stderr.write(`${error.stack}\n`)
  return 1
}
