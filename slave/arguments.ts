import { parseArgs } from 'node:util'
import { type Address, describeAddress, parseAddress } from './protocol/dial.ts'
import { parseFingerprint } from './protocol/fingerprint.ts'

export const USAGE = `usage: triphammer slave --listen PORT --name NAME            wait for a master, and show a code for it
       triphammer slave --master HOST:PORT --name NAME     dial a master

Runs builds for a Triphammer master on this machine. Its certificate, its keys, its
log and its builds are kept in a folder of its own.

  --name NAME            the slave's name in master.yml
  --listen [HOST:]PORT   wait there, encrypted; the first master with the code keeps the slave
  --master HOST:PORT     dial the master there with name and password
  --password-file FILE   the password, in a file that others can't read; "-" reads the standard
                         input. Without it the slave asks once and keeps the password
  --fingerprint PRINT    the master's certificate, as the master shows it; without it the first
                         one that is seen is kept, and no other is taken after that
  --plain                dial without encryption: for stock Buildbot masters, in a network that you trust
  --basedir DIR          where builds are made
  --state DIR            another state folder
  --drain                a first SIGTERM or Ctrl+C lets builds end; a second one ends them
  --allow-terminal       people may open a shell here from the master's window

  --install              have the system start this slave with these arguments at each login
  --uninstall            take that back
  --new-code             have the slave that runs under this name show a new pairing code
  --forget               forget the master: its key, its certificate, the password
  --version, --help
`

/** Thrown when a command line can't be understood; its message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** How the slave and its master find each other. */
export type Way =
  /** The master of this machine started it. */
  | { readonly kind: 'socket'; readonly path: string; readonly keyFile: string }
  /** The master started it somewhere, and holds its pipes. */
  | { readonly kind: 'stdio' }
  | { readonly kind: 'listen'; readonly where: Address }
  | {
      readonly kind: 'dial'
      readonly master: Address
      readonly tls: boolean
      readonly passwordFile: string | undefined
      readonly fingerprint: string | undefined
    }

export interface SlavePlan {
  readonly name: string
  readonly way: Way
  readonly basedir: string | undefined
  readonly state: string | undefined
  readonly drains: boolean
  readonly allowTerminal: boolean
  readonly appVersion: string | undefined
  readonly appRoot: string | undefined
}

export type Order =
  | { readonly do: 'help' | 'version' }
  | { readonly do: 'run'; readonly plan: SlavePlan }
  | { readonly do: 'install'; readonly plan: SlavePlan; readonly args: readonly string[] }
  | {
      readonly do: 'uninstall' | 'forget' | 'newCode'
      readonly name: string
      readonly state: string | undefined
    }

const OPTIONS = {
  name: { type: 'string' },
  listen: { type: 'string' },
  master: { type: 'string' },
  'password-file': { type: 'string' },
  fingerprint: { type: 'string' },
  plain: { type: 'boolean' },
  basedir: { type: 'string' },
  state: { type: 'string' },
  drain: { type: 'boolean' },
  'allow-terminal': { type: 'boolean' },
  install: { type: 'boolean' },
  uninstall: { type: 'boolean' },
  'new-code': { type: 'boolean' },
  forget: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  // What the master says to a slave that it starts.
  stdio: { type: 'boolean' },
  socket: { type: 'string' },
  'key-file': { type: 'string' },
  'app-version': { type: 'string' },
  'app-root': { type: 'string' },
} as const

type Values = ReturnType<typeof parse>

/** @throws UsageError */
export function readArguments(args: readonly string[]): Order {
  const values = parse(args)
  if (values.help) return { do: 'help' }
  if (values.version) return { do: 'version' }
  const { state } = values
  const name = readName(values.name)
  if (values.uninstall) return { do: 'uninstall', name, state }
  if (values.forget) return { do: 'forget', name, state }
  if (values['new-code']) return { do: 'newCode', name, state }
  const plan: SlavePlan = {
    name,
    way: readWay(values),
    basedir: values.basedir,
    state,
    drains: values.drain ?? false,
    allowTerminal: values['allow-terminal'] ?? false,
    appVersion: values['app-version'],
    appRoot: values['app-root'],
  }
  if (isStartedByMaster(plan.way) && !plan.basedir) throw new UsageError('--basedir is needed')
  if (values.install) return { do: 'install', plan, args: argumentsOf(plan) }
  return { do: 'run', plan }
}

