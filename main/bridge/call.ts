import { z } from 'zod'
import { pastLock } from '../master/data/gate.ts'
import { beyond } from '../master/extent.ts'
import { wordsOfFullDisk } from '../master/room.ts'
import type { Arguments, Channel, Handlers, Reply } from './contract.ts'
import { RefusedError } from './refused.ts'

// Types stop at a process's edge: what a page or a program sends is parsed.
const EXTENT = { depth: 64, values: 200_000 }
const MOST_PROPERTIES = 1000
const LONGEST_VALUE = 100_000
const id = z.int().min(0)
const name = z.string().max(1000)
// What a build is asked for. Git takes neither, and an empty one is none.
const ref = name
  .refine(text => !/\p{Cc}/u.test(text), 'holds a control character, which no name in git does')
  .refine(text => !text.startsWith('-'), 'begins with a dash, which no name in git does')
// As far as a Date goes.
const moment = z.int().min(0).max(8.64e15)
const cells = z.int().min(1).max(1000)
const value: z.ZodType = z
  .json()
  .refine(
    one => JSON.stringify(one).length <= LONGEST_VALUE,
    `must have at most ${LONGEST_VALUE} characters`,
  )
const properties = z
  .record(name, value)
  .refine(
    all => Object.keys(all).length <= MOST_PROPERTIES,
    `must be at most ${MOST_PROPERTIES} properties`,
  )
const stretch = { from: z.int(), to: z.int() }
const draft = z.object({
  project: name,
  repository: name,
  builder: name,
  slaves: z.array(name),
  start: z.enum(['anyBranch', 'ownBranch', 'force']),
  branch: name.nullable(),
  steps: z
    .array(
      z.object({
        kind: z.enum(['git', 'shell', 'test', 'upload']),
        name,
        text: z.string().max(100_000),
        warnOnly: z.boolean().optional(),
        workdir: name.optional(),
        program: z.array(name).min(1).max(20).optional(),
        env: z.record(name, z.string().max(100_000)).optional(),
      }),
    )
    .max(200),
})

const newSlave = {
  name: z.string().min(1).max(60),
  tags: z.array(name).max(100),
  maxBuilds: z.int().min(1).max(1000).nullable(),
}
const viewName = z.string().max(60, 'must have at most 60 characters')
// It is to stand in a link.
const newViewName = viewName.refine(text => text.isWellFormed(), 'holds half of a character')
// Names of all columns may be in it.
const place = z.string().startsWith('/', 'must begin with a slash').max(100_000)
// A stock worker brings the one that it has, however short.
const password = z.string().min(1, 'must not be empty').max(500)

