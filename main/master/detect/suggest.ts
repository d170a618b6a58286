import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { homeFolder } from '../../../slave/protocol/home.ts'
import type { Config } from '../config/model.ts'
import { KINDS } from './kinds.ts'
import type { Suggestion } from './proposal.ts'

const DEEPEST = 3
const LONGEST_MS = 1500
const MOST_FOLDERS = 4000
const SHOWN = 6
const NOT_LOOKED_INTO = new Set(['node_modules', 'Library', 'AppData', 'snap', 'target', 'vendor'])

// macOS asks the person before anybody looks into one of these: only a repository that was named is worth a question.
const GUARDED_BY_MACOS = ['Desktop', 'Documents', 'Downloads', 'Movies', 'Music', 'Pictures']

/** Looks for git repositories near the top of the person's home folder, for a short time. */
export async function suggestRepositories(
  config: Config,
  home: string | undefined = homeFolder(),
): Promise<Suggestion[]> {
  if (home === undefined) return []
  const skipped = new Set(process.platform === 'darwin' ? GUARDED_BY_MACOS : [])
  const until = performance.now() + LONGEST_MS
  const known = new Set(config.projects.map(project => project.repository))
  const found: Suggestion[] = []
  let level = [home]
  let looked = 0
  for (let depth = 0; depth <= DEEPEST; depth++) {
    const below: string[] = []
    for (const folder of level) {
      if (++looked > MOST_FOLDERS || performance.now() > until) return newestFirst(found)
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
      const names = new Set(entries.map(entry => entry.name))
      if (names.has('.git')) {
        const suggestion = known.has(folder) ? undefined : await describe(folder, names)
        if (suggestion) found.push(suggestion)
        // What is inside a repository is part of it.
        continue
      }
      for (const entry of entries)
        if (
          entry.isDirectory() &&
          !entry.name.startsWith('.') &&
          !NOT_LOOKED_INTO.has(entry.name) &&
          !(folder === home && skipped.has(entry.name))
        )
          below.push(join(folder, entry.name))
    }
    level = below
  }
  return newestFirst(found)
}

async function describe(
  folder: string,
  names: ReadonlySet<string>,
): Promise<Suggestion | undefined> {
  // The reflog is written with each commit; a repository without one has no commit.
  const log = await stat(join(folder, '.git', 'logs', 'HEAD')).catch(() => undefined)
  if (!log) return undefined
  const kind = KINDS.find(({ markers }) => markers.some(file => names.has(file)))?.label ?? ''
  return { path: folder, name: basename(folder), kind, changedAt: log.mtimeMs }
}

function newestFirst(found: readonly Suggestion[]): Suggestion[] {
  return [...found].sort((a, b) => b.changedAt - a.changedAt).slice(0, SHOWN)
}
