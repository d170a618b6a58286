import { ensureSlave } from '../../db/slaves.ts'
import { RETRY } from '../../results.ts'
import type { Importing } from './import-buildbot.ts'
import { importLogs } from './logs.ts'
import type { SourceRow } from './source.ts'
import { json, moment, result, text } from './values.ts'

// So many builds become history at once; their logs follow before the next ones.
const BATCH = 200

/** Builds with properties, steps and logs, oldest first. */
export function importBuilds(importing: Importing): void {
  const { source, db, tell } = importing
  const total = Math.max(1, source.count('builds'))
  const worker = source.has('builds', 'workerid') ? 'workerid' : 'buildslaveid'
  let done = 0
  let after = 0
  for (;;) {
    const batch = [
      ...source.rows(`SELECT * FROM builds WHERE id > ? ORDER BY id LIMIT ${BATCH}`, after),
    ]
    if (batch.length === 0) return
    // First what refers to logs, as not complete, then the logs: a kill in between leaves logs
    // that a later import fills, and never bytes that another log would take for its own.
    const touched = db.transaction(() =>
      batch.filter(row => importBuild(importing, row, row[worker])),
    )
    const builds = touched.map(row => row.id as number)
    importLogs(importing, builds)
    after = batch.at(-1)!.id as number
    done += batch.length
    tell('reading builds', done / total)
  }
}

// Returns whether its logs are to be looked at.
function importBuild(importing: Importing, row: SourceRow, worker: SourceRow[string] | undefined) {
  const { source, db, marks, count, run, now } = importing
  const id = row.id as number
  const known = marks.find('build', id)
  if (known?.final) {
    count('already', 'builds')
    return known.localId !== 0
  }
  const steps = [...source.rows('SELECT * FROM steps WHERE buildid = ? ORDER BY number, id', id)]
  const startedAt = moment(row.started_at) ?? now
  const complete = moment(row.complete_at) !== null
  const traces = steps.flatMap(step => [moment(step.started_at), moment(step.complete_at)])
  const completeAt = moment(row.complete_at) ?? Math.max(startedAt, ...traces.map(at => at ?? 0))
  // It may have been lost with its master, or it runs there right now.
  const results = complete ? (result(row.results) ?? RETRY) : RETRY
  const stateString = complete ? text(row.state_string) : 'not finished when it was imported'
  if (known) {
    db.run(
      'UPDATE builds SET complete_at = ?, results = ?, state_string = ? WHERE id = ?',
      completeAt,
      results,
      stateString,
      known.localId,
    )
    count(complete ? 'updated' : 'already', 'builds')
    marks.set('build', id, known.localId, complete)
    saveProperties(known.localId)
    for (const step of steps) importStep(importing, step, known.localId, startedAt, complete)
    return true
  }
  const odd = whyOdd()
  if (odd) {
    marks.quarantine('build', 'builds', id, row, odd)
    return false
  }
  const { id: made } = db.run(
    `INSERT INTO builds (builder_id, number, request_id, slave_id, run_id, started_at, complete_at, results, state_string)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    marks.localId('builder', row.builderid)!,
    row.number!,
    marks.localId('request', row.buildrequestid)!,
    marks.localId('slave', worker) ?? ensureSlave(db, 'unknown'),
    run,
    startedAt,
    completeAt,
    results,
    stateString,
  )
  marks.set('build', id, made, complete)
  count('added', 'builds')
  saveProperties(made)
  for (const step of steps) importStep(importing, step, made, startedAt, complete)
  return true

  function whyOdd(): string | undefined {
    const builder = marks.localId('builder', row.builderid)
    if (builder === undefined) return `there is no builder ${row.builderid}`
    if (marks.localId('request', row.buildrequestid) === undefined)
      return `there is no build request ${row.buildrequestid}`
    if (typeof row.number !== 'number') return 'it has no number'
    const taken = db.get(
      'SELECT 1 FROM builds WHERE builder_id = ? AND number = ?',
      builder,
      row.number,
    )
    return taken && `its builder has another build ${row.number}`
  }

  function saveProperties(build: number) {
    const properties = new Map<string, { value: string; source: string }>()
    if (source.has('build_properties'))
      for (const one of source.rows('SELECT * FROM build_properties WHERE buildid = ?', id))
        properties.set(text(one.name), { value: json(one.value), source: text(one.source) })
    const urls = steps.flatMap(step => {
      const list = JSON.parse(json(step.urls_json)) as unknown
      return Array.isArray(list) && list.length > 0 ? [[text(step.name), list]] : []
    })
    // A step has no place for links here.
    if (urls.length > 0)
      properties.set('urls', {
        value: JSON.stringify(Object.fromEntries(urls)),
        source: 'Buildbot',
      })
    for (const [name, property] of properties)
      db.run(
        `INSERT INTO build_properties (build_id, name, value, source) VALUES (?, ?, ?, ?)
         ON CONFLICT (build_id, name) DO UPDATE SET value = excluded.value, source = excluded.source`,
        build,
        name,
        property.value,
        property.source,
      )
    const revision = properties.get('got_revision')?.value
    const got = revision === undefined ? undefined : (JSON.parse(revision) as unknown)
    if (typeof got === 'string') db.run('UPDATE builds SET revision = ? WHERE id = ?', got, build)
  }
}

function importStep(
  { db, marks, count }: Importing,
  row: SourceRow,
  build: number,
  buildStartedAt: number,
  buildComplete: boolean,
) {
  const id = row.id as number
  const known = marks.find('step', id)
  if (known?.final) return count('already', 'steps')
  const startedAt = moment(row.started_at) ?? moment(row.complete_at) ?? buildStartedAt
  const complete = moment(row.complete_at) !== null
  const completeAt = moment(row.complete_at) ?? startedAt
  const results = complete ? (result(row.results) ?? RETRY) : RETRY
  const stateString = complete ? text(row.state_string) : 'not finished when it was imported'
  // A step that never ended stays so when its build has.
  const final = complete || buildComplete
  if (known) {
    db.run(
      'UPDATE steps SET started_at = ?, complete_at = ?, results = ?, state_string = ?, hidden = ? WHERE id = ?',
      startedAt,
      completeAt,
      results,
      stateString,
      Number(row.hidden === 1),
      known.localId,
    )
    marks.set('step', id, known.localId, final)
    return count(final ? 'updated' : 'already', 'steps')
  }
  const taken = db.get('SELECT 1 FROM steps WHERE build_id = ? AND number = ?', build, row.number!)
  if (typeof row.number !== 'number' || taken) {
    const reason = taken ? `its build has another step ${row.number}` : 'it has no number'
    return marks.quarantine('step', 'steps', id, row, reason)
  }
  const { id: made } = db.run(
    `INSERT INTO steps (build_id, number, name, kind, started_at, complete_at, results, state_string, hidden)
     VALUES (?, ?, ?, 'buildbot', ?, ?, ?, ?, ?)`,
    build,
    row.number,
    text(row.name, `step ${row.number}`),
    startedAt,
    completeAt,
    results,
    stateString,
    Number(row.hidden === 1),
  )
  marks.set('step', id, made, final)
  count('added', 'steps')
}
