import type { Database } from '../database.ts'
import type { Migration } from '../migrate.ts'

/**
 * Takes passwords out of addresses of repositories, wherever one was written down. The
 * configuration keeps them, and what is compared with it has none either.
 */
export const noPasswords: Migration = {
  version: 11,
  // Nothing but values changes.
  oldestReader: 8,
  up(db) {
    // What is written over is not to be read in free pages.
    db.exec('PRAGMA secure_delete=ON')
    for (const [table, column] of TEXTS) maskColumn(db, table, column)
    maskSourcestamps(db)
  },
}

const TEXTS = [
  ['projects', 'repository'],
  ['changes', 'repository'],
  ['change_properties', 'value'],
  ['buildsets', 'reason'],
  ['buildset_properties', 'value'],
  ['build_properties', 'value'],
  ['builds', 'state_string'],
  ['steps', 'state_string'],
  ['events', 'subject'],
  ['events', 'detail'],
  ['quarantine', 'content'],
] as const

const MAY_HOLD_ONE = `LIKE '%://%@%'`

function maskColumn(db: Database, table: string, column: string) {
  const texts = db.all<{ text: string }>(
    `SELECT DISTINCT ${column} AS text FROM ${table} WHERE ${column} ${MAY_HOLD_ONE}`,
  )
  for (const { text } of texts) {
    const masked = mask(text)
    if (masked !== text)
      db.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, masked, text)
  }
}

// There is one row for each content. Of two that differed in their passwords, the older one stands
// for both; the other one keeps its place, so that no row is lost, and nothing refers to it.
function maskSourcestamps(db: Database) {
  const stamps = db.all<{ id: number; repository: string }>(
    `SELECT id, repository FROM sourcestamps WHERE repository ${MAY_HOLD_ONE} ORDER BY id`,
  )
  for (const { id, repository } of stamps) {
    const masked = mask(repository)
    if (masked === repository) continue
    const same = db.get<{ id: number }>(
      `SELECT other.id FROM sourcestamps own JOIN sourcestamps other
         ON other.project = own.project AND other.repository = ? AND ifnull(other.branch, '') = ifnull(own.branch, '')
         AND ifnull(other.revision, '') = ifnull(own.revision, '')
       WHERE own.id = ?`,
      masked,
      id,
    )
    if (same)
      db.run('UPDATE buildsets SET sourcestamp_id = ? WHERE sourcestamp_id = ?', same.id, id)
    const kept = same ? `${masked}#sourcestamp-${id}` : masked
    db.run('UPDATE sourcestamps SET repository = ? WHERE id = ?', kept, id)
  }
}

// As git/address.ts had it when this was written.
const IN_TEXT = /([a-z][a-z0-9+.-]*:\/\/)([^\s/?#'"<>()[\]]*)@/gi
const TOKEN = /^(gh[pousr]_|github_pat_|glpat-|npm_|xox[abp]-)|^[\w-]{24,}$/

function mask(text: string): string {
  return text.replace(IN_TEXT, (whole, scheme: string, user: string) => {
    const colon = user.indexOf(':')
    const name = colon < 0 ? user : user.slice(0, colon)
    if (colon < 0 && !TOKEN.test(name)) return whole
    const password = user.slice(colon + 1)
    const isSecret = TOKEN.test(name) || password === '' || password === 'x-oauth-basic'
    return isSecret ? scheme : `${scheme}${name}@`
  })
}
