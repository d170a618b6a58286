import type { Context, Hono } from 'hono'
import { RefusedError } from '../../bridge/refused.ts'
import type {
  Build,
  Builder,
  BuilderId,
  BuildId,
  BuildRequest,
  BuildRequestId,
  BuildsetId,
  Change,
  ChangeId,
  LogId,
  Slave,
  StepId,
} from '../../master/model.ts'
import { describeWaiting } from '../../master/process/waiting.ts'
import type { Env } from '../app.ts'
import type { Doors } from '../doors.ts'
import { logDownload } from '../downloads.ts'
import { listBuildResources } from './builds.ts'
import { addControl } from './control.ts'
import { applyQuery, BadRequestError, parseQuery, pick } from './query.ts'
import {
  builderResource,
  buildResource,
  buildsetResource,
  changeResource,
  logResource,
  masterResource,
  propertiesResource,
  type Resource,
  requestResource,
  stepResource,
  type Waiting,
  workerResource,
} from './resources.ts'

// Buildbot has no limit here; so many rows in one answer help nobody.
const MOST_ROWS = 20_000

/** Buildbot's REST API: what people wrote for Buildbot keeps working. */
export function addRest(app: Hono<Env>, doors: Doors): void {
  const { data } = doors.master
  const list = (path: string, name: string, read: (c: Context<Env>) => readonly Resource[]) =>
    app.get(`/api/v2/${path}`, c =>
      answer(c, () => {
        const { items, total } = applyQuery(read(c), parseQuery(new URL(c.req.url).searchParams))
        return { [name]: items, meta: { total } }
      }),
    )
  const one = (path: string, name: string, read: (c: Context<Env>) => Resource) =>
    app.get(`/api/v2/${path}`, c =>
      answer(c, () => ({
        [name]: [pick(read(c), parseQuery(new URL(c.req.url).searchParams))],
        meta: {},
      })),
    )
  const builds = (path: string, fixed: (c: Context<Env>) => { builderId?: BuilderId }) =>
    app.get(`/api/v2/${path}`, c =>
      answer(c, () => {
        const query = parseQuery(new URL(c.req.url).searchParams)
        const { items, total } = listBuildResources(data, query, fixed(c))
        return { builds: items, meta: { total } }
      }),
    )

  list('masters', 'masters', () => [masterResource(doors.master)])
  list('builders', 'builders', () => data.builders().map(builderResource))
  one('builders/:builder', 'builders', c => builderResource(findBuilder(c)))
  builds('builders/:builder/builds', c => ({ builderId: findBuilder(c).id }))
  one('builders/:builder/builds/:number', 'builds', c => resourceOf(findNumbered(c)))
  list('builders/:builder/buildrequests', 'buildrequests', c => {
    const { id } = findBuilder(c)
    return requestsOf(data.requests(MOST_ROWS).filter(request => request.builderId === id))
  })
  list('builders/:builder/builds/:number/steps', 'steps', c => stepsOf(findNumbered(c)))
  one('builders/:builder/builds/:number/properties', 'properties', c =>
    propertiesOf(findNumbered(c)),
  )
  builds('builds', () => ({}))
  one('builds/:id', 'builds', c => resourceOf(findBuild(c)))
  list('builds/:id/steps', 'steps', c => stepsOf(findBuild(c)))
  one('builds/:id/properties', 'properties', c => propertiesOf(findBuild(c)))
  list('builds/:id/changes', 'changes', c =>
    data.changesOfRequest(findBuild(c).requestId).map(changeOf),
  )
  one('steps/:id', 'steps', c =>
    stepResource(found(data.step(number(c, 'id') as StepId), 'step', c)),
  )
  list('steps/:id/logs', 'logs', c => data.logsOfStep(number(c, 'id') as StepId).map(logResource))
  one('logs/:id', 'logs', c => logResource(findLog(c)))
  app.get('/api/v2/logs/:id/contents', c => answer(c, () => logContents(c)))
  app.get('/api/v2/logs/:id/raw', c => logDownload(doors.master, c))
  list('buildrequests', 'buildrequests', () => requestsOf(data.requests(MOST_ROWS)))
  one(
    'buildrequests/:id',
    'buildrequests',
    c =>
      requestsOf([found(data.request(number(c, 'id') as BuildRequestId), 'build request', c)])[0]!,
  )
  list('buildrequests/:id/builds', 'builds', c =>
    data.buildsOfRequest(number(c, 'id') as BuildRequestId).map(resourceOf),
  )
  list('buildsets', 'buildsets', () => data.buildsets(MOST_ROWS).map(buildsetResource))
  one('buildsets/:id', 'buildsets', c =>
    buildsetResource(found(data.buildset(number(c, 'id') as BuildsetId), 'buildset', c)),
  )
  list('changes', 'changes', () => data.changes({ limit: MOST_ROWS }).map(changeOf))
  one('changes/:id', 'changes', c =>
    changeOf(found(data.change(number(c, 'id') as ChangeId), 'change', c)),
  )
  list('workers', 'workers', () => data.slaves().map(toWorker))
  one('workers/:worker', 'workers', c => {
    const key = c.req.param('worker')
    const slave = data.slaves().find(slave => String(slave.id) === key || slave.name === key)
    return toWorker(found(slave, 'worker', c))
  })
  list('schedulers', 'schedulers', () =>
    doors.master.config.current.schedulers.map(({ name }, index) => ({
      schedulerid: index + 1,
      name,
      enabled: true,
      master: masterResource(doors.master),
    })),
  )
  addControl(app, doors, answer)

  // All requests of a builder wait for the same reasons.
  function requestsOf(requests: readonly BuildRequest[]): Resource[] {
    const waiting = new Map<BuilderId, Waiting>()
    return requests.map(request => {
      const waits = request.claimedAt === null && request.completeAt === null
      return requestResource(request, waits ? whyWaiting(request.builderId) : null)
    })

    function whyWaiting(id: BuilderId): Waiting {
      const known = waiting.get(id)
      if (known) return known
      const reasons = doors.master.distributor.whyWaiting(id)
      const why = { reason: describeWaiting(reasons, doors.master.clock.now()), reasons }
      waiting.set(id, why)
      return why
    }
  }
  function changeOf(change: Change): Resource {
    return changeResource(change, data.propertiesOfChange(change.id))
  }
  function toWorker(slave: Slave): Resource {
    return workerResource(slave, data.builders(), data.slaveVitals(slave.name))
  }
  function findBuilder(c: Context<Env>): Builder {
    const key = c.req.param('builder')!
    const builder = /^\d+$/.test(key)
      ? data.builder(Number(key) as BuilderId)
      : data.builderByName(key)
    return found(builder, 'builder', c)
  }
  function findNumbered(c: Context<Env>): Build {
    return found(data.buildByNumber(findBuilder(c).id, number(c, 'number')), 'build', c)
  }
  function findBuild(c: Context<Env>): Build {
    return found(data.build(number(c, 'id') as BuildId), 'build', c)
  }
  function findLog(c: Context<Env>) {
    return found(data.log(number(c, 'id') as LogId), 'log', c)
  }
  function resourceOf(build: Build): Resource {
    const { properties } = { properties: propertiesResource(data.propertiesOfBuild(build.id)) }
    return { ...buildResource(build, data.slave(build.slave)?.id ?? null), properties }
  }
  function stepsOf(build: Build): Resource[] {
    return data.stepsOfBuild(build.id).map(stepResource)
  }
  function propertiesOf(build: Build): Resource {
    return propertiesResource(data.propertiesOfBuild(build.id))
  }

  // Lines of a log whose streams are told apart begin with o, e or h, as Buildbot writes them.
  async function logContents(c: Context<Env>) {
    const log = findLog(c)
    const { offset, limit } = parseQuery(new URL(c.req.url).searchParams)
    const lines = await data.logLines({
      logId: log.id,
      first: offset,
      count: Math.min(limit ?? MOST_ROWS, MOST_ROWS),
      maxLineBytes: 16 * 1024 * 1024,
    })
    const marks = { stdout: 'o', stderr: 'e', header: 'h' }
    const content = lines.map(line => `${log.kind === 's' ? marks[line.stream] : ''}${line.text}\n`)
    const chunk = { logid: log.id, firstline: offset, content: content.join('') }
    return { logchunks: [chunk], meta: {} }
  }
}

export type Answering = (c: Context<Env>, read: () => object | Promise<object>) => Promise<Response>

async function answer(c: Context<Env>, read: () => object | Promise<object>): Promise<Response> {
  try {
    return c.json(await read())
  } catch (error) {
    const { message } = error as Error
    if (error instanceof NotFoundError) return c.json({ error: message }, 404)
    if (error instanceof BadRequestError || error instanceof RefusedError)
      return c.json({ error: message }, 400)
    throw error
  }
}

/** Thrown when the path names what is not there. */
class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

function found<T>(value: T | undefined, noun: string, c: Context<Env>): T {
  if (value === undefined) throw new NotFoundError(`no such ${noun}: ${c.req.path}`)
  return value
}

function number(c: Context<Env>, name: string): number {
  const text = c.req.param(name) ?? ''
  if (!/^\d+$/.test(text)) throw new NotFoundError(`"${text}" is not a number: ${c.req.path}`)
  return Number(text)
}
