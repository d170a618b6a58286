import { type Capabilities, isPlain } from '../../../slave/protocol/capabilities.ts'
import { type Link, LinkEndedError, type LinkStats } from '../../../slave/protocol/link.ts'
import {
  asArray,
  asString,
  asStrings,
  type Fields,
  ProtocolError,
} from '../../../slave/protocol/parse.ts'
import type { CommandPlace } from '../../../slave/protocol/resume.ts'
import type { SlaveInfo } from '../model.ts'
import type { Introduced } from './handshake.ts'
import type { Orphans } from './orphans.ts'
import { plainArguments, RUN_PROGRAMS } from './plain-commands.ts'
import { findFailureReason } from './text-updates.ts'
import { answerTransfer, type TransferHooks } from './transfers.ts'
import { type CommandEvent, readUpdates } from './updates.ts'

/**
 * One life of a slave, as its builds see it: after the handshake there is no
 * difference between local and remote. Where the slave can take up what ran, a
 * session outlives its link: what is started meanwhile is sent when a link is back.
 */
export interface Session {
  readonly info: SlaveInfo
  readonly capabilities: Capabilities
  /** Which life of the slave this is; `null` when its commands don't outlive their link. */
  readonly runId: string | null
  /** False while the link is lost. */
  readonly linked: boolean
  /** Of the present link. */
  readonly stats: LinkStats | undefined
  /** Builds that have begun and not ended. */
  readonly buildCount: number
  /** A build begins. Its marker is the beginning of the ids of its commands. */
  beginBuild(marker: string): void
  /** Runs one command of the protocol. */
  start(name: string, args: Fields, hooks?: CommandHooks): RemoteCommand
  /** A build is over: what is left of it is ended, now or when the slave is back, and what its steps left is named. */
  endBuild(marker: string): Promise<readonly string[]>
  /** Asks something of the slave's terminals; see terminal-ops.ts. */
  terminal(op: string, fields: Fields): Promise<unknown>
  /** Asks the slave to go. */
  shutdown(): Promise<void>
  /** Resolves, once, with the reason why nothing will come of this session any more. */
  readonly ended: Promise<string>
  close(reason: string, died?: boolean): void
}

export interface CommandHooks extends TransferHooks {
  readonly builder?: string
  /** An id that is never used again, where the command has one of its own. */
  readonly id?: string
  readonly place?: CommandPlace
  /** Output as it comes. The slave is told that it arrived once the promise resolves. */
  readonly onOutput?: (stream: string, bytes: Uint8Array) => Promise<void>
}

export interface RemoteCommand {
  readonly id: string
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

/** Thrown at a command when its slave is lost. */
export class SlaveLostError extends Error {
  override readonly name = 'SlaveLostError'
  /** Its process has ended, and nobody here had asked for that. */
  readonly died: boolean

