import { createHash } from 'node:crypto'

/** The folder of a builder on a slave: its name where that is safe on every system, else with a hash. */
export function buildFolder(builder: string): string {
  const safe = safeName(builder)
  return safe === builder && !isReserved(safe) ? safe : hashedFolder(builder)
}

/**
 * The folders of those whose names differ in case alone: macOS and Windows would take their plain
 * names for one folder. Each of them has a hash, so that none gets what another has left.
 */
export function foldersOfTwins(names: readonly string[]): ReadonlyMap<string, string> {
  const plain = new Map([...new Set(names)].map(name => [name, buildFolder(name).toLowerCase()]))
  const counts = new Map<string, number>()
  for (const folder of plain.values()) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  const twins = [...plain].filter(([, folder]) => counts.get(folder)! > 1)
  return new Map(twins.map(([name]) => [name, hashedFolder(name)]))
}

function hashedFolder(name: string): string {
  const safe = safeName(name)
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `${(isReserved(safe) ? safe.replace('.', '_') : safe).slice(0, 40)}-${hash}`
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._]+|\.+$/g, '')
}

// Devices of Windows, with whatever ending.
function isReserved(name: string): boolean {
  return /^(con|conin\$|conout\$|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)
}

/** Joins a folder of the slave and a path from the configuration, which may be absolute. */
export function onSlave(folder: string, path: string, system: unknown): string {
  const separator = system === 'nt' ? '\\' : '/'
  if (path === '') return folder
  if (path.startsWith('/') || (system === 'nt' && /^([a-z]:|\\)/i.test(path))) return path
  return `${folder}${separator}${path}`
}

/** The folder of a slave below `slaves`: its name, but where Windows has no folder of that name. */
export function slaveFolder(name: string): string {
  return process.platform === 'win32' ? buildFolder(name) : name
}