/** Whether it comes and goes with a master, and keeps nothing of its own. */
export function isStartedByMaster(way: Way): way is Extract<Way, { kind: 'socket' | 'stdio' }> {
  return way.kind === 'socket' || way.kind === 'stdio'
}

/** The command line that makes this plan again, without what only the first start needs. */
function argumentsOf({ name, way, basedir, state, drains, allowTerminal }: SlavePlan): string[] {
  if (isStartedByMaster(way)) throw new UsageError('--install needs --listen or --master')
  if (way.kind === 'dial' && way.passwordFile === '-')
    throw new UsageError('--install needs a password file, or asks for the password')
  return [
    ...['--name', name],
    ...(way.kind === 'listen' ? ['--listen', describeAddress(way.where)] : []),
    ...(way.kind === 'dial' ? ['--master', describeAddress(way.master)] : []),
    ...(way.kind === 'dial' && way.passwordFile ? ['--password-file', way.passwordFile] : []),
    ...(way.kind === 'dial' && way.fingerprint ? ['--fingerprint', way.fingerprint] : []),
    ...(way.kind === 'dial' && !way.tls ? ['--plain'] : []),
    ...(basedir ? ['--basedir', basedir] : []),
    ...(state ? ['--state', state] : []),
    ...(drains ? ['--drain'] : []),
    ...(allowTerminal ? ['--allow-terminal'] : []),
  ]
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    // Node's words go on with advice for programmers.
    throw new UsageError((error as Error).message.split('. ')[0]!)
  }
}

function readName(name: string | undefined): string {
  if (name === undefined)
    throw new UsageError('--name is needed: the name of the slave in master.yml')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(name))
    throw new UsageError(
      `"${name}" is not a name for a slave: it begins with a letter or digit and holds letters, digits and . _ - only`,
    )
  return name
}

function readWay(values: Values): Way {
  const { socket, stdio, master, listen, 'key-file': keyFile } = values
  const ways = [socket, stdio, master, listen].filter(one => one !== undefined)
  if (ways.length !== 1)
    throw new UsageError(
      'one of --listen PORT (wait for a master) and --master HOST:PORT (dial one) is needed',
    )
  if (stdio) return { kind: 'stdio' }
  if (socket !== undefined) {
    if (keyFile === undefined) throw new UsageError('--socket needs --key-file')
    return { kind: 'socket', path: socket, keyFile }
  }
  if (listen !== undefined) {
    for (const one of ['password-file', 'fingerprint', 'plain'] as const)
      if (values[one] !== undefined) throw new UsageError(`--${one} goes with --master`)
    return { kind: 'listen', where: readListen(listen) }
  }
  return readDial(master!, values)
}

function readDial(written: string, values: Values): Way {
  const master = parseAddress(written)
  if (!master)
    throw new UsageError(
      `"${written}" is not an address; --master wants HOST:PORT, as in desk.local:9990`,
    )
  const print = values.fingerprint
  const fingerprint = print === undefined ? undefined : parseFingerprint(print)
  if (print !== undefined && fingerprint === undefined)
    throw new UsageError(`--fingerprint wants the 64 digits that the master shows, not "${print}"`)
  if (fingerprint !== undefined && values.plain)
    throw new UsageError('--plain has no certificate that a fingerprint could be compared with')
  const passwordFile = values['password-file']
  return { kind: 'dial', master, tls: !values.plain, passwordFile, fingerprint }
}

// A bare port is one of all addresses.
function readListen(written: string): Address {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(written)
  const port = Number(match?.[3])
  if (!match || port > 65_535)
    throw new UsageError(`"${written}" is not a port; --listen wants PORT or HOST:PORT, as in 9990`)
  return { host: match[1] || match[2] || '::', port }
}
