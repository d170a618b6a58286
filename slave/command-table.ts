import { randomUUID } from 'node:crypto'
import type { Command, CommandContext, StartCommand } from './commands/command.ts'
import { COMMANDS } from './commands/registry.ts'
import type { Console } from './console.ts'
import { createGuessedBuilds } from './guessed-builds.ts'
import { endLeftovers } from './leftovers.ts'
import { after } from './long-timer.ts'
import { createOutbox, type Outbox, type OutputEncoder } from './outbox.ts'
import type { Link } from './protocol/link.ts'
import { asMap, asString, type Fields, optional, ProtocolError } from './protocol/parse.ts'
import { type CommandPlace, type LeaseTerms, parsePlace } from './protocol/resume.ts'
import { SLAVE_ID_VARIABLE } from './protocol/slave-id.ts'
import type { Spool } from './spool.ts'

export interface CommandTableOptions {
  /** The environment that commands start from. */
  readonly environment: Readonly<Record<string, string>>
  readonly console: Console
  readonly spool: Spool
  /** What can be asked of it; all that this version can unless it is said otherwise. */
  readonly known?: Readonly<Record<string, StartCommand>>
  /** Ends what a build left in the background, and names it. */
  readonly endLeftovers?: (build: string) => Promise<readonly string[]>
  /** No master came within the lease. What ran has been ended. */
  readonly onLeaseOver?: () => void
}

/** How one link takes what commands send. */
export interface LinkTerms {
  /** Commands outlive the link. */
  readonly resume: boolean
  /** Makes what turns a command's output into what this master takes. */
  readonly createEncoder?: () => OutputEncoder
}

/** The commands of a slave. They do not belong to a link: one may be lost and another take them over. */
export interface CommandTable {
  /** Which life of the slave this is: what was started in another is gone. */
  readonly runId: string
  /** Something runs, or is kept for the master. */
  readonly busy: boolean
  /** A `start_command`. Throws a ProtocolError when it is refused; nothing was started then. */
  start(fields: Fields, link: Link, terms: LinkTerms): void
  interrupt(id: string, why: string): void
  /** Ends and forgets what is left of a build, and names what its steps left running. */
  endBuild(marker: string): Promise<readonly string[]>
  /** Ends and forgets the builds that are not among these. */
  keepBuilds(markers: ReadonlySet<string>): void
  /** A master that names no builds has asked whether the slave is there, as it does when one begins. */
  pinged(): void
  /** A link has been made. */
  linked(): void
  setLease(lease: LeaseTerms): void
  /** The link has ended. Resolves when nothing is left that can't do without it. */
  unlink(link: Link, why: string): Promise<void>
  /** Ends everything. */
  endAll(why: string): Promise<void>
}

interface Entry {
  readonly id: string
  readonly name: string
  readonly place: CommandPlace | undefined
  readonly command: Command
  readonly outbox: Outbox
  link: Link | undefined
  terms: LinkTerms
  running: boolean
}

// A file on its way belongs to the link: the next one has it sent again from where it was.
const TRANSFERS: ReadonlySet<string> = new Set([
  'upload_file',
  'uploadFile',
  'upload_directory',
  'uploadDirectory',
  'upload_files',
  'download_file',
  'downloadFile',
])