const SHAPES: Readonly<Record<Channel, z.ZodType>> = {
  'desk:snapshot': z.tuple([]),
  'news:since': z.tuple([z.object({ startedAt: moment, seq: z.int().nonnegative() })]),
  'desk:freeBytes': z.tuple([]),
  'builds:page': z.tuple([
    z.object({ builderId: id.optional(), before: id.optional(), limit: z.int().min(1) }),
  ]),
  'history:summary': z.tuple([z.object(stretch)]),
  'history:page': z.tuple([
    z.object({
      at: stretch.from,
      side: z.enum(['before', 'from']),
      limit: z.int().min(1).max(5000),
    }),
  ]),
  'history:days': z.tuple([
    z.object({
      ...stretch,
      offsetMs: z.int().min(-86_400_000).max(86_400_000),
      by: z.enum(['builder', 'slave']),
    }),
  ]),
  'history:density': z.tuple([z.object({ ...stretch, parts: z.int().min(1).max(5000) })]),
  'history:beginning': z.tuple([]),
  'history:holdings': z.tuple([
    z.object({
      project: name.nullable(),
      branch: name.nullable(),
      who: z.array(name).max(20),
      before: id.nullable(),
      limit: z.int().min(1).max(200),
    }),
  ]),
  'history:blame': z.tuple([z.array(id).max(2000)]),
  'history:authors': z.tuple([z.array(id).max(2000)]),
  'history:inside': z.tuple([id]),
  'history:red': z.tuple([]),
  'history:lastEvents': z.tuple([z.array(name).max(50)]),
  'history:vitals': z.tuple([z.object({ ...stretch, parts: z.int().min(1).max(400) })]),
  'history:load': z.tuple([z.object({ ...stretch, parts: z.int().min(1).max(400), now: z.int() })]),
  'history:tests': z.tuple([
    z.object({
      builderId: id.nullable(),
      search: name,
      order: z.enum(['flaky', 'failing', 'slow', 'name']),
      limit: z.int().min(1).max(1000),
    }),
  ]),
  'history:test': z.tuple([z.object({ builderId: id, suite: name, name })]),
  'history:between': z.tuple([z.object({ a: id, b: id })]),
  'history:trends': z.tuple([
    z.object({ ...stretch, parts: z.int().min(1).max(400), builders: z.array(id).max(12) }),
  ]),
  'person:identity': z.tuple([]),
  'build:details': z.tuple([id]),
  'build:byNumber': z.tuple([z.object({ builder: name, number: id })]),
  'build:stop': z.tuple([z.object({ id, reason: name })]),
  'build:rebuild': z.tuple([z.object({ id })]),
  'build:retryFrom': z.tuple([z.object({ id, step: name })]),
  'build:bisect': z.tuple([z.object({ id })]),
  'build:stopBisect': z.tuple([z.object({ id })]),
  'build:force': z.tuple([
    z.object({
      builderId: id,
      branch: ref.nullable(),
      revision: ref.nullable(),
      reason: name,
      properties,
    }),
  ]),
  'force:offer': z.tuple([id]),
  'request:cancel': z.tuple([z.object({ id })]),
  'changes:page': z.tuple([z.object({ before: id.optional(), limit: z.int().min(1) })]),
  'change:builds': z.tuple([id]),
  'log:lines': z.tuple([z.object({ logId: id, first: id, count: z.int().min(0) })]),
  'log:search': z.tuple([
    z.object({
      logId: id,
      pattern: name,
      regex: z.boolean(),
      ignoreCase: z.boolean(),
      from: z.object({ line: id, byte: id }),
      limit: z.int().min(1),
    }),
  ]),
  'log:outline': z.tuple([
    z.object({
      logId: id,
      from: z.object({ line: id, byte: id }),
      redraw: z.object({ line: id, to: id, reach: id, above: id }).nullable().optional(),
    }),
  ]),
  'log:screen': z.tuple([
    z.object({
      logId: id,
      first: id,
      last: id,
      rowless: z.array(z.tuple([id, id])).max(2000, 'has more than 2000 stretches'),
      above: id,
    }),
  ]),
  'log:piece': z.tuple([z.object({ logId: id, line: id, from: id })]),
  'logs:search': z.tuple([
    z.object({
      pattern: name,
      regex: z.boolean(),
      ignoreCase: z.boolean(),
      builder: name.optional(),
      since: moment.optional(),
      results: z.literal([0, 1, 2, 3, 4, 5, 6]).optional(),
      from: z.object({ buildId: z.int(), logId: id, line: id, byte: id, found: id }).nullable(),
    }),
  ]),
  'slave:console': z.tuple([name]),
  'slave:vitals': z.tuple([name]),
  'slave:pause': z.tuple([
    z.object({ name, reason: name, until: moment.nullable(), by: name.optional() }),
  ]),
  'slave:unpause': z.tuple([z.object({ name })]),
  'slave:drain': z.tuple([z.object({ name, on: z.boolean() })]),
  'slave:kill': z.tuple([z.object({ name, by: name.optional() })]),
  'slave:remove': z.tuple([z.object({ name })]),
  'slave:resetQuarantine': z.tuple([z.object({ name })]),
  'terminal:open': z.tuple([
    z.object({ slave: name, buildId: id.nullable(), cols: cells, rows: cells }),
  ]),
  'terminal:write': z.tuple([z.object({ terminalId: name, data: z.base64().max(2_000_000) })]),
  'terminal:resize': z.tuple([z.object({ terminalId: name, cols: cells, rows: cells })]),
  'terminal:took': z.tuple([z.object({ terminalId: name, upTo: id, again: z.boolean() })]),
  'terminal:close': z.tuple([z.object({ terminalId: name })]),
  'attach:info': z.tuple([]),
  'attach:listen': z.tuple([z.object({ port: z.int().min(1).max(65_535) })]),
  'attach:probe': z.tuple([z.object({ address: name })]),
  'attach:pair': z.tuple([z.object({ ...newSlave, address: name, code: name, fingerprint: name })]),
  'attach:invite': z.tuple([z.object({ ...newSlave, password: password.optional() })]),
  'attach:revoke': z.tuple([z.object({ name })]),
  'repository:suggest': z.tuple([]),
  'repository:inspect': z.tuple([z.object({ repository: name })]),
  'repository:preview': z.tuple([draft]),
  'repository:add': z.tuple([z.object({ draft, build: z.boolean() })]),
  'repository:run': z.tuple([z.object({ repository: name })]),
  'repository:choose': z.tuple([]),
  'demo:add': z.tuple([]),
  'demo:remove': z.tuple([]),
  'project:poll': z.tuple([z.object({ name })]),
  'config:read': z.tuple([]),
  'config:reload': z.tuple([]),
  'recovery:status': z.tuple([]),
  'recovery:report': z.tuple([]),
  'recovery:retry': z.tuple([]),
  'recovery:cancel': z.tuple([]),
  'recovery:look': z.tuple([]),
  'recovery:leave': z.tuple([]),
  'recovery:restore': z.tuple([z.object({ name })]),
  'recovery:export': z.tuple([z.object({ into: name })]),
  'recovery:goOn': z.tuple([]),
  'recovery:startEmpty': z.tuple([]),
  'recovery:show': z.tuple([z.object({ what: z.enum(['data', 'log']) })]),
  'backup:list': z.tuple([]),
  'backup:create': z.tuple([]),
  'backup:settings': z.tuple([
    z.object({
      keep: z.int().min(1).max(1000).optional(),
      maxSizeBytes: z.int().min(0).optional(),
      daily: z.boolean().optional(),
    }),
  ]),
  'environment:show': z.tuple([]),
  'environment:refresh': z.tuple([]),
  'environment:pin': z.tuple([]),
  'environment:unpin': z.tuple([]),
  'views:list': z.tuple([]),
  'views:save': z.tuple([z.object({ name: newViewName, place, replace: z.boolean() })]),
  'views:rename': z.tuple([z.object({ name: viewName, to: newViewName })]),
  'views:delete': z.tuple([z.object({ name: viewName })]),
  'look:read': z.tuple([]),
  'sessions:list': z.tuple([]),
  'sessions:end': z.tuple([z.object({ ids: z.array(z.string().max(100)).max(1000) })]),
  'look:keep': z.tuple([z.object({ place })]),
  'desktop:diagnostics': z.tuple([]),
  'desktop:quit': z.tuple([]),
  'window:open': z.tuple([z.object({ place })]),
  'desktop:show': z.tuple([]),
  'desktop:configure': z.tuple([
    z.object({
      tray: z.boolean().optional(),
      background: z.boolean().optional(),
      login: z.boolean().optional(),
      keepAwake: z.boolean().optional(),
      muted: z.array(name).max(10_000).optional(),
    }),
  ]),
  'desktop:command': z.tuple([z.object({ on: z.boolean().nullable() })]),
  'update:status': z.tuple([]),
  'update:check': z.tuple([]),
  'update:apply': z.tuple([
    z.object({ how: z.enum(['now', 'wait', 'quit', 'quiet']), agreed: z.array(id).max(10_000) }),
  ]),
  'update:cancel': z.tuple([]),
  'update:configure': z.tuple([
    z.object({
      check: z.boolean().optional(),
      channel: z.enum(['latest', 'beta']).optional(),
      apply: z.enum(['ask', 'quit', 'quiet']).optional(),
    }),
  ]),
}

