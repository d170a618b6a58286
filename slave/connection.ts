import type { WebSocket } from 'ws'
import type { CommandTable, LinkTerms } from './command-table.ts'
import type { Console } from './console.ts'
import type { Health } from './health.ts'
import { agree, CAPABILITIES, type Capabilities, isPlain } from './protocol/capabilities.ts'
import { type Link, startLink } from './protocol/link.ts'
import {
  asMap,
  asString,
  asStrings,
  type Fields,
  optional,
  ProtocolError,
} from './protocol/parse.ts'
import { parseLease } from './protocol/resume.ts'
import { parseTextSettings, type TextSettings, USUAL_SETTINGS } from './protocol/text-settings.ts'
import type { Terminals } from './terminal.ts'
import { createTextEncoder } from './text-encoder.ts'

export interface SlaveOptions {
  /** What `get_worker_info` answers. */
  readonly info: Fields
  readonly commands: CommandTable
  readonly console: Console
  /** Where it is left out, nothing is told of the machine. */
  readonly health?: Health
  /** What it can do beyond Buildbot's protocol, where that is not all that this version can. */
  readonly capabilities?: Capabilities
  /** Where it is left out, people can't open terminals on this slave. */
  readonly terminals?: Terminals
  /** The master asks the slave to go. */
  readonly onShutdown: () => void
}

export interface Connection {
  /** Resolves with the reason when the link has ended, and with it every command that can't outlive it. */
  readonly ended: Promise<string>
  close(reason: string): void
  /** Asks the master for no more builds, and to be sent away after the last. False when it does not know how. */
  drain(): Promise<boolean>
}

/** Serves one master over an open WebSocket. */
export function serveMaster(socket: WebSocket, options: SlaveOptions): Connection {
  const { commands, console } = options
  let agreed: Capabilities = {}
  let text: TextSettings | undefined = USUAL_SETTINGS
  const link: Link = startLink(socket, { answer, onTrouble: reason => console.say('link', reason) })
  commands.linked()

  const ended = link.ended.then(async reason => {
    options.terminals?.detach(link.request)
    await commands.unlink(link, 'the link to the master ended')
    return reason
  })

  return {
    ended,
    close: reason => link.close(reason),
    drain: async () =>
      agreed.drain !== undefined &&
      link.request('drain').then(
        () => true,
        () => false,
      ),
  }

  function answer(op: string, fields: Fields): unknown {
    switch (op) {
      case 'print':
        return takeWord(asString(fields.message, 'message'))
      case 'keepalive':
        return null
      case 'get_worker_info':
        return {
          ...options.info,
          ...options.health?.facts(),
          run_id: commands.runId,
          triphammer: announced(),
        }
      case 'set_worker_settings':
        return takeSettings(asMap(fields.args, 'args'))
      case 'start_command':
        commands.start(fields, link, terms())
        return null
      case 'interrupt_command': {
        const why = optional(fields.why, 'why', asString) ?? 'no reason given'
        commands.interrupt(asString(fields.command_id, 'command_id'), why)
        return null
      }
      case 'keep_builds':
        commands.keepBuilds(new Set(asStrings(fields.build_markers, 'build_markers')))
        return null
      case 'end_build':
        return commands.endBuild(asString(fields.build_marker, 'build_marker'))
      case 'shutdown':
        setImmediate(options.onShutdown)
        return null
      default:
        if (op.startsWith('terminal_') && options.terminals)
          return options.terminals.answer(op, fields)
        throw new ProtocolError(`unknown op "${op}"`)
    }
  }

  function takeWord(message: string): null {
    console.say('master', message)
    // A stock master says no more than this of a build that begins.
    if (message === 'ping' && agreed.resume === undefined) commands.pinged()
    return null
  }

  function terms(): LinkTerms {
    const resume = agreed.resume !== undefined
    const lines = text
    return lines ? { resume, createEncoder: () => createTextEncoder(lines) } : { resume }
  }

  function announced(): Capabilities {
    const { terminal, vitals, ...others } = options.capabilities ?? CAPABILITIES
    return {
      ...others,
      ...(options.terminals && terminal !== undefined && { terminal }),
      ...(options.health && vitals !== undefined && { vitals }),
    }
  }

  function takeSettings(args: Fields): null {
    const next = agree(args.triphammer, announced())
    text = next.rawOutput === undefined ? parseTextSettings(args) : undefined
    agreed = next
    link.confirmAnswers = isPlain(agreed)
    if (agreed.terminal !== undefined) options.terminals?.attach(link.request)
    if (agreed.vitals !== undefined) options.health?.attach(link.request, link.ended)
    const lease = parseLease(args.lease)
    if (lease) commands.setLease(lease)
    // A master that can't take up what runs has lost it.
    if (agreed.resume === undefined) commands.keepBuilds(new Set())
    return null
  }
}
