import type { WebSocket } from 'ws'
import {
  agree,
  CAPABILITIES,
  type Capabilities,
  isPlain,
} from '../../../slave/protocol/capabilities.ts'
import { FRAME_LIMITS, HANDSHAKE_LIMITS } from '../../../slave/protocol/limits.ts'
import { LinkEndedError, startLink } from '../../../slave/protocol/link.ts'
import {
  asArray,
  asMap,
  asString,
  asStrings,
  type Fields,
  ProtocolError,
} from '../../../slave/protocol/parse.ts'
import type { SlaveInfo } from '../model.ts'
import { plainArguments } from './plain-commands.ts'
import { findFailureReason } from './text-updates.ts'
import { answerTransfer, type TransferHooks } from './transfers.ts'
import { type CommandEvent, readUpdates } from './updates.ts'
import { WORKER_SETTINGS } from './worker-settings.ts'

/** A slave that is attached: after the handshake there is no difference between local and remote. */
export interface Session {
  readonly info: SlaveInfo
  readonly capabilities: Capabilities
  /** Runs one command of the protocol. */
  start(name: string, args: Fields, hooks?: CommandHooks): RemoteCommand
  /** Ends what the steps of a build left running, and names it. */
  endBuild(marker: string): Promise<readonly string[]>
  /** Asks something of the slave's terminals; see terminal-ops.ts. */
  terminal(op: string, fields: Fields): Promise<unknown>
  /** Asks the slave to go. */
  shutdown(): Promise<void>
  /** Resolves, once, with the reason why the link ended. */
  readonly ended: Promise<string>
  close(reason: string): void
}

export interface CommandHooks extends TransferHooks {
  readonly builder?: string
  /** Output as it comes. The slave is told that it arrived once the promise resolves. */
  readonly onOutput?: (stream: string, bytes: Uint8Array) => Promise<void>
}

export interface RemoteCommand {
  /** Rejects with a SlaveLostError when the slave is lost, with a CommandCrashedError when the command broke. */
  readonly done: Promise<CommandOutcome>
  interrupt(why: string): void
}

export interface CommandOutcome {
  /** Exit status; -1 when a signal ended it. */
  readonly rc: number
  readonly elapsedS: number
  readonly failureReason: string | null
  readonly files: readonly string[]
  readonly stat: readonly number[] | null
}

/** Thrown when the command itself broke on the slave, or never said how it ended. */
export class CommandCrashedError extends Error {
  override readonly name = 'CommandCrashedError'
}

export interface SessionOptions {
  /** Makes command ids that are never used again. */
  readonly nextCommandId: () => string
  readonly onTrouble: (reason: string) => void
  /** Answers what the slave's terminals tell. */
  readonly onTerminal?: (op: string, fields: Fields) => unknown
  /** How long a slave may take to introduce itself. */
  readonly handshakeMs?: number
  /**
   * Commands that a link before left behind. Buildbot's workers go on with them, to nobody's
   * use: they are ended as soon as the slave is back.
   */
  readonly orphans?: Set<string>
}

const HANDSHAKE_MS = 10_000
const HEADER_END = 4000

interface Running {
  readonly hooks: CommandHooks
  readonly outcome: { -readonly [K in keyof CommandOutcome]: CommandOutcome[K] | undefined }
  /** How many bytes of each stream have come. */
  readonly offsets: Map<string, number>
  /** What a worker says of the command's end is said in the last of its header. */
  headerEnd: string
  complete(failure: string | null): void
  lose(reason: string): void
}

/**
 * Shakes hands with a slave over an open WebSocket.
 *
 * @throws ProtocolError when what it says of itself is not of the protocol. The link is closed then.
 */
