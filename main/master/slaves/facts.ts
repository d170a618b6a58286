import type { PropertyValue, Slave, SlaveInfo, SlaveVitals } from '../model.ts'

/** What a slave's machine is and has, in words of our own. `null` is what it does not tell. */
export interface SlaveFacts {
  /** `linux`, `macos`, `windows`, or what Node calls a rarer system. */
  readonly os: string | null
  /** The id of a Linux distribution: `debian`. */
  readonly distro: string | null
  readonly osVersion: string | null
  /** As Node has it: `x64`, `arm64`. */
  readonly arch: string | null
  readonly cpus: number | null
  readonly memoryBytes: number | null
  readonly diskFreeBytes: number | null
  /** Versions of the programs that it found. `null` as a whole when it does not look for them. */
  readonly tools: Readonly<Record<string, string>> | null
}

/**
 * Reads a slave's facts from its info: ours tells them; of a stock
 * `buildbot-worker` it is known what it tells masters: `os_id`, `system`, `numcpus`.
 */
export function factsOf(info: SlaveInfo, vitals?: SlaveVitals): SlaveFacts {
  const distro = text(info.os_id)
  return {
    os: osOf(info, distro),
    distro,
    osVersion: text(info.os_version_id),
    arch: text(info.arch),
    cpus: number(info.numcpus),
    memoryBytes: number(info.memory_bytes),
    diskFreeBytes: vitals?.diskFreeBytes ?? number(info.disk_free_bytes),
    tools: toolsOf(info.tools),
  }
}

/** The facts by the names under which expressions know them: `slave.os`, `slave.tools.node`. */
export function factNamed(
  slave: Pick<Slave, 'name' | 'info' | 'tags'>,
  name: string,
): PropertyValue | undefined {
  if (name === 'name') return slave.name
  if (name === 'tags') return slave.tags
  const facts = factsOf(slave.info)
  if (name.startsWith('tools.')) return own(facts.tools ?? {}, name.slice('tools.'.length))
  const { memoryBytes: memory, ...others } = facts
  return own<PropertyValue>({ ...others, memory }, name) ?? undefined
}

// They are kept in the history with each build, so they are few and short.
export const MOST_TOOLS = 200
export const LONGEST_VERSION = 100

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' }

function osOf(info: SlaveInfo, distro: string | null): string | null {
  const platform = text(info.platform)
  if (platform !== null) return own(SYSTEMS, platform) ?? platform
  if (info.system === 'nt') return 'windows'
  // Of the systems that call themselves posix, Linux has the file that names the distribution.
  return info.system === 'posix' && distro !== null ? 'linux' : null
}

function toolsOf(value: unknown): Readonly<Record<string, string>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => typeof one === 'string')
      .slice(0, MOST_TOOLS)
      .map(([name, version]) => [name, version.slice(0, LONGEST_VERSION)]),
  )
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** Not what every object has. */
export function own<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}