export function createCommandTable(options: CommandTableOptions): CommandTable {
  const { console, spool, known: knownCommands = COMMANDS } = options
  const slaveId = options.environment[SLAVE_ID_VARIABLE] ?? ''
  const leftovers =
    options.endLeftovers ?? ((build: string) => endLeftovers(build, slaveId, console))
  const entries = new Map<string, Entry>()
  const guessed = createGuessedBuilds(leftovers)
  let runId = randomUUID()
  let links = 0
  let leaseMs = 0
  let cancelLease = () => {}

  return {
    get runId() {
      return runId
    },
    get busy() {
      return entries.size > 0
    },
    start,
    interrupt(id, why) {
      const entry = entries.get(id)
      // What is over has nothing to end: what it left in the background goes with the build.
      if (entry?.running) entry.command.interrupt(why)
    },
    endBuild,
    keepBuilds(markers) {
      for (const build of buildsOf()) if (!markers.has(build)) void endBuild(build)
    },
    pinged() {
      guessed.pinged(entries.values().some(({ running }) => running))
    },
    linked() {
      links++
      cancelLease()
    },
    setLease(lease) {
      leaseMs = lease.seconds * 1000
      spool.limitBytes = lease.spool_bytes
    },
    unlink,
    endAll,
  }

  function start(fields: Fields, link: Link, terms: LinkTerms) {
    const id = asString(fields.command_id, 'command_id')
    const name = asString(fields.command_name, 'command_name')
    const args = asMap(fields.args, 'args')
    const builder = optional(fields.builder_name, 'builder_name', asString) ?? ''
    const place = parsePlace(fields.triphammer)
    const known = entries.get(id)
    if (known) {
      if (!place?.resume) throw new ProtocolError(`command "${id}" is already running`)
      if (!TRANSFERS.has(name)) return takeUp(known, link, terms, place.resume)
      forget(known, 'it is sent again')
    }
    const startCommand = Object.hasOwn(knownCommands, name) ? knownCommands[name] : undefined
    if (!startCommand) throw new ProtocolError(`unknown command "${name}"`)
    if (place) forgetStepsBefore(place)
    const startedAt = performance.now()
    const outbox = createOutbox({ id, spool, onSettled: () => place || forgetSettled(id) })
    outbox.attach(link, {}, terms.createEncoder?.())
    const guess = place || args.build_marker !== undefined ? undefined : guessed.take(builder)
    const context: CommandContext = {
      id,
      environment: options.environment,
      startAt: place?.resume?.upload ?? 0,
      request: (op, rest) => link.request(op, rest),
      updates: outbox.updates,
      ...(guess && { guessedBuild: guess.build }),
    }
    const command = guess?.cleared
      ? startAfter(guess.cleared, () => startCommand(args, context))
      : startCommand(args, context)
    const entry: Entry = { id, name, place, command, outbox, link, terms, running: true }
    entries.set(id, entry)
    // Of small commands only the end is worth a line.
    const brief = args.brief === true
    if (name === 'shell' && !brief) console.started(builder, args.command)
    void command.done
      .then(
        () => null,
        (error: Error) => error.message,
      )
      .then(failure => {
        entry.running = false
        if (name === 'shell')
          console.ended(builder, args.command, performance.now() - startedAt, failure)
        outbox.finish(failure)
      })
  }

  function buildsOf(): Set<string> {
    return new Set([...entries.values()].flatMap(({ place }) => place?.build ?? []))
  }

  function takeUp(
    entry: Entry,
    link: Link,
    terms: LinkTerms,
    taken: Readonly<Record<string, number>>,
  ) {
    entry.link = link
    entry.terms = terms
    entry.outbox.attach(link, taken, terms.createEncoder?.())
  }

  function forgetStepsBefore({ build, step }: CommandPlace) {
    for (const { id, place, running } of entries.values())
      if (!running && place?.build === build && place.step < step) forgetSettled(id)
  }

  function forgetSettled(id: string) {
    entries.get(id)?.outbox.drop()
    entries.delete(id)
  }

  function forget(entry: Entry, why: string): Promise<void> {
    entry.outbox.drop()
    if (entries.get(entry.id) === entry) entries.delete(entry.id)
    if (entry.running) entry.command.interrupt(why)
    return entry.command.done.catch(() => {})
  }

  async function endBuild(build: string): Promise<readonly string[]> {
    const own = entries
      .values()
      .filter(({ place }) => place?.build === build)
      .toArray()
    await Promise.all(own.map(entry => forget(entry, 'the build is over')))
    return leftovers(build)
  }

  async function unlink(link: Link, why: string): Promise<void> {
    links--
    const ending: Promise<void>[] = []
    for (const entry of [...entries.values()]) {
      if (entry.link !== link) continue
      entry.link = undefined
      if (entry.terms.resume && entry.place && !TRANSFERS.has(entry.name)) entry.outbox.detach()
      else ending.push(forget(entry, why))
    }
    if (links === 0 && entries.size > 0) startLease()
    await Promise.all(ending)
    if (links === 0) await guessed.endAll()
  }

  function startLease() {
    cancelLease()
    cancelLease = after(leaseMs, async () => {
      console.say('lease', `no master for ${leaseMs / 1000} s: what runs is ended`)
      await endAll('no master came within the lease')
      options.onLeaseOver?.()
    })
  }

  async function endAll(why: string): Promise<void> {
    cancelLease()
    // A master that comes now must not take up what is gone.
    runId = randomUUID()
    const builds = buildsOf()
    const ended = entries
      .values()
      .map(entry => forget(entry, why))
      .toArray()
    await Promise.all(ended)
    await Promise.all([...builds].map(endBuild))
  }
}

/** A command that begins once something else is over. */
function startAfter(before: Promise<unknown>, start: () => Command): Command {
  let command: Command | undefined
  let interrupted: string | undefined
  return {
    done: before.then(() => {
      command = start()
      if (interrupted !== undefined) command.interrupt(interrupted)
      return command.done
    }),
    interrupt(why) {
      interrupted ??= why
      command?.interrupt(why)
    },
  }
}