  constructor(message: string, died = false) {
    super(message)
    this.died = died
  }
}

export interface SessionOptions {
  /** Makes command ids that are never used again. */
  readonly nextCommandId: () => string
  readonly onTrouble: (reason: string) => void
  /** Answers what the slave's terminals tell. */
  readonly onTerminal?: (op: string, fields: Fields) => unknown
  /** Takes what the slave reports of its machine; the answer is the time here. */
  readonly onVitals?: (fields: Fields) => { readonly at: number }
  /** The last of its builds is over. */
  readonly onIdle?: () => void
  /** It wants no more builds, and to be sent away after the last. */
  readonly onDrain?: () => void
  /** Where commands are noted that would go on without a link and can't be taken up again. */
  readonly orphans?: Orphans
}

/** A session and the links that carry it, one after the other. */
export interface SessionLife {
  readonly session: Session
  /** Goes on over this link. */
  attach(by: Pick<Introduced, 'link' | 'serve'>): Promise<void>
  /** The link has ended, and another may come. */
  detach(): void
}

const HEADER_END = 4000

interface Running {
  readonly id: string
  readonly request: { readonly [key: string]: unknown; args: Fields }
  readonly place: CommandPlace | undefined
  readonly hooks: CommandHooks
  readonly outcome: { -readonly [K in keyof CommandOutcome]: CommandOutcome[K] | undefined }
  /** How many bytes of each stream have come. */
  readonly offsets: Map<string, number>
  /** What a worker says of the command's end is said in the last of its header. */
  headerEnd: string
  interrupted: string | undefined
  resolve(outcome: CommandOutcome): void
  reject(error: Error): void
}

export function createSession(
  of: Pick<Session, 'info' | 'capabilities' | 'runId'>,
  options: SessionOptions,
): SessionLife {
  const { info, capabilities, runId } = of
  const commands = new Map<string, Running>()
  const builds = new Set<string>()
  const end = Promise.withResolvers<string>()
  const resumes = capabilities.resume !== undefined
  const plain = isPlain(capabilities)
  let link: Link | undefined
  let over: SlaveLostError | undefined
  let unserve: (() => void) | undefined
  let draining = false

  const session: Session = {
    info,
    capabilities,
    runId,
    get linked() {
      return link !== undefined
    },
    get stats() {
      return link?.stats
    },
    get buildCount() {
      return builds.size
    },
    beginBuild: marker => void builds.add(marker),
    start,
    endBuild,
    async terminal(op, fields) {
      if (!link) throw new LinkEndedError('the link to the slave is lost')
      return link.request(op, fields)
    },
    async shutdown() {
      await link?.request('shutdown')
    },
    ended: end.promise,
    close,
  }

  return {
    session,
    attach,
    detach() {
      link = undefined
    },
  }

  async function attach(by: Pick<Introduced, 'link' | 'serve'>): Promise<void> {
    // What the link before still brings would come twice.
    unserve?.()
    by.serve(answer)
    unserve = () => by.serve(refuse)
    // First of all, so that nothing runs twice: what the slave still does for others is ended.
    const kept = [...builds]
    if (resumes) await by.link.request('keep_builds', { build_markers: kept })
    link = by.link
    for (const marker of kept)
      if (!builds.has(marker)) link.request('end_build', { build_marker: marker }).catch(() => {})
    for (const command of commands.values()) send(command)
  }

  function refuse(): never {
    throw new ProtocolError('another link took over')
  }

  function close(reason: string, died = false) {
    if (over !== undefined) return
    const lost = new SlaveLostError(reason, died)
    over = lost
    link?.close(reason)
    link = undefined
    for (const command of commands.values()) command.reject(lost)
    commands.clear()
    end.resolve(reason)
  }

  function start(name: string, args: Fields, hooks: CommandHooks = {}): RemoteCommand {
    const id = hooks.id ?? options.nextCommandId()
    const { promise, resolve, reject } = Promise.withResolvers<CommandOutcome>()
    const { place } = hooks
    const command: Running = {
      id,
      request: {
        command_id: id,
        command_name: name,
        args,
        builder_name: hooks.builder ?? '',
      },
      place,
      hooks,
      outcome: { rc: undefined, elapsedS: 0, failureReason: null, files: [], stat: null },
      offsets: new Map(Object.entries(place?.resume ?? {})),
      headerEnd: '',
      interrupted: undefined,
      resolve,
      reject,
    }
    if (over !== undefined) reject(over)
    else {
      try {
        if (plain) command.request.args = plainArguments(name, args, info)
      } catch (error) {
        reject(error as Error)
        return { id, done: promise, interrupt() {} }
      }
      commands.set(id, command)
      if (plain && RUN_PROGRAMS.includes(name)) options.orphans?.began(id)
      if (link) send(command, place?.resume !== undefined)
    }
    return {
      id,
      done: promise,
      interrupt(why) {
        command.interrupted ??= why
        if (commands.has(id)) sendInterrupt(command)
      },
    }
  }

  // A quick command is complete before its start is answered; only a refusal ends it here.
  function send(command: Running, again = true) {
    const { id, place } = command
    const by = link!
    const resume = again && { resume: Object.fromEntries(command.offsets) }
    const own = place && resumes && { triphammer: { ...place, ...resume } }
    by.request('start_command', { ...command.request, ...own }).catch(error => {
      // With the link it may have arrived or not: the next one tells.
      if (error instanceof LinkEndedError || !commands.delete(id)) return
      options.orphans?.ended(id)
      command.reject(error)
    })
    if (command.interrupted !== undefined) sendInterrupt(command)
  }

  function sendInterrupt({ id, interrupted }: Running) {
    link?.request('interrupt_command', { command_id: id, why: interrupted }).catch(() => {
      // The link has ended; it is asked for again over the next one.
    })
  }

  async function endBuild(marker: string): Promise<readonly string[]> {
    builds.delete(marker)
    for (const [id, command] of commands)
      if (command.place?.build === marker) {
        commands.delete(id)
        command.reject(new SlaveLostError('it did not say how the command ended'))
        if (!resumes) sendInterrupt({ ...command, interrupted: 'the build is over' })
      }
    // A slave whose link is lost is told with `keep_builds`.
    const asked =
      link && capabilities.endBuild !== undefined
        ? link.request('end_build', { build_marker: marker })
        : undefined
    if (builds.size === 0) {
      options.onIdle?.()
      if (draining) sendAway()
    }
    return asked ? asStrings(await asked, 'what was left') : []
  }

  function drain(): null {
    draining = true
    options.onDrain?.()
    // Its wish is answered first.
    if (builds.size === 0) setImmediate(sendAway)
    return null
  }

  function sendAway() {
    link?.request('shutdown').catch(() => {
      // It has gone by itself.
    })
  }

  function answer(op: string, fields: Fields): unknown {
    if (op.startsWith('terminal_') && options.onTerminal) return options.onTerminal(op, fields)
    if (op === 'drain') return drain()
    if (op === 'vitals' && options.onVitals) return options.onVitals(fields)
    const id = asString(fields.command_id, 'command_id')
    if (op === 'complete') options.orphans?.ended(id)
    const command = commands.get(id)
    if (!command) throw new ProtocolError(`there is no command "${id}"`)
    switch (op) {
      case 'update':
        return takeUpdates(command, readUpdates(asArray(fields.args, 'args')))
      case 'complete':
        complete(command, fields.args === null ? null : asString(fields.args, 'args'))
        return null
      default:
        return answerTransfer(op, fields, countingUpload(command))
    }
  }

  function complete(command: Running, failure: string | null) {
    commands.delete(command.id)
    const { outcome } = command
    if (plain && outcome.rc === -1) outcome.failureReason ??= findFailureReason(command.headerEnd)
    if (failure !== null) command.reject(new CommandCrashedError(failure))
    else if (command.outcome.rc === undefined)
      command.reject(new CommandCrashedError('the slave did not say how the command ended'))
    else command.resolve(command.outcome as CommandOutcome)
  }

  // A file that a lost link cut is sent again from where it was.
  function countingUpload({ hooks, offsets }: Running): TransferHooks {
    const { onUpload } = hooks
    if (!onUpload || !resumes) return hooks
    return {
      ...hooks,
      onUpload(bytes) {
        offsets.set('upload', (offsets.get('upload') ?? 0) + bytes.length)
        return onUpload(bytes)
      },
    }
  }

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
