import { ensureSlave } from '../../db/slaves.ts'
import type { Importing } from './import-buildbot.ts'
import { json, text } from './values.ts'

/** Workers become slaves, and builders stay builders; neither is active until master.yml names it. */
export function importNames(importing: Importing): void {
  importing.db.transaction(() => {
    importSlaves(importing)
    importBuilders(importing)
  })
}

function importSlaves({ source, db, marks, count }: Importing) {
  const table = source.has('workers') ? 'workers' : source.has('buildslaves') ? 'buildslaves' : ''
  if (table === '') return
  for (const row of source.rows(`SELECT * FROM ${table} ORDER BY id`)) {
    const id = row.id as number
    if (marks.find('slave', id)) {
      count('already', 'slaves')
      continue
    }
    marks.set('slave', id, ensureSlave(db, text(row.name, `worker ${id}`), infoOf(row.info)), true)
    count('added', 'slaves')
  }
}

// Environment variables of another machine are nobody's business here.
function infoOf(value: Parameters<typeof json>[0]): string {
  const info = JSON.parse(json(value)) as unknown
  if (typeof info !== 'object' || info === null || Array.isArray(info)) return '{}'
  const { environ: _environ, ...rest } = info as Record<string, unknown>
  return JSON.stringify(rest)
}

function importBuilders({ source, db, marks, count, note }: Importing) {
  for (const row of source.rows('SELECT * FROM builders ORDER BY id')) {
    const id = row.id as number
    if (marks.find('builder', id)) {
      count('already', 'builders')
      continue
    }
    const wanted = text(row.name, `builder ${id}`)
    const known = db.get<{ id: number }>('SELECT id FROM builders WHERE name = ?', wanted)
    const built = known && db.get('SELECT 1 FROM builds WHERE builder_id = ? LIMIT 1', known.id)
    if (known && !built) {
      marks.set('builder', id, known.id, true)
      count('added', 'builders')
      continue
    }
    // Its builds have numbers of their own here already.
    const name = known ? freeName(db, `${wanted} (Buildbot)`) : wanted
    if (known)
      note(`builder "${wanted}" has builds here already; Buildbot's are those of "${name}"`)
    const { id: made } = db.run(
      `INSERT INTO builders (name, project, description, tags, slaves, active, position)
       VALUES (?, '', ?, ?, '[]', 0, ?)`,
      name,
      text(row.description),
      JSON.stringify(tagsOf(id)),
      1_000_000 + id,
    )
    marks.set('builder', id, made, true)
    count('added', 'builders')
  }

  function tagsOf(builder: number): string[] {
    if (!source.has('builders_tags')) return []
    const sql =
      'SELECT t.name FROM tags t JOIN builders_tags b ON b.tagid = t.id WHERE b.builderid = ? ORDER BY t.id'
    return [...source.rows(sql, builder)].map(row => text(row.name))
  }
}

function freeName(db: Importing['db'], wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} ${n}`
    if (!db.get('SELECT 1 FROM builders WHERE name = ?', name)) return name
  }
}
