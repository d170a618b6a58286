import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ensureDataDirectory } from '../host/data-dir.ts'
import { DataDirectoryBusyError, findHolder, type Lock, lockDataDirectory } from '../host/lock.ts'
import { VERSION } from '../host/version.ts'
import { isArchiveName, packBackup, unpackBackup } from '../master/backup/archive.ts'
import { BACKUPS, beginUnfinished, createBackup } from '../master/backup/create.ts'
import type { BackupInfo } from '../master/backup/list.ts'
import type { Manifest } from '../master/backup/manifest.ts'
import { restoreBackup } from '../master/backup/restore.ts'
import type { CommandLine } from './cli.ts'
import { withHistory } from './connect.ts'
import { startProgress } from './progress.ts'
import { CommandError, print, printJson, printTable } from './terminal.ts'

/** backup, restore. */
export function addBackupCommands({ program, dataDir, json }: CommandLine): void {
  program
    .command('backup')
    .argument('[target]', 'a file that ends in .tar, .tar.zst or .tgz, or a folder to put it into')
    .description('make a verified backup of the data directory, also while the master runs')
    .option('--list', 'show the backups that there are')
    .action(async (target: string | undefined, options: { list?: boolean }) => {
      if (options.list) return listBackups()
      if (target === undefined) return backUpAtHome()
      await backUpTo(resolve(target))
    })

  program
    .command('restore')
    .argument('<backup>', 'the name of a backup, its folder, or a file made by "triphammer backup"')
    .description(
      'put a backup in the place of the data directory; what is there is kept as a backup',
    )
    .option(
      '--with-keys',
      'take also the API token and the keys of slaves from a backup made elsewhere',
    )
    .action((backup: string, options: { withKeys?: boolean }) =>
      restore(backup, options.withKeys === true),
    )

  function listBackups() {
    return withHistory(dataDir(), async client => {
      const { backups } = await client.request('backup:list')
      if (json()) return printJson(backups)
      if (backups.length === 0) return print('no backups yet; "triphammer backup" makes one')
      printTable(backups.map(describe))
      for (const { name, lacking } of backups) printLost(`${name} lacks`, lacking)
    })
  }

  function backUpAtHome() {
    return withHistory(dataDir(), async client => {
      const made = await client.request('backup:create')
      if (json()) printJson(made)
      else {
        print(`${join(dataDir(), BACKUPS, made.name)}: ${contents(made)}`)
        printLost('it lacks', made.lacking)
      }
    })
  }

  // By ourselves, beside a master that runs: it has no work with it.
  async function backUpTo(target: string) {
    const folder = dataDir()
    const archive = isArchiveName(target)
    if (!archive && existsSync(target) && !isFolder(target))
      throw new CommandError(`${target} is a file; name one that ends in .tar, .tar.zst or .tgz`, 2)
    mkdirSync(dirname(target), { recursive: true })
    const into = archive ? beginUnfinished(join(folder, BACKUPS)) : target
    const progress = startProgress(json())
    try {
      const { manifest, ...made } = await createBackup({
        dataDir: folder,
        into,
        reason: 'manual',
        version: findHolder(folder)?.version ?? VERSION,
        now: Date.now(),
        onProgress: ({ stage, share }) => progress.tell(WORDS[stage], share),
      })
      if (archive) {
        progress.tell('packing', 0)
        await packBackup(made.folder, target)
      }
      progress.end()
      const path = archive ? target : made.folder
      if (json()) printJson({ path, manifest })
      else {
        print(`${path}: ${rows(manifest)}`)
        printLost('it lacks', manifest.artifacts.lost ?? [])
      }
    } finally {
      progress.end()
      if (archive) rmSync(into, { recursive: true, force: true })
    }
  }

  async function restore(backup: string, withKeys: boolean) {
    const folder = dataDir()
    ensureDataDirectory(folder)
    const lock = await lockForOurselves(folder)
    const progress = startProgress(json())
    const unpacked = join(folder, BACKUPS, '.unfinished-unpacked')
    try {
      let from = findBackup(folder, backup)
      if (isArchiveName(from) && !isFolder(from)) {
        progress.tell('unpacking', 0)
        rmSync(unpacked, { recursive: true, force: true })
        await unpackBackup(from, unpacked)
        from = unpacked
      }
      const { manifest, replaced, lost, keysLeft } = await restoreBackup({
        dataDir: folder,
        from,
        ...(withKeys && { keys: true }),
        version: VERSION,
        now: Date.now(),
        onProgress: ({ stage, share }) => progress.tell(RESTORE_WORDS[stage], share),
      })
      progress.end()
      if (json()) return printJson({ restored: manifest, replaced, lost, keysLeft })
      print(`restored the state of ${when(manifest.madeAt)}: ${rows(manifest)}`)
      printLost('not restored', lost)
      if (keysLeft.length > 0)
        print(
          `left out: ${keysLeft.join(', ')}; add --with-keys if you trust whoever made the backup`,
        )
      if (replaced)
        print(`what was there before is in ${replaced}; "triphammer restore" takes that, too`)
    } finally {
      progress.end()
      rmSync(unpacked, { recursive: true, force: true })
      lock.release()
    }
  }
}

/** @throws CommandError that says what to do when a master has the data directory. */
export async function lockForOurselves(folder: string): Promise<Lock> {
  try {
    return await lockDataDirectory(folder)
  } catch (error) {
    if (!(error instanceof DataDirectoryBusyError)) throw error
    throw new CommandError(`${error.message} Quit that master first.`)
  }
}

const WORDS = {
  history: 'copying history',
  logs: 'copying logs',
  artifacts: 'keeping artifacts',
  files: 'copying settings',
  verify: 'verifying',
} as const
const RESTORE_WORDS = {
  verify: 'verifying',
  copy: 'copying',
  replace: 'putting in place',
} as const

function findBackup(dataDir: string, named: string): string {
  const own = join(dataDir, BACKUPS, named)
  if (!named.includes('/') && !named.includes('\\') && existsSync(own)) return own
  const path = resolve(named)
  if (existsSync(path)) return path
  throw new CommandError(
    `There is no backup "${named}", neither in ${join(dataDir, BACKUPS)} nor at ${path}. "triphammer backup --list" shows what there is.`,
  )
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function describe(backup: BackupInfo): string[] {
  return [
    backup.name,
    backup.madeAt === null ? '' : when(backup.madeAt),
    backup.version ?? '',
    backup.problem ?? contents(backup),
    size(backup.sizeBytes),
  ]
}

function contents({ builds, changes, lackingFiles }: BackupInfo): string {
  const lacking = lackingFiles > 0 ? `, without ${count(lackingFiles, 'kept file')}` : ''
  return `${count(builds, 'build')}, ${count(changes, 'change')}${lacking}`
}

function rows({ counts }: Manifest): string {
  return `${count(counts.builds ?? 0, 'build')}, ${count(counts.changes ?? 0, 'change')}`
}

const MOST_LOST = 20

/** Names kept files that could not be taken along. */
export function printLost(what: string, lost: readonly string[]) {
  for (const one of lost.slice(0, MOST_LOST)) print(`  ${what} ${one}`)
  if (lost.length > MOST_LOST) print(`  and ${lost.length - MOST_LOST} more`)
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function when(at: number): string {
  return new Date(at).toLocaleString()
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
