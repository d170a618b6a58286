// Entry of a slave: arguments in, exit code out.
import { parseArgs } from 'node:util'
import { runSlave } from './run-slave.ts'

const USAGE = `usage: triphammer slave --name NAME --basedir DIR --socket PATH --key-file FILE

Runs builds for a Triphammer master on this machine. The master starts its local
slaves by itself; you need this command only to see one at work.

  --name NAME      the slave's name in master.yml
  --basedir DIR    where builds are made
  --socket PATH    the private socket on which the slave waits for the master
  --key-file FILE  the key that the master shows
  --allow-terminal people may open a shell here from the master's window
`

const OPTIONS = {
  name: { type: 'string' },
  basedir: { type: 'string' },
  socket: { type: 'string' },
  'key-file': { type: 'string' },
  version: { type: 'string' },
  'app-root': { type: 'string' },
  'allow-terminal': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

process.exit(await main())

async function main(): Promise<number> {
  let values: ReturnType<typeof parse>
  try {
    values = parse()
  } catch (error) {
    return fail((error as Error).message)
  }
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const { name, basedir, socket, 'key-file': keyFile } = values
  if (!name || !basedir || !socket || !keyFile)
    return fail('--name, --basedir, --socket and --key-file are needed')
  try {
    return await runSlave({
      name,
      basedir,
      socketPath: socket,
      keyFile,
      version: values.version ?? 'unknown',
      appRoot: values['app-root'] ?? basedir,
      allowTerminal: values['allow-terminal'] ?? false,
    })
  } catch (error) {
    process.stderr.write(`triphammer slave: ${(error as Error).message}\n`)
    return 1
  }
}

function parse() {
  return parseArgs({ options: OPTIONS }).values
}

function fail(reason: string): number {
  process.stderr.write(`triphammer slave: ${reason}. See --help.\n`)
  return 2
}
