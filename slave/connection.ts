import type { WebSocket } from 'ws'
import type { Command } from './commands/command.ts'
import { describeProcess, readProcess } from './commands/process-list.ts'
import { buildMark } from './commands/process-mark.ts'
import { findTree, killTree } from './commands/process-tree.ts'
import { forgetBuild, seenOf } from './commands/process-watch.ts'
import { COMMANDS } from './commands/registry.ts'
import type { Console } from './console.ts'
import { agree, CAPABILITIES, type Capabilities } from './protocol/capabilities.ts'
import { type Link, startLink } from './protocol/link.ts'
import { asMap, asString, type Fields, optional, ProtocolError } from './protocol/parse.ts'
import { SLAVE_ID_VARIABLE } from './protocol/slave-id.ts'
import type { Terminals } from './terminal.ts'

// How long what a build left may take to end by itself.
const POLITE_MS = 1000

export interface SlaveOptions {
  readonly name: string
  /** What `get_worker_info` answers. */
  readonly info: Fields
  /** The environment that commands start from. */
  readonly environment: Readonly<Record<string, string>>
  readonly console: Console
  /** Where it is left out, people can't open terminals on this slave. */
  readonly terminals?: Terminals
  /** The master asks the slave to go. */
  readonly onShutdown: () => void
}

export interface Connection {
  /** Resolves, when the link has ended and every command with it, with the reason. */
  readonly ended: Promise<string>
  readonly busy: boolean
  close(reason: string): void
}

/** Serves one master over an open WebSocket. When the link ends, what runs is ended too. */
export function serveMaster(socket: WebSocket, options: SlaveOptions): Connection {
  const { console } = options
  const commands = new Map<string, Command>()
  let agreed: Capabilities = {}
  const link: Link = startLink(socket, { answer, onTrouble: reason => console.say('link', reason) })

  const ended = link.ended.then(async reason => {
    options.terminals?.detach(link.request)
    for (const command of commands.values()) command.interrupt('the link to the master ended')
    await Promise.allSettled([...commands.values()].map(command => command.done))
    return reason
  })

  return {
    ended,
    get busy() {
      return commands.size > 0
    },
    close: reason => link.close(reason),
  }

  function answer(op: string, fields: Fields): unknown {
    switch (op) {
      case 'print':
        console.say('master', asString(fields.message, 'message'))
        return null
      case 'keepalive':
        return null
      case 'get_worker_info':
        return { ...options.info, triphammer: announced() }
      case 'set_worker_settings':
        agreed = agree(asMap(fields.args, 'args').triphammer)
        if (agreed.rawOutput === undefined)
          throw new ProtocolError('this slave speaks to Triphammer masters only')
        if (agreed.terminal !== undefined) options.terminals?.attach(link.request)
        return null
      case 'start_command':
        return start(fields)
      case 'interrupt_command': {
        const why = optional(fields.why, 'why', asString) ?? 'no reason given'
        commands.get(asString(fields.command_id, 'command_id'))?.interrupt(why)
        return null
      }
      case 'end_build':
        return endBuild(asString(fields.build_marker, 'build_marker'))
      case 'shutdown':
        setImmediate(options.onShutdown)
        return null
      default:
        if (op.startsWith('terminal_') && options.terminals)
          return options.terminals.answer(op, fields)
        throw new ProtocolError(`unknown op "${op}"`)
    }
  }

  function announced(): Capabilities {
    const { terminal, ...others } = CAPABILITIES
    return options.terminals ? { ...others, terminal } : others
  }

  function start(fields: Fields): null {
    const id = asString(fields.command_id, 'command_id')
    const name = asString(fields.command_name, 'command_name')
    const args = asMap(fields.args, 'args')
    const builder = optional(fields.builder_name, 'builder_name', asString) ?? ''
    const startCommand = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!startCommand) throw new ProtocolError(`unknown command "${name}"`)
    if (commands.has(id)) throw new ProtocolError(`command "${id}" is already running`)
    const startedAt = performance.now()
    const command = startCommand(args, {
      id,
      environment: options.environment,
      request: (op, rest) => link.request(op, rest),
      updates: {
        send: async pairs => {
          await link.request('update', { command_id: id, args: pairs })
        },
      },
    })
    commands.set(id, command)
    // Of small commands only the end is worth a line.
    const brief = args.brief === true
    if (name === 'shell' && !brief) console.started(builder, args.command)
    command.done
      .then(
        () => null,
        (error: Error) => error.message,
      )
      .then(failure => {
        commands.delete(id)
        if (name === 'shell')
          console.ended(builder, args.command, performance.now() - startedAt, failure)
        return link.request('complete', { command_id: id, args: failure })
      })
      // The link has ended; the master knows the command as lost.
      .catch(() => {})
    return null
  }

  // What a build's steps left in the background goes with the build.
  async function endBuild(build: string): Promise<readonly string[]> {
    const since = readProcess(process.pid)
    const tree = {
      mark: buildMark(options.environment[SLAVE_ID_VARIABLE] ?? '', build),
      seen: seenOf(build),
      ...(since && { since }),
    }
    const left = await findTree(tree)
    if (left.length > 0) {
      const rest = await killTree({ ...tree, politeMs: POLITE_MS })
      console.say('build', `ended what its steps left: ${left.map(describeProcess).join(', ')}`)
      if (rest.length > 0) console.say('build', `could not be ended: ${rest.join(', ')}`)
    }
    forgetBuild(build)
    return left.map(describeProcess)
  }
}
