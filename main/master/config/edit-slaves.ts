import { type Document, isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { addItem, endOfLine, NEW_FILE, readDocument } from './edit.ts'

export interface SlaveDraft {
  readonly name: string
  /** Where it is dialled; `null` when it dials in. */
  readonly address: string | null
  readonly tags: readonly string[]
  readonly maxBuilds: number | null
}

/**
 * The text with a remote slave added, or with the address that a remote slave of
 * that name has now.
 *
 * @throws Error when the text is no YAML, or the name is that of another slave.
 */
export function addSlave(text: string, slave: SlaveDraft): string {
  const { name, address, tags, maxBuilds } = slave
  const next = text.trim() === '' ? NEW_FILE : text
  const before = slaveItem(next, name)
  if (before) return setAddress(next, before, slave)
  const item = {
    name,
    kind: 'remote',
    ...(address !== null && { address }),
    ...(tags.length > 0 && { tags }),
    ...(maxBuilds !== null && { maxBuilds }),
  }
  // Where no slave is named there is one; it must not go when another comes.
  const first = isListed(next, 'slaves') ? next : addItem(next, 'slaves', { name: 'local' })
  return addItem(first, 'slaves', item)
}

/** The text with this port as the one where slaves dial in. */
export function setSlavePort(text: string, port: number): string {
  const next = text.trim() === '' ? NEW_FILE : text
  const document = readDocument(next)
  if (!document.has('slavePort')) {
    const title = isMap(document.contents) && document.contents.get('title', true)
    const range = isScalar(title) ? title.range : undefined
    const at = range ? endOfLine(next, range[1]) : startOfContent(next, document)
    const before = next.slice(0, at)
    return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}slavePort: ${port}\n${next.slice(at)}`
  }
  const written = document.get('slavePort', true)
  if (isMap(written)) return replaceValue(next, written, 'port', String(port))
  const range = (written as { range?: [number, number, number] | null } | undefined)?.range
  if (!range) throw new Error('"slavePort" of master.yml can\'t be read. Mend it first.')
  const host = /^(.+):\d+$/.exec(String((written as { value?: unknown }).value))?.[1]
  const value = host ? JSON.stringify(`${host}:${port}`) : String(port)
  return next.slice(0, range[0]) + value + next.slice(range[1])
}

function isListed(text: string, section: string): boolean {
  const list = readDocument(text).get(section)
  return isSeq(list) && list.items.length > 0
}

function slaveItem(text: string, name: string): YAMLMap | undefined {
  const slaves = readDocument(text).get('slaves')
  if (!isSeq(slaves)) return undefined
  return slaves.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name)
}

// Whoever pairs again may have given the machine another address; all else is a person's own.
function setAddress(text: string, item: YAMLMap, { name, address }: SlaveDraft): string {
  const kind = item.get('kind') ?? (item.has('address') ? 'remote' : 'local')
  if (kind !== 'remote')
    throw new Error(`there is a slave "${name}" of kind ${kind} already. Choose another name.`)
  const written = item.get('address') ?? null
  if (written === address) return text
  if (address === null)
    throw new Error(
      `the slave "${name}" is dialled at ${written}. Choose another name, or take its address out of master.yml.`,
    )
  if (item.has('address')) return replaceValue(text, item, 'address', JSON.stringify(address))
  const own = item.get('name', true)
  const [, end] = (isScalar(own) && own.range) as [number, number, number]
  const added = `address: ${JSON.stringify(address)}`
  if (item.flow) return `${text.slice(0, end)}, ${added}${text.slice(end)}`
  const start = item.range![0]
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))
  const at = endOfLine(text, end)
  return `${text.slice(0, at)}${text[at - 1] === '\n' ? '' : '\n'}${indent}${added}\n${text.slice(at)}`
}

function replaceValue(text: string, map: YAMLMap, key: string, value: string): string {
  const range = (map.get(key, true) as { range?: [number, number, number] | null }).range!
  return text.slice(0, range[0]) + value + text.slice(range[1])
}

// After the comment on top of the file, which is about the file.
function startOfContent(text: string, document: Document): number {
  if (!isMap(document.contents)) return text.length
  return document.contents.range![0]
}
