import type { Facts } from '../master/upgrade/check.ts'
import type { Channel, Handlers, RecoveryStatus } from './contract.ts'
import { RefusedError } from './refused.ts'

/** What a shell can do while no master runs, and what it has to say when one does. */
export interface RecoveryPort {
  status(): RecoveryStatus
  facts(): Facts
  report(): string
  retry(): void
  cancel(): void
  look(): Promise<void>
  leave(): Promise<void>
  restore(name: string): Promise<void>
  export(into: string): Promise<string>
  goOn(): Promise<void>
  startEmpty(): Promise<void>
  show(what: 'data' | 'log'): Promise<string | null>
}

type RecoveryHandlers = Pick<
  Handlers,
  | 'recovery:status'
  | 'recovery:report'
  | 'recovery:retry'
  | 'recovery:cancel'
  | 'recovery:look'
  | 'recovery:leave'
  | 'recovery:restore'
  | 'recovery:export'
  | 'recovery:goOn'
  | 'recovery:startEmpty'
  | 'recovery:show'
>

export function recoveryHandlers(port: RecoveryPort | undefined): RecoveryHandlers {
  const there = () => {
    if (!port) throw new RefusedError('Nothing has to be recovered: the master runs.')
    return port
  }
  return {
    'recovery:status': () => port?.status() ?? { phase: 'running' },
    'recovery:report': () => there().report(),
    'recovery:retry': () => there().retry(),
    'recovery:cancel': () => there().cancel(),
    'recovery:look': () => there().look(),
    'recovery:leave': () => there().leave(),
    'recovery:restore': ({ name }) => there().restore(name),
    'recovery:export': ({ into }) => there().export(into),
    'recovery:goOn': () => there().goOn(),
    'recovery:startEmpty': () => there().startEmpty(),
    'recovery:show': ({ what }) => there().show(what),
  }
}

/** What may be asked of a history that is only looked at, besides all of `history:`, which can't write. */
const READING: ReadonlySet<string> = new Set<Channel>([
  'desk:snapshot',
  'desk:freeBytes',
  'news:since',
  'person:identity',
  'builds:page',
  'build:details',
  'build:byNumber',
  'changes:page',
  'change:builds',
  'log:lines',
  'log:piece',
  'log:outline',
  'log:screen',
  'log:search',
  'logs:search',
  'config:read',
  'backup:list',
  'views:list',
  'look:read',
])

/** Handlers of which those that would write, or start something, refuse and say why. */
export function onlyReading(handlers: Handlers, why: string): Handlers {
  return mapHandlers(handlers, (channel, handler) =>
    READING.has(channel) || /^(history|recovery):|^repository:choose$/.test(channel)
      ? handler
      : refuse(why),
  )
}

/** Handlers of a shell whose master can't start. */
export function onlyRecovery(
  port: RecoveryPort,
  channels: readonly string[],
  why: () => string,
  own: Partial<Handlers>,
): Handlers {
  const handlers: Record<string, unknown> = {}
  for (const channel of channels)
    handlers[channel] = () => {
      throw new RefusedError(why())
    }
  return { ...handlers, ...own, ...recoveryHandlers(port) } as Handlers
}

function mapHandlers(
  handlers: Handlers,
  map: (channel: string, handler: unknown) => unknown,
): Handlers {
  return Object.fromEntries(
    Object.entries(handlers).map(([channel, handler]) => [channel, map(channel, handler)]),
  ) as unknown as Handlers
}

function refuse(why: string) {
  return () => {
    throw new RefusedError(why)
  }
}
