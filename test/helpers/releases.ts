import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'
import { temporaryFolder } from './folders.ts'
import { ROOT } from './master.ts'

/** How a release was left: after a clean quit, killed in mid-build, with odd rows. */
export const LEFT = ['clean', 'killed', 'dirty'] as const
export type Left = (typeof LEFT)[number]

export interface ReleaseFacts {
  readonly version: string
  readonly revision: string
  readonly schemas: Readonly<Record<'history.sqlite' | 'logs.sqlite', ReleaseSchema>>
  readonly left: Readonly<Record<Left, Shown>>
}

interface ReleaseSchema {
  readonly userVersion: number
  readonly applicationId: number
  readonly sql: readonly string[]
}

/** What the release itself showed of it. */
export interface Shown {
  readonly now: number
  readonly model: { readonly columns: readonly unknown[] }
  readonly details: readonly { readonly error?: string; readonly build: { readonly id: number } }[]
  readonly changes: readonly unknown[]
  readonly logs: Readonly<Record<string, { readonly sha256?: string; readonly byteCount?: number }>>
}

const FOLDER = join(ROOT, 'test/fixtures/releases')

/** The versions that are frozen, see scripts/fixture.mjs. */
export function frozenReleases(): string[] {
  return readdirSync(FOLDER)
}

export function releaseFacts(version: string): ReleaseFacts {
  return JSON.parse(unpack(join(FOLDER, version, 'facts.json.zst')).toString('utf8'))
}

/** A data directory as the release left it. */
export function releaseData(version: string, left: Left, folder = temporaryFolder(left)): string {
  const from = join(FOLDER, version, left)
  for (const path of globSync('**/*.zst', { cwd: from })) {
    const file = join(folder, path.replace(/\.zst$/, ''))
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, unpack(join(from, path)), { mode: 0o600 })
  }
  return folder
}

function unpack(path: string): Buffer {
  return zstdDecompressSync(readFileSync(path))
}

/**
 * A data directory of a release with so many builds, made with the schema that the release
 * has, and of a seed: builds of 200 builders with four steps each, over a year.
 */
export function makeLargeRelease(version: string, dataDir: string, builds: number, seed = 1): void {
  mkdirSync(dataDir, { recursive: true })
  const { schemas } = releaseFacts(version)
  for (const name of ['history.sqlite', 'logs.sqlite'] as const) {
    const db = new DatabaseSync(join(dataDir, name), { enableForeignKeyConstraints: false })
    const { userVersion, applicationId, sql } = schemas[name]
    db.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN')
    db.exec(`PRAGMA user_version=${userVersion}; PRAGMA application_id=${applicationId}`)
    for (const statement of sql) db.exec(statement)
    db.exec(name === 'history.sqlite' ? rowsOfHistory(builds, seed) : rowsOfLogs(builds, seed))
    db.exec('COMMIT; PRAGMA journal_mode=WAL')
    db.close()
  }
}

const YEAR_MS = 365 * 86_400_000
const BEGIN = 1_700_000_000_000

// A number below m that looks random and hangs on the build and the seed alone.
const random = (m: number, salt: number, seed: number) =>
  `((((n + ${salt}) * 2654435761 + ${seed} * 40503) % 1000003) % ${m})`

function rowsOfHistory(builds: number, seed: number): string {
  const at = `(${BEGIN} + n * ${YEAR_MS} / ${builds})`
  const length = `(5000 + ${random(600_000, 1, seed)})`
  const results = `(CASE WHEN ${random(100, 2, seed)} < 10 THEN 2 WHEN ${random(100, 3, seed)} < 5 THEN 1 ELSE 0 END)`
  const rows = `WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${builds})`
  const into = (table: string, columns: string, values: string) =>
    `INSERT INTO ${table} (${columns}) ${rows} SELECT ${values} FROM r;`
  return [
    `INSERT INTO runs (id, version, shell, started_at, ended_at, ending) VALUES (1, '0.1.0', 'headless', ${BEGIN}, ${BEGIN}, 'clean');`,
    `INSERT INTO slaves (id, name, kind, tags, max_builds, active, info) VALUES (1, 'local', 'local', '[]', 4, 1, '{}');`,
    `INSERT INTO builders (id, name, project, description, tags, slaves, active, position)
       WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 200)
       SELECT n, 'builder-' || n, 'project ' || (n % 20), '', '[]', '["local"]', 1, n FROM r;`,
    into(
      'changes',
      'id, project, repository, branch, revision, who, comments, files, at, received_at',
      `n, 'project ' || (n % 20), '/r', 'main', printf('%040x', n), 'Ann <ann@example.org>', 'change ' || n, '["src/a.c"]', ${at}, ${at}`,
    ),
    into(
      'sourcestamps',
      'id, project, repository, branch, revision',
      `n, 'project ' || (n % 20), '/r', 'main', printf('%040x', n)`,
    ),
    into(
      'buildsets',
      'id, reason, scheduler, sourcestamp_id, submitted_at, complete_at, results',
      `n, 'change on main', 's', n, ${at}, ${at} + ${length}, ${results}`,
    ),
    into('buildset_changes', 'buildset_id, change_id', 'n, n'),
    into(
      'build_requests',
      'id, buildset_id, builder_id, priority, submitted_at, claimed_at, claimed_by, complete_at, results',
      `n, n, 1 + n % 200, 0, ${at}, ${at}, 1, ${at} + ${length}, ${results}`,
    ),
    into(
      'builds',
      'id, builder_id, number, request_id, slave_id, run_id, revision, started_at, complete_at, results, state_string',
      `n, 1 + n % 200, 1 + n / 200, n, 1, 1, printf('%040x', n), ${at}, ${at} + ${length}, ${results}, CASE ${results} WHEN 2 THEN 'failed in test' ELSE 'build successful' END`,
    ),
    ...['git', 'install', 'build', 'test'].map((name, i) =>
      into(
        'steps',
        'id, build_id, number, name, kind, started_at, complete_at, results, state_string, hidden',
        `(n - 1) * 4 + ${i + 1}, n, ${i}, '${name}', 'shell', ${at} + ${length} * ${i} / 4, ${at} + ${length} * ${i + 1} / 4, ${i === 3 ? results : 0}, '', 0`,
      ),
    ),
    into(
      'logs',
      'id, step_id, name, kind, line_count, byte_count, complete',
      `n, n * 4, 'stdio', 'text', 10, 300, 1`,
    ),
  ].join('\n')
}

// Rows alone: that their bytes are no zstd is nobody's business before a log is looked at.
function rowsOfLogs(builds: number, seed: number): string {
  const rows = `WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${builds})`
  return `
    INSERT INTO logs (id, line_count, byte_count, complete) ${rows} SELECT n, 10, 300, 1 FROM r;
    INSERT INTO chunks (log_id, seq, first_line, line_count, first_byte, byte_count, at, segments, codec, data)
      ${rows} SELECT n, 0, 0, 10, 0, 300, ${BEGIN}, '[[0,300,0]]', 1, CAST(printf('%040x', ${random(1_000_000, 4, seed)}) AS BLOB) FROM r;
  `
}
