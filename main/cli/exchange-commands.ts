import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ensureDataDirectory } from '../host/data-dir.ts'
import { findHolder } from '../host/lock.ts'
import { VERSION } from '../host/version.ts'
import { hasHistory } from '../master/backup/data-files.ts'
import type { ImportReport } from '../master/exchange/buildbot/report.ts'
import { lockForOurselves, printLost } from './backup-commands.ts'
import type { CommandLine } from './cli.ts'
import { startProgress, type Telling } from './progress.ts'
import { CommandError, print, printJson } from './terminal.ts'

/** export, import. */
export function addExchangeCommands({ program, dataDir, json }: CommandLine): void {
  program
    .command('export')
    .argument('<folder>', 'an empty folder, or one that is not there yet')
    .description('write the history as JSON lines, plain logs and plain files')
    .action(async (folder: string) => {
      const { exportData } = await import('../master/exchange/export.ts')
      const header = await withProgress(json(), progress =>
        exportData({
          dataDir: dataDir(),
          into: resolve(folder),
          version: findHolder(dataDir())?.version ?? VERSION,
          now: Date.now(),
          onProgress: progress.tell,
        }),
      )
      if (json()) return printJson({ path: resolve(folder), header })
      print(`${resolve(folder)}: ${contents(header.history.tables)}, ${header.logFiles.rows} logs`)
      printLost('not exported:', header.artifacts.lost ?? [])
    })

  program
    .command('import')
    .argument('[folder]', 'what "triphammer export" wrote')
    .option('--buildbot <path>', 'the folder of a Buildbot master, or its state.sqlite')
    .description('make a history of an export, or take over that of a Buildbot')
    .action(async (folder: string | undefined, options: { buildbot?: string }) => {
      if ((folder === undefined) === (options.buildbot === undefined))
        throw new CommandError('import wants the folder of an export, or --buildbot PATH', 2)
      const source = resolve(options.buildbot ?? folder!)
      if (!existsSync(source)) throw new CommandError(`${source} is not there`)
      ensureDataDirectory(dataDir())
      const lock = await lockForOurselves(dataDir())
      try {
        if (options.buildbot === undefined) await importExport(source)
        else await importFromBuildbot(source)
      } finally {
        lock.release()
      }
    })

  async function importExport(from: string) {
    const { importData } = await import('../master/exchange/import.ts')
    const facts = { dataDir: dataDir(), from, version: VERSION, now: Date.now() }
    const { header, lost } = await withProgress(json(), ({ tell }) =>
      importData({ ...facts, onProgress: tell }),
    )
    if (json()) return printJson({ imported: header, lost })
    print(`imported ${contents(header.history.tables)}, ${header.logFiles.rows} logs`)
    printLost('not imported:', lost)
  }

  async function importFromBuildbot(from: string) {
    const { importBuildbot, refuseOtherSchema } = await import(
      '../master/exchange/buildbot/import-buildbot.ts'
    )
    const { openBuildbot } = await import('../master/exchange/buildbot/source.ts')
    const { createBackup } = await import('../master/backup/create.ts')
    const { finishRestore } = await import('../master/backup/restore.ts')
    const facts = { dataDir: dataDir(), now: Date.now() }
    const report = await withProgress(json(), async ({ tell }) => {
      await finishRestore(dataDir())
      refuseOtherSchema(dataDir())
      const source = openBuildbot(from)
      try {
        // A history that is there can be had back.
        if (hasHistory(dataDir()))
          await createBackup({ ...facts, reason: 'before', coming: 'import', version: VERSION })
      } catch (error) {
        source.close()
        throw error
      }
      return importBuildbot({ ...facts, from: source, onProgress: tell })
    })
    if (json()) printJson(report)
    else printReport(report)
  }
}

function printReport(report: ImportReport) {
  const { added, already, updated, quarantined, unreadable, notes, leftOut, logBytes } = report
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([noun, n]) => `${n} ${noun}`)
      .join(', ')
  print(`from ${report.source}`)
  print(
    `imported: ${list(added) || 'nothing new'}${logBytes > 0 ? ` (${logBytes} bytes of logs)` : ''}`,
  )
  if (Object.keys(updated).length > 0) print(`brought up to date: ${list(updated)}`)
  if (Object.keys(already).length > 0) print(`known already: ${list(already)}`)
  for (const { noun, id, reason } of quarantined.slice(0, SHOWN))
    print(`put aside: ${noun} ${id}: ${reason}`)
  for (const { log, reason } of unreadable.slice(0, SHOWN)) print(`log ${log}: ${reason}`)
  const more = Math.max(0, quarantined.length - SHOWN) + Math.max(0, unreadable.length - SHOWN)
  if (more > 0) print(`and ${more} more; --json shows all of them`)
  for (const note of notes) print(`note: ${note}`)
  if (Object.keys(leftOut).length > 0) print(`no place for: ${list(leftOut)}`)
}

const SHOWN = 10

async function withProgress<T>(silent: boolean, work: (to: Telling) => Promise<T>): Promise<T> {
  const progress = startProgress(silent)
  try {
    return await work(progress)
  } finally {
    progress.end()
  }
}

function contents(tables: Readonly<Record<string, { readonly rows: number }>>): string {
  return `${tables.builds?.rows ?? 0} builds, ${tables.changes?.rows ?? 0} changes`
}