/** What a person asks of builds and slaves waits while another program holds the history. */
const WAITS: ReadonlySet<Channel> = new Set<Channel>([
  'build:force',
  'build:rebuild',
  'build:retryFrom',
  'build:bisect',
  'build:stopBisect',
  'request:cancel',
  'slave:pause',
  'slave:unpause',
  'slave:drain',
  'slave:resetQuarantine',
  'slave:kill',
])

/** All that can be asked. */
export const CHANNELS = Object.keys(SHAPES) as readonly Channel[]

function isChannel(channel: string): channel is Channel {
  return Object.hasOwn(SHAPES, channel)
}

/**
 * Answers a request that came over a process's edge. It never throws: a fault is
 * one sentence in the reply, and what nobody expected is in the app's log too.
 */
export async function callHandler(
  handlers: Handlers,
  channel: unknown,
  args: unknown,
  log: (text: string) => void,
): Promise<Reply<unknown>> {
  if (typeof channel !== 'string')
    return { ok: false, error: 'a request needs the name of its channel, as text' }
  if (!isChannel(channel)) return { ok: false, error: `there is no request "${channel}"` }
  try {
    const handler = handlers[channel] as (...args: unknown[]) => unknown
    const given = parseArguments(channel, args) as unknown[]
    const work = () => handler(...given)
    return { ok: true, value: await (WAITS.has(channel) ? pastLock(work) : work()) }
  } catch (error) {
    if (error instanceof ArgumentError) return { ok: false, error: `${channel}: ${error.message}` }
    if (!(error instanceof RefusedError)) log(`${channel}: ${(error as Error).stack ?? error}`)
    return { ok: false, error: wordsOfFullDisk(error) ?? (error as Error).message }
  }
}