export async function startSession(socket: WebSocket, options: SessionOptions): Promise<Session> {
  const commands = new Map<string, Running>()
  const link = startLink(socket, {
    answer,
    onTrouble: options.onTrouble,
    limits: HANDSHAKE_LIMITS,
  })
  const { info, capabilities } = await shakeHands().catch(error => {
    link.close('the handshake failed')
    throw error
  })
  const plain = isPlain(capabilities)
  for (const id of options.orphans ?? []) endOrphan(id)
  void link.ended.then(reason => {
    if (plain) for (const id of commands.keys()) options.orphans?.add(id)
    for (const command of commands.values()) command.lose(reason)
    commands.clear()
  })
  // The environment holds secrets and is of no use here.
  const { environ: _environ, ...told } = info

  return {
    info: told,
    capabilities,
    ended: link.ended,
    close: link.close,
    start,
    async endBuild(marker) {
      if (capabilities.endBuild === undefined) return []
      return asStrings(await link.request('end_build', { build_marker: marker }), 'what was left')
    },
    terminal: (op, fields) => link.request(op, fields),
    async shutdown() {
      await link.request('shutdown')
    },
  }

  async function shakeHands() {
    const { handshakeMs = HANDSHAKE_MS } = options
    const timer = setTimeout(() => link.close('the slave did not introduce itself'), handshakeMs)
    try {
      const info = asMap(await link.request('get_worker_info'), 'the worker info')
      const capabilities = agree(info.triphammer)
      // Builds live below it.
      asString(info.basedir, 'basedir')
      link.limits = FRAME_LIMITS
      // Where nothing beyond Buildbot's protocol is agreed on, the other end may be Buildbot's.
      link.confirmAnswers = isPlain(capabilities)
      const ours = info.triphammer === undefined ? {} : { triphammer: CAPABILITIES }
      await link.request('set_worker_settings', { args: { ...WORKER_SETTINGS, ...ours } })
      return { info, capabilities }
    } finally {
      clearTimeout(timer)
    }
  }

  function endOrphan(id: string) {
    const why = 'its master lost it'
    link.request('interrupt_command', { command_id: id, why }).then(
      () => options.orphans?.delete(id),
      // The next link tries again.
      () => {},
    )
  }

  function start(name: string, args: Fields, hooks: CommandHooks = {}): RemoteCommand {
    const id = options.nextCommandId()
    const done = Promise.withResolvers<CommandOutcome>()
    const outcome: Running['outcome'] = {
      rc: undefined,
      elapsedS: 0,
      failureReason: null,
      files: [],
      stat: null,
    }
    const lose = (reason: string) => done.reject(new SlaveLostError(reason))
    const running: Running = {
      hooks,
      outcome,
      offsets: new Map(),
      headerEnd: '',
      complete,
      lose,
    }
    commands.set(id, running)
    // A quick command is complete before its start is answered; only a refusal ends it here.
    request().catch(error => {
      commands.delete(id)
      if (error instanceof LinkEndedError) lose(error.message)
      else done.reject(error)
    })
    return {
      done: done.promise,
      interrupt: why =>
        void link.request('interrupt_command', { command_id: id, why }).catch(() => {
          // The link has ended, and the command with it.
        }),
    }

    async function request() {
      await link.request('start_command', {
        command_id: id,
        command_name: name,
        args: plain ? plainArguments(name, args, info) : args,
        builder_name: hooks.builder ?? '',
      })
    }

    function complete(failure: string | null) {
      commands.delete(id)
      if (plain && outcome.rc === -1) outcome.failureReason ??= findFailureReason(running.headerEnd)
      if (failure !== null) done.reject(new CommandCrashedError(failure))
      else if (outcome.rc === undefined)
        done.reject(new CommandCrashedError('the slave did not say how the command ended'))
      else done.resolve(outcome as CommandOutcome)
    }
  }

  function answer(op: string, fields: Fields): unknown {
    if (op.startsWith('terminal_') && options.onTerminal) return options.onTerminal(op, fields)
    const id = asString(fields.command_id, 'command_id')
    const command = commands.get(id)
    if (!command) throw new ProtocolError(`there is no command "${id}"`)
    switch (op) {
      case 'update':
        return takeUpdates(command, readUpdates(asArray(fields.args, 'args')))
      case 'complete':
        command.complete(fields.args === null ? null : asString(fields.args, 'args'))
        return null
      default:
        return answerTransfer(op, fields, command.hooks)
    }
  }

  // Answered once the output is stored: the slave lets its program wait meanwhile.
  function takeUpdates(command: Running, events: readonly CommandEvent[]): Promise<unknown> | null {
    const { outcome } = command
    const stored: Promise<void>[] = []
    for (const event of events)
      switch (event.kind) {
        case 'output':
          stored.push(takeOutput(command, event))
          break
        case 'rc':
          outcome.rc = event.rc
          break
        case 'elapsed':
          outcome.elapsedS = event.elapsedS
          break
        case 'failureReason':
          outcome.failureReason = event.reason
          break
        case 'files':
          outcome.files = event.files
          break
        case 'stat':
          outcome.stat = event.stat
          break
      }
    return stored.length === 0 ? null : Promise.all(stored).then(() => null)
  }

  function takeOutput(
    command: Running,
    { stream, offset, bytes: sent }: Extract<CommandEvent, { kind: 'output' }>,
  ): Promise<void> {
    const expected = command.offsets.get(stream) ?? 0
    const from = offset ?? expected
    if (from > expected) options.onTrouble(`${from - expected} bytes of ${stream} are missing`)
    // What came before is not taken twice.
    const bytes = sent.subarray(Math.max(0, expected - from))
    command.offsets.set(stream, Math.max(expected, from + sent.length))
    if (plain && stream === 'header')
      command.headerEnd = (command.headerEnd + Buffer.from(bytes).toString()).slice(-HEADER_END)
    if (bytes.length === 0) return Promise.resolve()
    return command.hooks.onOutput?.(stream, bytes) ?? Promise.resolve()
  }
}

/** Thrown at a command when its slave is lost. */
export class SlaveLostError extends Error {
  override readonly name = 'SlaveLostError'
}
