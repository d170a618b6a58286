import { isMap, isSeq, type YAMLMap } from 'yaml'
import { NEW_FILE } from './edit.ts'
import { addToList, readDocument, setKey } from './yaml-edit.ts'

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
  const before = slaveAt(next, name)
  if (before) return setAddress(next, before, slave)
  const item = {
    name,
    kind: 'remote',
    ...(address !== null && { address }),
    ...(tags.length > 0 && { tags }),
    ...(maxBuilds !== null && { maxBuilds }),
  }
  // Where no slave is named there is one; it must not go when another comes.
  const first = isListed(next, 'slaves') ? next : addToList(next, 'slaves', { name: 'local' })
  return addToList(first, 'slaves', item)
}

/** The text with this port as the one where slaves dial in. */
export function setSlavePort(text: string, port: number): string {
  const next = text.trim() === '' ? NEW_FILE : text
  const written = readDocument(next).get('slavePort')
  const what = '"slavePort"'
  if (isMap(written)) return setKey(next, what, ['slavePort', 'port'], port)
  const host = /^(.+):\d+$/.exec(String(written))?.[1]
  const value = host ? `${host}:${port}` : port
  return setKey(next, what, ['slavePort'], value, { after: 'title', first: true })
}

function isListed(text: string, section: string): boolean {
  const list = readDocument(text).get(section)
  return isSeq(list) && list.items.length > 0
}

interface SlaveAt {
  readonly index: number
  readonly item: YAMLMap
}

function slaveAt(text: string, name: string): SlaveAt | undefined {
  const slaves = readDocument(text).get('slaves')
  if (!isSeq(slaves)) return undefined
  const index = slaves.items.findIndex(item => isMap(item) && item.get('name') === name)
  const item = slaves.items[index]
  return isMap(item) ? { index, item } : undefined
}

// Whoever pairs again may have given the machine another address; all else is a person's own.
function setAddress(text: string, { index, item }: SlaveAt, { name, address }: SlaveDraft): string {
  const kind = item.get('kind') ?? (item.has('address') ? 'remote' : 'local')
  if (kind !== 'remote')
    throw new Error(`there is a slave "${name}" of kind ${kind} already. Choose another name.`)
  const written = item.get('address') ?? null
  if (written === address) return text
  if (address === null)
    throw new Error(
      `the slave "${name}" is dialled at ${written}. Choose another name, or take its address out of master.yml.`,
    )
  return setKey(text, `the slave "${name}"`, ['slaves', index, 'address'], address, {
    after: 'name',
  })
}
