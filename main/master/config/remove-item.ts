import { isMap, isSeq } from 'yaml'
import { readDocument, takeFromList } from './yaml-edit.ts'

/**
 * The text of master.yml without the item of that name in a section's list; all
 * else stays, to the letter. `undefined` when there is no such item.
 *
 * @throws Error when the text is no YAML, or the item can't be taken out alone.
 */
export function removeItem(text: string, section: string, name: string): string | undefined {
  const list = readDocument(text).get(section)
  if (!isSeq(list)) return undefined
  const at = list.items.findIndex(item => isMap(item) && item.get('name') === name)
  return at < 0 ? undefined : takeFromList(text, section, at)
}
