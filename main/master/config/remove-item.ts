import { isMap, isSeq, type YAMLSeq } from 'yaml'
import { endOfLine, readDocument } from './edit.ts'

interface Ranged {
  readonly range?: [number, number, number] | null
}

/**
 * The text of master.yml without the item of that name in a section's list; all
 * else stays, to the letter. `undefined` when there is no such item.
 *
 * @throws Error when the text is no YAML.
 */
export function removeItem(text: string, section: string, name: string): string | undefined {
  const list = readDocument(text).get(section)
  if (!isSeq(list)) return undefined
  const at = list.items.findIndex(item => isMap(item) && item.get('name') === name)
  if (at < 0) return undefined
  if (list.flow) return removeFromFlow(text, list, at)
  const [start, end] = (list.items[at] as Ranged).range!
  const from = text.lastIndexOf('\n', start - 1) + 1
  const rest = text.slice(0, from) + text.slice(endOfLine(text, end - 1))
  // A key with nothing below it would be no list.
  return list.items.length > 1
    ? rest
    : rest.replace(new RegExp(`^(["']?)${section}\\1\\s*:`, 'm'), key => `${key} []`)
}

// With the comma that parts it from its neighbour.
function removeFromFlow(text: string, list: YAMLSeq, at: number): string {
  const rangeOf = (index: number) => (list.items[index] as Ranged).range!
  if (at + 1 < list.items.length)
    return text.slice(0, rangeOf(at)[0]) + text.slice(rangeOf(at + 1)[0])
  const from = at > 0 ? rangeOf(at - 1)[1] : rangeOf(at)[0]
  return text.slice(0, from) + text.slice(rangeOf(at)[1])
}
