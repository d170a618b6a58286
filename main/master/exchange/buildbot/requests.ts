import { internSourceStamp } from '../../db/buildsets.ts'
import { maskAddresses } from '../../git/address.ts'
import { CANCELLED } from '../../results.ts'
import type { Importing } from './import-buildbot.ts'
import type { SourceRow } from './source.ts'
import { moment, pair, result, text } from './values.ts'

/**
 * Buildsets and build requests. What still waited there is complete here, as cancelled:
 * nothing that is imported may start to build. A later import tells how it ended.
 */
export function importRequests(importing: Importing): void {
  importing.db.transaction(() => {
    importBuildsets(importing)
    importBuildRequests(importing)
  })
}

function importBuildsets({ source, db, marks, count, now, tell }: Importing) {
  const total = Math.max(1, source.count('buildsets'))
  let done = 0
  for (const row of source.rows('SELECT * FROM buildsets ORDER BY id')) {
    if (++done % 500 === 0) tell('reading buildsets', done / total)
    const id = row.id as number
    const known = marks.find('buildset', id)
    if (known?.final) {
      count('already', 'buildsets')
      continue
    }
    const submittedAt = moment(row.submitted_at) ?? now
    const complete = row.complete === 1 || row.complete_at !== null
    const completeAt = moment(row.complete_at) ?? submittedAt
    const results = result(row.results) ?? CANCELLED
    if (known) {
      db.run(
        'UPDATE buildsets SET complete_at = ?, results = ? WHERE id = ?',
        completeAt,
        results,
        known.localId,
      )
      marks.set('buildset', id, known.localId, complete)
      count(complete ? 'updated' : 'already', 'buildsets')
      continue
    }
    const stamps = stampsOf(id)
    if (stamps.length === 0) {
      marks.quarantine('buildset', 'buildsets', id, row, 'it has no sourcestamp')
      continue
    }
    marks.set('buildset', id, insertBuildset(row, stamps, completeAt, results), complete)
    count('added', 'buildsets')
  }

  function stampsOf(buildset: number): SourceRow[] {
    return [
      ...source.rows(
        `SELECT s.* FROM buildset_sourcestamps b JOIN sourcestamps s ON s.id = b.sourcestampid
         WHERE b.buildsetid = ? ORDER BY s.codebase <> '', b.id`,
        buildset,
      ),
    ]
  }

  function insertBuildset(
    row: SourceRow,
    stamps: readonly SourceRow[],
    completeAt: number,
    results: number,
  ): number {
    const properties = propertiesOf(row.id as number)
    const [first, ...others] = stamps
    // Here a buildset has one sourcestamp; those of further codebases are told as a property.
    if (others.length > 0)
      properties.set('sourcestamps', {
        value: JSON.stringify(stamps.map(describeStamp)),
        source: 'Buildbot',
      })
    const scheduler = properties.get('scheduler')?.value
    const { id } = db.run(
      `INSERT INTO buildsets (reason, scheduler, sourcestamp_id, submitted_at, complete_at, results)
       VALUES (?, ?, ?, ?, ?, ?)`,
      text(row.reason),
      scheduler === undefined ? 'buildbot' : String(JSON.parse(scheduler)),
      internSourceStamp(db, describeStamp(first!)),
      moment(row.submitted_at) ?? completeAt,
      completeAt,
      results,
    )
    for (const [name, property] of properties)
      db.run(
        'INSERT INTO buildset_properties (buildset_id, name, value, source) VALUES (?, ?, ?, ?)',
        id,
        name,
        property.value,
        property.source,
      )
    for (const change of changesOf(stamps))
      db.run(
        'INSERT INTO buildset_changes (buildset_id, change_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
        id,
        change,
      )
    return id
  }

  function propertiesOf(buildset: number) {
    const rows = source.has('buildset_properties')
      ? source.rows('SELECT * FROM buildset_properties WHERE buildsetid = ?', buildset)
      : []
    return new Map([...rows].map(row => [text(row.property_name), pair(row.property_value)]))
  }

  // The changes that led to a sourcestamp are those that have it themselves.
  function changesOf(stamps: readonly SourceRow[]): number[] {
    if (!source.has('changes', 'sourcestampid')) return []
    return stamps.flatMap(stamp =>
      [
        ...source.rows('SELECT changeid FROM changes WHERE sourcestampid = ?', stamp.id as number),
      ].flatMap(row => marks.localId('change', row.changeid) ?? []),
    )
  }
}

function describeStamp(stamp: SourceRow) {
  const nullable = (value: SourceRow[string] | undefined) =>
    value === null || value === undefined ? null : text(value)
  return {
    codebase: text(stamp.codebase),
    project: text(stamp.project),
    repository: maskAddresses(text(stamp.repository)),
    branch: nullable(stamp.branch),
    revision: nullable(stamp.revision),
  }
}

function importBuildRequests({ source, db, marks, count, now, run, tell }: Importing) {
  const total = Math.max(1, source.count('buildrequests'))
  let done = 0
  for (const row of source.rows('SELECT * FROM buildrequests ORDER BY id')) {
    if (++done % 500 === 0) tell('reading build requests', done / total)
    const id = row.id as number
    const known = marks.find('request', id)
    if (known?.final) {
      count('already', 'requests')
      continue
    }
    const submittedAt = moment(row.submitted_at) ?? now
    const complete = row.complete === 1
    const completeAt = moment(row.complete_at) ?? submittedAt
    const results = result(row.results) ?? CANCELLED
    const claimedAt = claimOf(id)
    if (known) {
      db.run(
        'UPDATE build_requests SET complete_at = ?, results = ?, claimed_at = ?, claimed_by = ? WHERE id = ?',
        completeAt,
        results,
        claimedAt,
        claimedAt === null ? null : run,
        known.localId,
      )
      marks.set('request', id, known.localId, complete)
      count(complete ? 'updated' : 'already', 'requests')
      continue
    }
    const buildset = marks.localId('buildset', row.buildsetid)
    const builder = marks.localId('builder', row.builderid)
    if (buildset === undefined || builder === undefined) {
      const missing =
        buildset === undefined ? `buildset ${row.buildsetid}` : `builder ${row.builderid}`
      marks.quarantine('request', 'buildrequests', id, row, `there is no ${missing}`)
      continue
    }
    const { id: made } = db.run(
      `INSERT INTO build_requests (buildset_id, builder_id, priority, submitted_at, claimed_at, claimed_by, complete_at, results)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      buildset,
      builder,
      typeof row.priority === 'number' ? row.priority : 0,
      submittedAt,
      claimedAt,
      claimedAt === null ? null : run,
      completeAt,
      results,
    )
    marks.set('request', id, made, complete)
    count('added', 'requests')
  }

  function claimOf(request: number): number | null {
    if (!source.has('buildrequest_claims')) return null
    const sql = 'SELECT claimed_at FROM buildrequest_claims WHERE brid = ? LIMIT 1'
    const [claim] = source.rows(sql, request)
    return claim ? moment(claim.claimed_at) : null
  }
}
