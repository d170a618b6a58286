import { dirname, resolve } from 'node:path'
import { homeFolder } from '../../../slave/protocol/home.ts'
import type { SlaveKind } from '../model.ts'
import { parseDuration } from './duration.ts'
import type { ElasticConfig } from './elastic.ts'
import { ELASTIC_KEYS } from './elastic-shape.ts'
import type { Path, Problems } from './parse.ts'
import type { OuterShape } from './schema.ts'

type SlaveShape = NonNullable<OuterShape['slaves']>[number]

const IDLE_MS = 5 * 60_000
const START_MS = 5 * 60_000
const BASEDIR = '/tmp/triphammer'

/** What a slave that starts on demand needs; `null` for the other kinds, and where something is missing. */
export function buildElastic(
  slave: SlaveShape,
  kind: SlaveKind,
  file: string,
  path: Path,
  problems: Problems,
): ElasticConfig | null {
  refuseForeignKeys(slave, kind, path, problems)
  const { idleTimeout, startTimeout, node = 'node', image, host } = slave
  const base = {
    node,
    idleTimeoutMs: idleTimeout === undefined ? IDLE_MS : parseDuration(idleTimeout)!,
    startTimeoutMs: startTimeout === undefined ? START_MS : parseDuration(startTimeout)!,
  }
  const env = texts(slave.env ?? {})
  switch (kind) {
    case 'docker': {
      if (!needs(image, 'image', 'such as node:24', path, problems)) return null
      const { engine = 'docker', pull = 'missing', volumes = [], network = null } = slave
      const { basedir = BASEDIR, arguments: more = [] } = slave
      return { ...base, kind, engine, image, pull, volumes, network, env, arguments: more, basedir }
    }
    case 'ssh': {
      if (!needs(host, 'host', 'as you would type it after ssh', path, problems)) return null
      const { user = null, port = null, command = null, basedir = null } = slave
      const sshConfig = slave.sshConfig === undefined ? null : toPath(slave.sshConfig, file)
      return { ...base, kind, host, user, port, sshConfig, command, basedir }
    }
    case 'kubernetes': {
      if (!needs(image, 'image', 'such as node:24', path, problems)) return null
      const { namespace = null, context = null, pull = 'missing', basedir = BASEDIR } = slave
      const { requests, limits } = slave.resources ?? {}
      const resources = {
        ...(requests && { requests: texts(requests) }),
        ...(limits && { limits: texts(limits) }),
      }
      return { ...base, kind, image, namespace, context, resources, env, pull, basedir }
    }
    default:
      return null
  }
}

/** The names of a slave's machines: its own, or numbered where there may be several. */
export function machineNames({ name, machines = 1 }: SlaveShape): string[] {
  return machines === 1 ? [name] : Array.from({ length: machines }, (_, i) => `${name}-${i + 1}`)
}

/** Machines that may share a disk do not share the folder in which builds are made. */
export function ownFolder(config: ElasticConfig, name: string, machines: number): ElasticConfig {
  const { basedir } = config
  return machines === 1 || basedir === null ? config : { ...config, basedir: `${basedir}/${name}` }
}

function refuseForeignKeys(slave: SlaveShape, kind: SlaveKind, path: Path, problems: Problems) {
  for (const [key, kinds] of Object.entries(ELASTIC_KEYS) as [
    keyof typeof ELASTIC_KEYS,
    readonly SlaveKind[],
  ][])
    if (slave[key] !== undefined && !kinds.includes(kind))
      problems.add(
        [...path, key],
        `a slave of kind ${kind} has no "${key}"; ${kinds.length === 1 ? `only kind ${kinds[0]} has` : `kinds ${kinds.join(', ')} have`} it`,
      )
}

function needs(
  value: string | undefined,
  key: string,
  hint: string,
  path: Path,
  problems: Problems,
): value is string {
  if (value === undefined) problems.add([...path, key], `is needed, ${hint}`)
  return value !== undefined
}

function toPath(path: string, file: string): string {
  const home = homeFolder()
  return home && path.startsWith('~/') ? resolve(home, path.slice(2)) : resolve(dirname(file), path)
}

function texts(map: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]))
}