/** Thrown when what was sent is not what a request takes. */
export class ArgumentError extends RefusedError {}

/** @throws ArgumentError with one sentence that says what is wrong. */
export function parseArguments<C extends Channel>(channel: C, args: unknown): Arguments<C> {
  const wrong = beyond(args, EXTENT)
  if (wrong) throw new ArgumentError(`what was sent ${wrong}`)
  const parsed = SHAPES[channel].safeParse(args)
  if (parsed.success) return parsed.data as Arguments<C>
  const [issue] = parsed.error.issues
  const where = issue!.path.slice(1).join('.').slice(0, LONGEST_PLACE) || 'arguments'
  throw new ArgumentError(`${where}: ${describe(issue!)}`)
}

/** The same handlers for another edge: what comes over it is parsed as what comes over the bridge. */
export function parsing(handlers: Handlers): Handlers {
  return Object.fromEntries(
    CHANNELS.map(channel => [
      channel,
      (...args: unknown[]) =>
        (handlers[channel] as (...args: unknown[]) => unknown)(
          ...(parseArguments(channel, args) as unknown[]),
        ),
    ]),
  ) as unknown as Handlers
}

const LONGEST_PLACE = 100
const NOUNS: Readonly<Record<string, string>> = {
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

// In the words of a person who sends it, not in those of the library that looks.
function describe(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too (big|small)|Unrecognized)/.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is needed'
        : `must be ${NOUNS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`
    case 'too_big':
      return `must ${issue.origin === 'string' ? 'have' : 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`
    case 'too_small':
      return `must ${issue.origin === 'string' ? 'have' : 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`
    case 'unrecognized_keys':
      return `holds what is not known: ${issue.keys.join(', ').slice(0, LONGEST_PLACE)}`
    case 'invalid_union':
      return 'must be a text, a number, true, false, null, or a list or map of these'
    default:
      return issue.message
  }
}
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' }
