import type { Data } from '../../master/data/data.ts'
import type { BuilderId } from '../../master/model.ts'
import type { Result } from '../../master/results.ts'
import { applyQuery, pick, type Query } from './query.ts'
import { buildResource, propertiesResource, type Resource } from './resources.ts'

const DEFAULT_LIMIT = 10_000

/**
 * Lists builds. The usual questions (of a builder, complete or not, with a
 * result, newest first) are the database's; others are answered from its newest rows.
 */
export function listBuildResources(
  data: Data,
  query: Query,
  fixed: { builderId?: BuilderId },
): { readonly items: readonly Resource[]; readonly total: number } {
  const workers = new Map(data.slaves().map(slave => [slave.name, slave.id]))
  const toResource = (build: ReturnType<Data['builds']>[number]): Resource => {
    const resource = buildResource(build, workers.get(build.slave) ?? null)
    return query.properties.length === 0 ? resource : { ...resource, properties: wanted(build.id) }
  }
  const where = conditions(query)
  const order = direction(query)
  if (where && order) {
    const conditionsOf = { ...fixed, ...where }
    const builds = data.builds({
      ...conditionsOf,
      oldestFirst: order === 'up',
      limit: query.limit ?? DEFAULT_LIMIT,
      offset: query.offset,
    })
    return {
      items: builds.map(toResource).map(one => pick(one, query)),
      total: data.countBuilds(conditionsOf),
    }
  }
  return applyQuery(data.builds({ ...fixed, limit: DEFAULT_LIMIT }).map(toResource), query)

  function wanted(id: Parameters<Data['propertiesOfBuild']>[0]): Resource {
    const all = propertiesResource(data.propertiesOfBuild(id))
    if (query.properties.includes('*')) return all
    return Object.fromEntries(
      Object.entries(all).filter(([name]) => query.properties.includes(name)),
    )
  }
}

type Where = { complete?: boolean; results?: Result; builderId?: BuilderId }

// `undefined` when a filter is not one of those that the database takes.
function conditions({ filters }: Query): Where | undefined {
  const where: Where = {}
  for (const { field, op, values } of filters) {
    if (op !== 'eq' || values.length !== 1) return undefined
    const [value] = values as [string]
    if (field === 'complete')
      where.complete = ['true', 'on', 'yes', '1'].includes(value.toLowerCase())
    else if (field === 'results' && /^[0-6]$/.test(value)) where.results = Number(value) as Result
    else if (field === 'builderid' && /^\d+$/.test(value))
      where.builderId = Number(value) as BuilderId
    else return undefined
  }
  return where
}

// Ids, numbers within a builder and starts all go up together.
function direction({ order }: Query): 'up' | 'down' | undefined {
  if (order.length === 0) return 'up'
  const [{ field, down }] = order as [Query['order'][number]]
  if (order.length > 1 || !['buildid', 'number', 'started_at'].includes(field)) return undefined
  return down ? 'down' : 'up'
}
