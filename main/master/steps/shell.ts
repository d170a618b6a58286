import type { ShellStep } from '../config/model.ts'
import { FAILURE, SUCCESS } from '../results.ts'
import type { CommandOutcome } from '../slaves/session.ts'
import { shellText } from './shell-text.ts'
import type { RunStep, ShellOptions, StepContext, StepEnd } from './step.ts'

export const runShellStep: RunStep<ShellStep> = async (config, context) =>
  judge(await runCommand(config, context), config)

type Commanding = Pick<
  ShellStep,
  'command' | 'errexit' | 'pty' | 'logfiles' | 'timeoutMs' | 'maxTimeMs'
>

/** Runs the step's command with its texts filled in. */
export async function runCommand(
  config: Commanding,
  context: StepContext,
  onOutput?: ShellOptions['onOutput'],
): Promise<CommandOutcome> {
  const { command, errexit, pty, logfiles } = config
  const { info, capabilities } = context.session
  const slave = { system: info.system, knowsLines: capabilities.cmdLines !== undefined }
  const filled = Object.entries(logfiles).map(([name, path]) => [name, context.fill(path)])
  const formed =
    typeof command === 'string' ? shellText(context.fill(command), errexit, slave) : undefined
  if (formed && 'problem' in formed) {
    await context.note(`${formed.problem}\n`)
    return NOT_RUN
  }
  return context.shell({
    command: formed?.text ?? (command as readonly string[]).map(context.fill),
    ...(slave.knowsLines && slave.system === 'nt' && { errexit }),
    limits: config,
    pty,
    logfiles: Object.fromEntries(filled),
    ...(onOutput && { onOutput }),
  })
}

const NOT_RUN: CommandOutcome = { rc: 127, elapsedS: 0, failureReason: null, files: [], stat: null }

/** SUCCESS for exit status 0; otherwise FAILURE, with the reason in words. */
export function judge(
  { rc, failureReason }: CommandOutcome,
  limits: Pick<ShellStep, 'timeoutMs' | 'maxTimeMs'>,
): StepEnd {
  if (failureReason === 'timeout_without_output')
    return { results: FAILURE, text: `no output for ${inWords(limits.timeoutMs)}` }
  if (failureReason === 'timeout')
    return { results: FAILURE, text: `ran longer than ${inWords(limits.maxTimeMs)}` }
  if (failureReason === 'max_lines_failure')
    return { results: FAILURE, text: 'wrote too many lines' }
  if (rc === 0) return { results: SUCCESS, text: '' }
  return { results: FAILURE, text: rc < 0 ? 'ended by a signal' : `exit status ${rc}` }
}

function inWords(ms: number | null): string {
  const seconds = (ms ?? 0) / 1000
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}
