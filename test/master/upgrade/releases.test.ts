import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { loadConf } from '../../../main/host/conf-store.ts'
import { STATE_SCHEMA } from '../../../main/host/state.ts'
import { openStateStore } from '../../../main/host/state-store.ts'
import { openDatabase } from '../../../main/master/db/database.ts'
import { migrate } from '../../../main/master/db/migrate.ts'
import type { BuilderId, BuildId, LogId, Step } from '../../../main/master/model.ts'
import { isBad } from '../../../main/master/results.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { latestOf, STORES, type Store } from '../../../main/master/upgrade/stores.ts'
import { schemaOf } from '../../../main/master/upgrade/verify.ts'
import { PLAIN } from '../../../renderer/store/arrangement.ts'
import { planColumns } from '../../../renderer/waterfall/column-plan.ts'
import { estimateOf } from '../../../renderer/waterfall/estimate.ts'
import { layOut } from '../../../renderer/waterfall/model.ts'
import { openBridge } from '../../helpers/bridge.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT, testMaster } from '../../helpers/master.ts'
import {
  frozenReleases,
  LEFT,
  makeLargeRelease,
  releaseData,
  releaseFacts,
} from '../../helpers/releases.ts'

const RELEASES = frozenReleases()
// Those that scripts/fixture/odd-rows.mjs puts in.
const ODD_ROWS = 13

test('every release has its data directories frozen', () => {
  const tags = execFileSync('git', ['tag', '--list', 'v[0-9]*'], { cwd: ROOT, encoding: 'utf8' })
  // A shallow clone has no tags; what is frozen is there all the same.
  const released = tags
    .split('\n')
    .filter(Boolean)
    .map(tag => tag.slice(1))
  expect(RELEASES).toEqual(expect.arrayContaining([...released, '0.1.0']))
})

describe.each(RELEASES)('what %s left', version => {
  const facts = releaseFacts(version)
  // The newest release may have the schema of today.
  const isBehind = STORES.some(store => facts.schemas[store.name].userVersion < latestOf(store))

  test.each(LEFT)('(%s) comes to this version in one hop, and is what it was', async left => {
    const shown = asIn010(facts.left[left])
    const dataDir = releaseData(version, left)
    const { upgraded } = await prepareStores({ dataDir, version: 'test' })
    const oddRows = left === 'dirty' ? ODD_ROWS : 0
    expect(upgraded?.quarantined).toBe(isBehind ? oddRows : undefined)
    for (const store of STORES) {
      const schema = schemaBeside(dataDir, store)
      // What somebody has added by hand stays.
      if (left === 'dirty' && store.name === 'history.sqlite')
        expect(schema['table builds']).toContain('mood TEXT 0  0')
      else expect(schema).toEqual(freshSchema(store))
    }

    const { data, ...now } = await show(dataDir, shown.now)
    // A later version may have more to say, and nothing else.
    const told = inTime(shown.model)
    expect(hashOf(strip(now.model, told))).toBe(hashOf(told))
    expect(strip(now.changes, shown.changes)).toEqual(shown.changes)
    for (const [i, before] of shown.details.entries()) {
      // What the release could not show, because one value was damaged, can be shown now.
      const wanted = 'error' in before ? { build: before.build } : before
      expect(strip(now.details[i], wanted)).toEqual(wanted)
    }
    const logs: Record<string, unknown> = {}
    for (const id of Object.keys(shown.logs)) logs[id] = await hashLog(data, Number(id) as LogId)
    expect(logs).toEqual(shown.logs)
  })

  test('(its state.json) is read, and its original kept where the schema has changed', async () => {
    const dataDir = releaseData(version, 'killed')
    const before = readFileSync(join(dataDir, 'state.json'))
    const said: string[] = []
    const state = openStateStore(dataDir, 0, await loadConf(), line => said.push(line))
    expect([said, state.trouble, state.get('lastRun')]).toEqual([
      [],
      undefined,
      expect.objectContaining({ version, ending: 'running' }),
    ])
    const kept = join(dataDir, `backups/state-before-schema-${STATE_SCHEMA}.json`)
    const written = JSON.parse(before.toString('utf8')).__internal__.migrations.version
    if (Number.parseInt(written, 10) < STATE_SCHEMA) expect(readFileSync(kept)).toEqual(before)
    else expect(existsSync(kept)).toBe(false)
  })

  test('(large) 100,000 builds come to this version and are all there', async () => {
    const dataDir = temporaryFolder('large')
    makeLargeRelease(version, dataDir, 100_000)
    const { upgraded } = await prepareStores({ dataDir, version: 'test' })
    const counts = { builds: 100_000, steps: 400_000, logs: 100_000, changes: 100_000 }
    if (isBehind) expect(upgraded).toMatchObject({ quarantined: 0, counts })
    const one = await testMaster({ dataDir, mode: 'dormant' })
    expect([one.data.countBuilds({}), one.data.builds({ limit: 1 })[0]!.id]).toEqual([
      100_000, 100_000,
    ])
  }, 120_000)

  test('builds go on after it: what waited is built, what ran is built again', async () => {
    const dataDir = releaseData(version, 'killed')
    const one = await testMaster({ dataDir })
    const events = one.data.events(0, 20).map(event => event.kind)
    if (isBehind) expect(events).toContain('history-upgraded')
    // Since 0.2.0 a build waits for its slave; one that comes back as another ends it.
    const retried = () => one.data.builds({ limit: 100 }).filter(build => build.results === 5)
    if (retried().length === 0) await one.until('build/changed', build => build.results === 5)
    expect(retried()).toHaveLength(Math.max(1, one.master.abandoned.length))
  })
})

