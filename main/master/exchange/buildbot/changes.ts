import { maskAddresses } from '../../git/address.ts'
import type { Importing } from './import-buildbot.ts'
import type { SourceRow } from './source.ts'
import { moment, pair, text } from './values.ts'

/** Changes with their files and properties. What has no column here is a property as well. */
export function importChanges(importing: Importing): void {
  const { source, db, marks, count, tell, now } = importing
  if (!source.has('changes')) return
  const total = Math.max(1, source.count('changes'))
  let done = 0
  db.transaction(() => {
    for (const row of source.rows('SELECT * FROM changes ORDER BY changeid')) {
      const id = row.changeid as number
      if (++done % 500 === 0) tell('reading changes', done / total)
      if (marks.find('change', id)) count('already', 'changes')
      else {
        marks.set('change', id, insertChange(row), true)
        count('added', 'changes')
      }
    }
  })

  function insertChange(row: SourceRow): number {
    const at = moment(row.when_timestamp) ?? now
    const { id } = db.run(
      `INSERT INTO changes (project, repository, branch, revision, who, comments, files, category, at, received_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      text(row.project),
      maskAddresses(text(row.repository)),
      text(row.branch),
      text(row.revision),
      text(row.author),
      text(row.comments),
      JSON.stringify(filesOf(row.changeid as number)),
      row.category === null || row.category === undefined ? null : text(row.category),
      at,
      at,
    )
    const properties = new Map<string, { value: string; source: string }>()
    for (const name of ['revlink', 'committer', 'codebase'])
      if (text(row[name]) !== '')
        properties.set(name, { value: JSON.stringify(text(row[name])), source: 'Change' })
    if (source.has('change_properties'))
      for (const one of source.rows(
        'SELECT * FROM change_properties WHERE changeid = ?',
        row.changeid as number,
      ))
        properties.set(text(one.property_name), pair(one.property_value))
    for (const [name, property] of properties)
      db.run(
        'INSERT INTO change_properties (change_id, name, value, source) VALUES (?, ?, ?, ?)',
        id,
        name,
        property.value,
        property.source,
      )
    return id
  }

  function filesOf(change: number): string[] {
    if (!source.has('change_files')) return []
    return [...source.rows('SELECT filename FROM change_files WHERE changeid = ?', change)].map(
      one => text(one.filename),
    )
  }
}
