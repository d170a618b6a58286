import {
  asBytes,
  asCount,
  asMap,
  asString,
  asStrings,
  type Fields,
  optional,
  ProtocolError,
} from './parse.ts'

/*
 * Terminals, where both ends announce `terminal` (see capabilities.ts).
 *
 * master to slave
 *   terminal_open    terminal_id, workdir, env, exact_env, cols, rows, received
 *                    Starts a shell. With `received` it takes up one whose link was lost: what
 *                    that wrote after so many bytes is sent again. Answer: `{ title }`.
 *   terminal_write   terminal_id, data     What a person types. Answered when the shell took it.
 *   terminal_resize  terminal_id, cols, rows
 *   terminal_close   terminal_id           Ends the shell and everything it started.
 *
 * slave to master
 *   terminal_data    terminal_id, offset, data   Answered when there is room for more.
 *   terminal_ended   terminal_id, code           After the last data; `code` is null when a signal ended it.
 *
 * Bytes are bytes: nobody on the way decodes them.
 */

export interface TerminalSize {
  readonly cols: number
  readonly rows: number
}

export interface TerminalOpen extends TerminalSize {
  readonly id: string
  /** Null for the slave's own folder. */
  readonly workdir: string | null
  /** Added to the slave's environment, as the steps of a build have it. */
  readonly env: Readonly<Record<string, string>>
  /** Names of those variables whose values are taken as they are. */
  readonly exact: readonly string[]
  /** How many bytes the master has of a shell that it takes up; null starts one. */
  readonly received: number | null
}

export interface TerminalData {
  readonly id: string
  readonly offset: number
  readonly data: Uint8Array
}

/** Output that the other end has not answered for; above this the shell waits. */
export const TERMINAL_WINDOW_BYTES = 256 * 1024
/** One message of output or input holds no more. */
export const TERMINAL_MESSAGE_BYTES = 64 * 1024

const MOST_CELLS = 1000

export function parseTerminalOpen(fields: Fields): TerminalOpen {
  const env = Object.entries(optional(fields.env, 'env', asMap) ?? {})
  return {
    id: terminalId(fields),
    workdir: optional(fields.workdir, 'workdir', asString) ?? null,
    env: Object.fromEntries(env.map(([name, value]) => [name, asString(value, `env.${name}`)])),
    exact: optional(fields.exact_env, 'exact_env', asStrings) ?? [],
    received: optional(fields.received, 'received', asCount) ?? null,
    ...parseTerminalSize(fields),
  }
}

export function parseTerminalSize(fields: Fields): TerminalSize {
  return { cols: cells(fields.cols, 'cols'), rows: cells(fields.rows, 'rows') }
}

export function parseTerminalData(fields: Fields): TerminalData {
  return {
    id: terminalId(fields),
    offset: asCount(fields.offset, 'offset'),
    data: asBytes(fields.data, 'data'),
  }
}

export function terminalId(fields: Fields): string {
  return asString(fields.terminal_id, 'terminal_id')
}

function cells(value: unknown, what: string): number {
  const count = asCount(value, what)
  if (count < 1 || count > MOST_CELLS)
    throw new ProtocolError(`${what} must be from 1 to ${MOST_CELLS}, not ${count}`)
  return count
}
