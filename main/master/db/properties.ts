import type { BuildId, BuildsetId, ChangeId, Properties, PropertyValue } from '../model.ts'
import type { Database } from './database.ts'
import { readJson } from './json.ts'

type Owner =
  | { readonly build: BuildId }
  | { readonly buildset: BuildsetId }
  | { readonly change: ChangeId }

/** Adds properties, replacing those of the same name. */
export function saveProperties(db: Database, owner: Owner, properties: Properties): void {
  const [noun, id] = tableOf(owner)
  for (const [name, { value, source }] of Object.entries(properties))
    db.run(
      `INSERT INTO ${noun}_properties (${noun}_id, name, value, source) VALUES (?, ?, ?, ?)
       ON CONFLICT (${noun}_id, name) DO UPDATE SET value = excluded.value, source = excluded.source`,
      id,
      name,
      JSON.stringify(value),
      source,
    )
}

/** Those of which the value can be read. */
export function readProperties(db: Database, owner: Owner): Properties {
  const [noun, id] = tableOf(owner)
  const rows = db.all<{ name: string; value: string; source: string }>(
    `SELECT name, value, source FROM ${noun}_properties WHERE ${noun}_id = ? ORDER BY name`,
    id,
  )
  return Object.fromEntries(
    rows.flatMap(({ name, value: text, source }) => {
      const value = readJson(text) as PropertyValue | undefined
      return value === undefined ? [] : [[name, { value, source }]]
    }),
  )
}

function tableOf(owner: Owner): [noun: string, id: BuildId | BuildsetId | ChangeId] {
  if ('build' in owner) return ['build', owner.build]
  return 'buildset' in owner ? ['buildset', owner.buildset] : ['change', owner.change]
}
