import type { Context, Hono } from 'hono'
import { parseArguments, parsing } from '../../bridge/call.ts'
import { forceBuild } from '../../bridge/force.ts'
import { RefusedError } from '../../bridge/refused.ts'
import type { ForceConfig } from '../../master/config/model.ts'
import { HistoryLockedError, pastLock } from '../../master/data/gate.ts'
import type {
  BuilderId,
  BuildId,
  BuildRequestId,
  Moment,
  PropertyValue,
} from '../../master/model.ts'
import type { Env } from '../app.ts'
import type { Doors } from '../doors.ts'
import type { Answering } from './rest.ts'

type Params = Readonly<Record<string, unknown>>

const INVALID = -32600
const NO_METHOD = -32601
const BAD_PARAMS = -32602

/** The acting part of the REST API, as JSON-RPC over POST. */
export function addControl(app: Hono<Env>, doors: Doors, answer: Answering): void {
  const { master } = doors
  const { data } = master
  const handlers = parsing(doors.handlers)
  const methods = (
    path: string,
    known: Readonly<Record<string, (c: Context<Env>, params: Params) => unknown>>,
  ) => app.post(`/api/v2/${path}`, c => call(c, known))

  methods('builds/:id', {
    stop: (c, { reason }) => {
      handlers['build:stop']({
        id: id(c) as BuildId,
        reason: textOf(reason) || 'stopped over HTTP',
      })
      return null
    },
    rebuild: async c => {
      const { requestId } = await handlers['build:rebuild']({ id: id(c) as BuildId })
      return answerOf(requestId)
    },
  })
  methods('buildrequests/:id', {
    cancel: c => {
      handlers['request:cancel']({ id: id(c) as BuildRequestId })
      return null
    },
  })
  methods('forceschedulers/:name', { force: (c, params) => force(c.req.param('name')!, params) })
  methods('workers/:id', {
    stop: c => {
      handlers['slave:drain']({ name: slaveName(c), on: true })
      return null
    },
    kill: c => {
      handlers['slave:kill']({ name: slaveName(c), by: 'the HTTP API' })
      return null
    },
    pause: (c, { reason, until }) => {
      handlers['slave:pause']({
        name: slaveName(c),
        reason: textOf(reason),
        until: momentOf(until),
        by: 'the HTTP API',
      })
      return null
    },
    unpause: c => {
      // Whatever keeps it from its builds.
      const name = slaveName(c)
      handlers['slave:unpause']({ name })
      handlers['slave:drain']({ name, on: false })
      handlers['slave:resetQuarantine']({ name })
      return null
    },
    remove: async c => {
      await handlers['slave:remove']({ name: slaveName(c) })
      return null
    },
  })
  app.get('/api/v2/forceschedulers', c =>
    answer(c, () => {
      const list = forceSchedulers()
      return { forceschedulers: list, meta: { total: list.length } }
    }),
  )
  app.get('/api/v2/forceschedulers/:name', c =>
    answer(c, () => {
      const one = forceSchedulers().find(({ name }) => name === c.req.param('name'))
      if (!one) throw new RefusedError(`no such force scheduler: ${c.req.param('name')}`)
      return { forceschedulers: [one], meta: {} }
    }),
  )

  function configured(): readonly ForceConfig[] {
    return master.config.current.schedulers.filter(one => one.kind === 'force')
  }

  // Every builder can be forced; `force` covers them all, unless the configuration has one of that name.
  function forceSchedulers() {
    const all = data
      .builders()
      .filter(builder => builder.active)
      .map(builder => builder.name)
    const own = configured()
    const general = own.some(({ name }) => name === 'force')
      ? []
      : [{ name: 'force', builders: all }]
    return [...general, ...own].map(({ name, builders }) => ({
      name,
      label: name,
      button_name: name,
      builder_names: builders,
      enabled: true,
      all_fields: [],
    }))
  }

  function force(name: string, params: Params): unknown {
    const scheduler = forceSchedulers().find(one => one.name === name)
    if (!scheduler) throw new RefusedError(`no such force scheduler: ${name}`)
    const { builderid, builder: builderName, branch, revision, reason, owner, ...rest } = params
    const key = textOf(builderid ?? builderName)
    const builder = /^\d+$/.test(key)
      ? data.builder(Number(key) as BuilderId)
      : data.builderByName(key)
    if (!builder) throw new RefusedError(`builderid: there is no builder "${key.slice(0, 100)}"`)
    if (!scheduler.builder_names.includes(builder.name))
      throw new RefusedError(`force scheduler "${name}" is not for builder "${builder.name}"`)
    const { properties = {}, ...others } = rest as { properties?: Record<string, PropertyValue> }
    if (typeof properties !== 'object' || properties === null || Array.isArray(properties))
      throw new RefusedError('properties must be a map of names to values')
    const order = parseArguments('build:force', [
      {
        builderId: builder.id,
        branch: textOf(branch) || null,
        revision: textOf(revision) || null,
        reason: textOf(reason),
        properties: {
          ...(others as Record<string, PropertyValue>),
          ...properties,
          ...(owner !== undefined && { owner: textOf(owner) }),
        },
      },
    ])[0]
    const { requestId } = forceBuild(
      master,
      order,
      configured().find(one => one.name === name) ?? null,
    )
    return answerOf(requestId)
  }

  // As Buildbot answers: the buildset, and the request of each builder.
  function answerOf(requestId: BuildRequestId): unknown {
    const { buildsetId, builderId } = data.request(requestId)!
    return [buildsetId, { [builderId]: requestId }]
  }

  function slaveName(c: Context<Env>): string {
    const key = c.req.param('id')!
    const slave = data.slaves().find(one => String(one.id) === key || one.name === key)
    if (!slave) throw new RefusedError(`no such worker: ${key}`)
    return slave.name
  }

  async function call(
    c: Context<Env>,
    known: Readonly<Record<string, (c: Context<Env>, params: Params) => unknown>>,
  ): Promise<Response> {
    const order = (await c.req.json().catch(() => null)) as {
      id?: unknown
      method?: unknown
      params?: unknown
    } | null
    if (typeof order !== 'object' || order === null || typeof order.method !== 'string')
      return fail(
        c,
        null,
        INVALID,
        'a JSON-RPC order is needed: {"jsonrpc":"2.0","id":1,"method":"…","params":{}}',
      )
    const { method, params = {} } = order
    // It goes back as it came.
    const id = typeof order.id === 'number' || typeof order.id === 'string' ? order.id : null
    const run = Object.hasOwn(known, method) ? known[method] : undefined
    if (!run)
      return fail(
        c,
        id,
        NO_METHOD,
        `there is no method "${method.slice(0, 100)}"; known are ${Object.keys(known).join(', ')}`,
      )
    if (typeof params !== 'object' || params === null || Array.isArray(params))
      return fail(c, id, BAD_PARAMS, 'params must be a map of names to values')
    try {
      return c.json({
        jsonrpc: '2.0',
        id,
        result: (await pastLock(() => run(c, params as Params))) ?? null,
      })
    } catch (error) {
      if (error instanceof RefusedError || error instanceof HistoryLockedError)
        return fail(c, id, BAD_PARAMS, error.message)
      throw error
    }
  }
}

function fail(c: Context<Env>, id: unknown, code: number, message: string): Response {
  const status = code === NO_METHOD ? 501 : 400
  return c.json({ jsonrpc: '2.0', id: id ?? null, error: { code, message } }, status)
}

function id(c: Context<Env>): number {
  const text = c.req.param('id') ?? ''
  if (!/^\d+$/.test(text)) throw new RefusedError(`"${text}" is not an id`)
  return Number(text)
}

// As everywhere in this API, in seconds.
function momentOf(value: unknown): Moment | null {
  if (value === undefined || value === null) return null
  // As far as a Date goes.
  if (typeof value !== 'number' || !(Math.abs(value) <= 8.64e12))
    throw new RefusedError('until must be a moment in seconds since 1970')
  return Math.round(value * 1000)
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'object') throw new RefusedError('text is needed, not a map or a list')
  return String(value)
}
