import type { DatabaseSync } from 'node:sqlite'

// None of our schemas has any of these: rows that are written would change or remove others, or be refused.
const CLAUSES = /\b(ON\s+(CONFLICT|DELETE|UPDATE)|CHECK|GENERATED|AS\s*\()/i

/**
 * What in the schema of a database acts by itself when rows are read or written, in words; `null` when nothing does.
 * A trigger of a stranger could remove builds whenever a change comes in.
 */
export function actsByItself(db: Pick<DatabaseSync, 'prepare'>): string | null {
  const all = db.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all()
  for (const row of all) {
    const [type, name, sql] = [String(row.type), String(row.name), String(row.sql)]
    const shown = JSON.stringify(name.slice(0, 80))
    if (type === 'trigger' || type === 'view') return `a ${type} ${shown}`
    if (/^CREATE\s+VIRTUAL/i.test(sql)) return `a virtual table ${shown}`
    const [clause] = CLAUSES.exec(sql) ?? []
    if (clause !== undefined)
      return `${type === 'index' ? 'an' : 'a'} ${type} ${shown} with ${clause.replace('(', '').replace(/\s+/g, ' ').trim().toUpperCase()}`
  }
  return null
}