async function show(dataDir: string, now: number) {
  const { master } = await testMaster({ dataDir, mode: 'dormant' })
  const { handlers } = openBridge(master)
  const desk = await handlers['desk:snapshot']()
  const steps = Map.groupBy(desk.steps, (step: Step) => step.buildId)
  const plans = planColumns({ ...PLAIN, all: true }, desk.builders, [])
  const estimate = (id: BuilderId) =>
    estimateOf(desk.builds.filter(build => build.builderId === id))
  const { columns, ...model } = layOut({
    ...desk,
    plans,
    hidden: [],
    expected: new Map(),
    estimate,
    steps,
    now,
    mode: 'linear',
    zoom: 1,
    width: 1200,
  })
  const named = columns.map(column => ({
    ...column,
    boxes: column.boxes.all,
    builder: column.plan.builders[0],
  }))
  const details = []
  for (const build of desk.builds)
    details.push(await handlers['build:details'](build.id as BuildId))
  return {
    ...asIn010({ model: { ...model, columns: named }, details, changes: desk.changes }),
    data: master.data,
  }
}

// How wide columns are, and how they are grouped, is the reader's choice and no part of history.
function inTime(model: unknown): unknown {
  const told = JSON.stringify(model, (key, value) => {
    // What ended before it began, by a clock that was set back, was drawn with a height below nothing.
    if (key === 'height') return Math.max(0, value)
    return ['x', 'width', 'groups'].includes(key) ? undefined : value
  })
  return JSON.parse(told)
}

// Results that nobody knows had the look of skipped ones and still made a builder red, and what is overdue
// or not known had no time left.
function asIn010<T>(shown: T): T {
  const told = JSON.stringify(shown, (key, value) => {
    if (key === 'look') return value === 'unknown' ? 'skipped' : value
    if (key === 'red' && Array.isArray(value)) return value.filter(run => isBad(run.first.results))
    return key === 'leftMs' ? Math.max(0, Number(value)) : value
  })
  return JSON.parse(told)
}

function strip(value: unknown, like: unknown): unknown {
  if (Array.isArray(value)) return value.map((one, i) => strip(one, (like as unknown[])[i]))
  if (typeof value !== 'object' || value === null || typeof like !== 'object' || like === null)
    return value
  return Object.fromEntries(
    Object.keys(like).map(key => [key, strip((value as never)[key], (like as never)[key])]),
  )
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

async function hashLog(data: Awaited<ReturnType<typeof testMaster>>['data'], id: LogId) {
  const hash = createHash('sha256')
  for (let at = 0; ; ) {
    const { bytes, next } = await data.logBytes(id, at)
    if (next === at) return { sha256: hash.digest('hex'), byteCount: at }
    hash.update(bytes)
    at = next
  }
}

function schemaBeside(dataDir: string, { name }: Store) {
  const db = new DatabaseSync(join(dataDir, name), { readOnly: true })
  try {
    return Object.fromEntries(schemaOf(db))
  } finally {
    db.close()
  }
}

function freshSchema(store: Store) {
  const db = openDatabase(':memory:', { copy: true })
  migrate(db, latestOf(store), store.migrations)
  const fresh = Object.fromEntries(
    schemaOf({
      prepare: (sql: string) => ({ all: (...values: string[]) => db.all(sql, ...values) }),
    }),
  )
  db.close()
  return fresh
}
