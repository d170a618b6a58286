import { readFileSync } from 'node:fs'
import type { Client } from '../http/client.ts'
import type { AttachTrouble, ProbeAnswer } from '../master/slaves/remote/attach.ts'
import { isPairingCode } from '../master/slaves/remote/pairing.ts'
import { confirm } from './build-commands.ts'
import type { CommandLine } from './cli.ts'
import { withRunningMaster } from './connect.ts'
import { CommandError, dim, print, printJson, tell } from './terminal.ts'

interface AttachOptions {
  readonly invite?: string
  readonly code?: string
  readonly fingerprint?: string
  readonly name?: string
  readonly tag?: readonly string[]
  readonly maxBuilds?: string
  readonly passwordFile?: string
  readonly yes?: boolean
}

const GIB = 1024 ** 3
const SOUND_LENGTH = 12

/** attach, detach. */
export function addAttachCommands({ program, dataDir, json }: CommandLine): void {
  program
    .command('attach')
    .argument('[address]', 'of a slave that waits, as it shows it')
    .description('attach a slave of another machine, or invite one to dial in')
    .option('--code <code>', 'the pairing code that the slave shows')
    .option(
      '--fingerprint <print>',
      'the fingerprint that the slave shows, instead of comparing it',
    )
    .option('--name <name>', 'what to call the slave here; its own name otherwise')
    .option(
      '--invite <name>',
      'have a slave of that name dial in: shows what to type on its machine',
    )
    .option('--password-file <file>', 'with --invite: the password that the slave has already')
    .option('--tag <tag>', 'a tag of the slave; may be given several times', collect)
    .option('--max-builds <count>', 'how many builds it may have at once')
    .option('-y, --yes', 'do not ask whether the fingerprint is the right one')
    .action((address: string | undefined, options: AttachOptions) => {
      if ((address === undefined) === (options.invite === undefined))
        throw new CommandError(
          'Name the address of a slave that waits, or --invite NAME for one that dials in',
          2,
        )
      refuseForeign(address === undefined, options)
      return withRunningMaster(dataDir(), client =>
        address === undefined ? invite(client, options) : attach(client, address, options),
      )
    })

  program
    .command('detach')
    .argument('<name>', 'of the slave')
    .description("take a slave's keys away: it can't come back without being attached again")
    .action((name: string) =>
      withRunningMaster(dataDir(), async client => {
        const { nextStep } = await client.request('attach:revoke', { name })
        if (json()) return printJson({ name, nextStep })
        print(`${name} is no longer attached; it stays in master.yml`)
        if (nextStep !== '') print(nextStep)
      }),
    )

  async function attach(client: Client, address: string, options: AttachOptions): Promise<void> {
    const { code } = options
    if (code === undefined)
      throw new CommandError('--code is needed: the slave shows it where it was started', 2)
    if (!isPairingCode(code))
      throw new CommandError(
        `"${code}" is not a pairing code. A code has six letters and digits, as in 47K-9R2.`,
        2,
      )
    const seen = good(await client.request('attach:probe', { address }))
    if (!json()) describe(seen)
    const fingerprint = options.fingerprint ?? seen.fingerprint
    if (options.fingerprint === undefined && !options.yes) {
      print(dim('Compare the fingerprint with the one that the slave shows.'))
      if (!(await confirm('Is it the same?'))) throw new CommandError('Nothing was attached.')
    }
    const { name } = good(
      await client.request('attach:pair', {
        address: seen.address,
        code,
        fingerprint,
        name: options.name ?? seen.name,
        ...common(options),
      }),
    )
    if (json()) printJson({ name, address: seen.address, fingerprint: seen.fingerprint })
    else print(`${name} is attached; "triphammer status" shows it`)
  }

  async function invite(client: Client, options: AttachOptions): Promise<void> {
    const password = options.passwordFile && readPassword(options.passwordFile)
    const invited = good(
      await client.request('attach:invite', {
        name: options.invite!,
        ...common(options),
        ...(password && { password }),
      }),
    )
    const { command, stockCommand, fingerprint } = invited
    if (json()) return printJson(invited)
    print(`On the machine of ${invited.name}, type:\n\n  ${command}\n`)
    print(
      dim(
        'It gets the slave from this master, sees by the hash that it is the right one, and starts it.\n',
      ),
    )
    if (!password) print(`It asks for the password, once: ${invited.password}\n`)
    if (stockCommand) print(`With a stock buildbot-worker instead:\n\n  ${stockCommand}\n`)
    print(dim(`This master's fingerprint is ${fingerprint}.`))
  }
}

// What makes sense for the other way only is not left aside in silence.
function refuseForeign(
  invites: boolean,
  { code, fingerprint, name, yes, passwordFile }: AttachOptions,
) {
  const foreign = invites ? { code, fingerprint, name, yes } : { 'password-file': passwordFile }
  for (const [option, value] of Object.entries(foreign))
    if (value !== undefined)
      throw new CommandError(
        invites
          ? `--${option} is not for --invite; it belongs to the address of a slave that waits`
          : `--${option} is only for --invite`,
        2,
      )
}

function describe({ name, os, arch, cpus, memoryBytes, version, fingerprint }: ProbeAnswer) {
  const memory = `${Math.round((memoryBytes / GIB) * 10) / 10} GiB`
  print(`${name}: ${os}, ${arch}, ${cpus} cpus, ${memory}, Triphammer ${version}`)
  print(`fingerprint ${fingerprint}`)
}

function common({ tag = [], maxBuilds }: AttachOptions) {
  if (maxBuilds !== undefined && !/^[1-9]\d{0,3}$/.test(maxBuilds))
    throw new CommandError(`--max-builds wants a number from 1, not "${maxBuilds}"`, 2)
  return { tags: tag, maxBuilds: maxBuilds === undefined ? null : Number(maxBuilds) }
}

function good<T extends { readonly ok: true }>(answer: T | AttachTrouble): T {
  if (answer.ok) return answer
  throw new CommandError(`${answer.message} ${answer.nextStep}`)
}

function readPassword(file: string): string {
  let password: string
  try {
    password = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new CommandError(`${file} can't be read: ${(error as Error).message}`, 2)
  }
  if (password === '') throw new CommandError(`--password-file ${file} is empty`, 2)
  // A stock worker's own is taken as it is.
  if (password.length < SOUND_LENGTH)
    tell(
      `warning: the password in ${file} has ${password.length} characters and can be guessed by whoever reaches the port; Triphammer makes longer ones`,
    )
  return password
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}
