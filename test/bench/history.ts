import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../main/master/db/database.ts'
import { openHistory } from '../../main/master/db/history.ts'
import { migrate } from '../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../main/master/logs/log-migrations.ts'

const DAY_MS = 86_400_000

/** Fills a data directory with a made-up history: as many builds as asked for, with their steps, over a year. */
export function makeHistory(dataDir: string, builds: number, builders = 200, seed = 1): void {
  mkdirSync(dataDir, { recursive: true })
  const db = openHistory(join(dataDir, 'history.sqlite'))
  const logs = openDatabase(join(dataDir, 'logs.sqlite'))
  migrate(logs, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  logs.close()
  const random = createRandom(seed)
  const start = Date.now() - 365 * DAY_MS
  db.transaction(() => {
    db.run(
      "INSERT INTO runs (id, version, shell, started_at, ended_at, ending) VALUES (1, '0.0.0', 'headless', ?, ?, 'clean')",
      start,
      start,
    )
    db.run(
      "INSERT INTO slaves (id, name, kind, tags, max_builds, active, info) VALUES (1, 'local', 'local', '[]', 4, 1, '{}')",
    )
    for (let id = 1; id <= builders; id++)
      db.run(
        "INSERT INTO builders (id, name, project, description, tags, slaves, active, position) VALUES (?, ?, ?, '', '[]', '[\"local\"]', 1, ?)",
        id,
        builderName(id),
        `project ${id % 20}`,
        id,
      )
    const numbers = new Map<number, number>()
    for (let id = 1; id <= builds; id++) {
      const at = start + Math.floor((id / builds) * 364 * DAY_MS)
      const revision = id.toString(16).padStart(40, '0')
      const builder = 1 + (id % builders)
      const number = (numbers.get(builder) ?? 0) + 1
      numbers.set(builder, number)
      const results = random() < 0.1 ? 2 : random() < 0.05 ? 1 : 0
      // Each builder has a usual length, as in life: else no estimate could be good.
      const length = Math.floor((100_000 + 137_000 * (builder % 4)) * (0.7 + 0.6 * random()))
      const waited = ((id * id) % 101) * 100 * (1 + (builder % 4))
      const project = `project ${builder % 20}`
      db.run(
        "INSERT INTO changes (id, project, repository, branch, revision, who, comments, files, at, received_at) VALUES (?, ?, '/r', 'main', ?, 'Ann <ann@example.org>', ?, '[\"src/a.c\"]', ?, ?)",
        id,
        project,
        revision,
        `change ${id}`,
        at,
        at,
      )
      db.run(
        "INSERT INTO sourcestamps (id, project, repository, branch, revision) VALUES (?, ?, '/r', 'main', ?)",
        id,
        project,
        revision,
      )
      db.run(
        "INSERT INTO buildsets (id, reason, scheduler, sourcestamp_id, submitted_at, complete_at, results) VALUES (?, 'change on main', 's', ?, ?, ?, ?)",
        id,
        id,
        at - waited,
        at + length,
        results,
      )
      db.run('INSERT INTO buildset_changes (buildset_id, change_id) VALUES (?, ?)', id, id)
      db.run(
        'INSERT INTO build_requests (id, buildset_id, builder_id, priority, submitted_at, claimed_at, claimed_by, complete_at, results) VALUES (?, ?, ?, 0, ?, ?, 1, ?, ?)',
        id,
        id,
        builder,
        at - waited,
        at,
        at + length,
        results,
      )
      db.run(
        'INSERT INTO builds (id, builder_id, number, request_id, slave_id, run_id, revision, started_at, complete_at, results, state_string) VALUES (?, ?, ?, ?, 1, 1, ?, ?, ?, ?, ?)',
        id,
        builder,
        number,
        id,
        revision,
        at,
        at + length,
        results,
        results === 2 ? 'failed in test' : 'build successful',
      )
      for (let step = 0; step < 4; step++) {
        const from = at + Math.floor((length * step) / 4)
        db.run(
          "INSERT INTO steps (build_id, number, name, kind, started_at, complete_at, results, state_string, hidden) VALUES (?, ?, ?, 'shell', ?, ?, ?, '', 0)",
          id,
          step,
          ['git', 'install', 'build', 'test'][step]!,
          from,
          from + Math.floor(length / 4),
          step === 3 ? results : 0,
        )
      }
    }
  })
  db.close()
}

export function builderName(id: number): string {
  return `builder-${id}`
}

/** The configuration under which all of its builders are there. */
export function historyConfig(builders = 200): string {
  const list = Array.from(
    { length: builders },
    (_, i) => `  - { name: ${builderName(i + 1)}, steps: [{ shell: ["true"] }] }\n`,
  )
  return `builders:\n${list.join('')}`
}

// A small generator with a seed, so that each run measures the same history.
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
