import { existsSync } from 'node:fs'
import { findHolder, type Holder } from '../host/lock.ts'
import { VERSION } from '../host/version.ts'
import { connectClient } from '../http/client.ts'
import { type Taken, whatTakesRoom } from '../master/takes.ts'
import { checkDataDirectory, type Facts, type WayName } from '../master/upgrade/check.ts'
import { doubt } from '../master/upgrade/look.ts'
import type { CommandLine } from './cli.ts'
import { CommandError, dim, print, printJson, printTable } from './terminal.ts'

/** check. */
export function addCheckCommand({ program, dataDir, json, exitWith }: CommandLine): void {
  program
    .command('check')
    .description('say whether the history is whole, what is safe and what can be done')
    .action(async () => {
      const folder = dataDir()
      if (!existsSync(folder))
        throw new CommandError(`${folder} is not there: nothing was built here yet.`)
      const facts = await factsOf(folder)
      const takes = await whatTakesRoom(folder)
      if (json()) printJson({ ...facts, takes })
      else {
        printFacts(facts, takes)
        printWays(facts, {
          dataOption: dataOption(program.opts().data),
          holder: findHolder(folder),
        })
      }
      exitWith(facts.ok ? 0 : 1)
    })
}

// A master that could not start knows more: what it tried.
async function factsOf(folder: string): Promise<Facts> {
  const holder = findHolder(folder)
  const status = holder
    ? await connectClient(holder.socket)
        .request('recovery:status')
        // An older master knows no such question.
        .catch(() => undefined)
    : undefined
  if (status?.phase === 'upgrading')
    throw new CommandError(
      `The history is being brought to version ${status.version} (${Math.round(status.progress.share * 100)} %). Ask again when that is done.`,
    )
  const trouble = status && 'facts' in status ? status.facts.trouble : null
  const options = { whole: true, now: Date.now(), ...(trouble && { trouble }) }
  const facts = checkDataDirectory(folder, VERSION, options)
  // The next start must not call sound what is damaged here.
  const damaged = facts.files.find(file => file.state === 'damaged')
  if (damaged && facts.trouble?.kind === 'damaged') doubt(folder, damaged.problem ?? '')
  return facts
}

const COMMANDS: Readonly<Record<Exclude<WayName, 'restore'>, string>> = {
  retry: 'triphammer serve',
  export: 'triphammer export DIR',
  look: 'in the window: triphammer serve, then "Look at the history"',
  goOn: 'in the window: triphammer serve, then "Go on with what is left"',
  startEmpty: 'in the window: triphammer serve, then "Start with an empty history"',
  olderVersion: '',
  newerVersion: '',
}

function commandFor(name: WayName, { backups }: Facts, dataOption: string): string {
  const newest = backups.find(one => one.problem === null)
  const command =
    name === 'restore' ? `triphammer restore ${newest?.name ?? 'BACKUP'}` : COMMANDS[name]
  return command.replace(/\btriphammer [^,]*/, words => `${words}${dataOption}`)
}

// Without it the commands that are shown would be done to another history.
function dataOption(data: string | undefined): string {
  if (data === undefined) return ''
  return ` --data ${/^[\w./:\\-]+$/.test(data) ? data : `"${data}"`}`
}

const MOST_LOSSES = 20
const MOST_TAKERS = 6

function printFacts(facts: Facts, takes: readonly Taken[]) {
  print(facts.headline.join(' '))
  print(facts.lead)
  print('')
  printTable(
    facts.files.map(({ name, state, schema, known, sizeBytes, problem }) => [
      name,
      state,
      schema === null
        ? ''
        : schema === known
          ? `schema ${schema}`
          : `schema ${schema}, this version knows ${known}`,
      `${sizeBytes.toLocaleString('en')} bytes`,
      problem ?? '',
    ]),
  )
  print('\nwhat takes room:')
  printTable(
    takes
      .slice(0, MOST_TAKERS)
      .map(({ name, sizeBytes, whole }) => [
        `  ${name}`,
        `${whole ? '' : 'more than '}${sizeBytes.toLocaleString('en')} bytes`,
      ]),
  )
  if (facts.freeBytes !== null) print(`  ${facts.freeBytes.toLocaleString('en')} bytes are free`)
  if (facts.stages.length > 0) {
    print('')
    for (const { what, detail, ok } of facts.stages)
      print(`${ok ? 'done  ' : 'FAILED'}  ${what}${detail ? dim(`: ${detail}`) : ''}`)
  }
  if (facts.losses.length > 0) {
    print('\nwhat can’t be read:')
    for (const { what } of facts.losses.slice(0, MOST_LOSSES)) print(`  ${what}`)
    const more = facts.losses.length - MOST_LOSSES
    if (more > 0) print(`  and ${more} more; "triphammer check --json" lists all`)
  }
  if (facts.odd.length > 0) {
    print('\nput aside by upgrades, kept in the table "quarantine" of history.sqlite:')
    printTable(facts.odd.map(({ table, rows, reason }) => [`  ${rows} of ${table}`, reason]))
  }
  if (facts.backups.length > 0) {
    print('\nbackups:')
    printTable(
      facts.backups.map(({ name, madeAt, version, builds, problem }) => [
        `  ${name}`,
        madeAt === null ? '' : new Date(madeAt).toLocaleString(),
        version ?? '',
        problem ?? `${builds.toLocaleString('en')} build${builds === 1 ? '' : 's'}`,
      ]),
    )
  }
}

interface Told {
  readonly dataOption: string
  readonly holder: Holder | undefined
}

function printWays(facts: Facts, { dataOption, holder }: Told) {
  if (facts.ways.length === 0) return
  print('\nwhat can be done:')
  for (const { name, title, text, need } of facts.ways) {
    print(`  ${title}: ${text}${need ? ` ${need}` : ''}`)
    const command = commandFor(name, facts, dataOption)
    if (command && !need) print(dim(`    ${command}`))
  }
  if (holder)
    print(
      `\nProcess ${holder.pid} has this history open. Choose in its window, or quit it before you type one of these commands.`,
    )
}
