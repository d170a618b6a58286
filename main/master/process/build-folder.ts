import { createHash } from 'node:crypto'

/** The folder of a builder on a slave: its name where that is safe on every system, else with a hash. */
export function buildFolder(builder: string): string {
  const safe = builder.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._]+|\.+$/g, '')
  const reserved = isReserved(safe)
  if (safe === builder && !reserved) return safe
  const hash = createHash('sha256').update(builder).digest('hex').slice(0, 6)
  return `${(reserved ? safe.replace('.', '_') : safe).slice(0, 40)}-${hash}`
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
