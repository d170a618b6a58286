import { createHash } from 'node:crypto'

/** The folder of a builder on a slave: its name where that is safe on every system, else with a hash. */
export function buildFolder(builder: string): string {
  const safe = builder.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._]+|\.+$/g, '')
  if (safe === builder && !/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe)) return safe
  const hash = createHash('sha256').update(builder).digest('hex').slice(0, 6)
  return `${safe.slice(0, 40)}-${hash}`
}

/** Joins a folder of the slave and a path from the configuration, which may be absolute. */
export function onSlave(folder: string, path: string, system: unknown): string {
  const separator = system === 'nt' ? '\\' : '/'
  if (path === '') return folder
  if (path.startsWith('/') || (system === 'nt' && /^([a-z]:|\\)/i.test(path))) return path
  return `${folder}${separator}${path}`
}
