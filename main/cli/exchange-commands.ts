import { resolve } from 'node:path'
import { ensureDataDirectory } from '../host/data-dir.ts'
import { findHolder } from '../host/lock.ts'
import { VERSION } from '../host/version.ts'
import { lockForOurselves } from './backup-commands.ts'
import type { CommandLine } from './cli.ts'
import { startProgress, type Telling } from './progress.ts'
import { print, printJson } from './terminal.ts'

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
      if (json()) printJson({ path: resolve(folder), header })
      else
        print(
          `${resolve(folder)}: ${contents(header.history.tables)}, ${header.logFiles.rows} logs`,
        )
    })

  program
    .command('import')
    .argument('<folder>', 'what "triphammer export" wrote')
    .description('make a history of an export; the data directory must have none')
    .action(async (folder: string) => {
      const { importData } = await import('../master/exchange/import.ts')
      ensureDataDirectory(dataDir())
      const lock = lockForOurselves(dataDir())
      try {
        const header = await withProgress(json(), progress =>
          importData({
            dataDir: dataDir(),
            from: resolve(folder),
            version: VERSION,
            now: Date.now(),
            onProgress: progress.tell,
          }),
        )
        if (json()) printJson({ imported: header })
        else print(`imported ${contents(header.history.tables)}, ${header.logFiles.rows} logs`)
      } finally {
        lock.release()
      }
    })
}

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
