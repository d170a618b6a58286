import type { Clock } from '../clock.ts'
import * as buildsets from '../db/buildsets.ts'
import { changesOfBuildset } from '../db/changes.ts'
import type { Database } from '../db/database.ts'
import { readProperties, saveProperties } from '../db/properties.ts'
import * as requests from '../db/requests.ts'
import type {
  BuilderId,
  BuildRequest,
  BuildRequestId,
  Buildset,
  BuildsetId,
  ChangeId,
  Properties,
} from '../model.ts'
import { CANCELLED, type Result, SKIPPED, SUCCESS, worst } from '../results.ts'
import { type Collapsible, canCollapse } from './collapse.ts'
import type { Announce, Update } from './unit.ts'

export { RETRY_PROPERTY } from '../db/requests.ts'

export interface BuildsetWish {
  readonly reason: string
  readonly scheduler: string
  readonly sourcestamp: buildsets.NewSourceStamp
  readonly changes: readonly ChangeId[]
  readonly properties: Properties
  readonly priority: number
  readonly builders: readonly {
    readonly id: BuilderId
    /** Whether this request may stand in for older ones that still wait. */
    readonly collapse: boolean
  }[]
  /** Held changes that this buildset takes along, released in the same transaction. */
  readonly releases?: { readonly scheduler: string; release(): void }
}

export function requestData(db: Database, update: Update, clock: Clock) {
  return {
    request: (id: BuildRequestId) => requests.findRequest(db, id),
    requests: (limit: number, offset?: number) => requests.listRequests(db, limit, offset),
    countRequests: () => requests.countRequests(db),
    openRequests: () => requests.openRequests(db),
    nextRequest: (builder: BuilderId, which?: requests.Served) =>
      requests.nextRequest(db, builder, which),
    boundTo: (builder: BuilderId) => requests.boundTo(db, builder),
    countWaiting: () => requests.countWaiting(db),
    buildset: (id: BuildsetId) => buildsets.findBuildset(db, id),
    buildsets: (limit: number, offset?: number) => buildsets.listBuildsets(db, limit, offset),
    countBuildsets: () => buildsets.countBuildsets(db),
    requestsOfBuildset: (id: BuildsetId) => requests.requestsOfBuildset(db, id),
    propertiesOfBuildset: (id: BuildsetId) => readProperties(db, { buildset: id }),

    /** Adds one request for each builder. Older waiting requests that a new one covers are completed as SKIPPED. */
    addBuildset(wish: BuildsetWish): { buildset: Buildset; requests: BuildRequest[] } {
      return update(announce => {
        const submittedAt = clock.now()
        const { reason, scheduler, changes, priority } = wish
        const sourcestampId = buildsets.internSourceStamp(db, wish.sourcestamp)
        const buildsetId = buildsets.insertBuildset(db, {
          reason,
          scheduler,
          sourcestampId,
          changes,
          submittedAt,
        })
        saveProperties(db, { buildset: buildsetId }, wish.properties)
        wish.releases?.release()
        const buildset = buildsets.findBuildset(db, buildsetId)!
        announce('buildset/new', buildset)
        const added = wish.builders.map(({ id: builderId, collapse }) => {
          const id = requests.insertRequest(db, { buildsetId, builderId, priority, submittedAt })
          const request = requests.findRequest(db, id)!
          announce('request/changed', request)
          if (collapse) collapseInto(request, announce)
          return request
        })
        return { buildset, requests: added }
      })
    },

    /** Takes a waiting request out of the queue. False when it no longer waits. */
    cancelRequest(id: BuildRequestId): boolean {
      return update(announce => {
        const request = requests.findRequest(db, id)
        if (!request || request.completeAt !== null || request.claimedAt !== null) return false
        completeRequest(db, clock, id, CANCELLED, announce)
        return true
      })
    },
  }

  function collapseInto(request: BuildRequest, announce: Announce) {
    const newer = collapsible(request)
    for (const older of requests.waitingRequestsOf(db, request.builderId)) {
      if (older.id >= request.id || !canCollapse(collapsible(older), newer)) continue
      completeRequest(db, clock, older.id, SKIPPED, announce, request.id)
    }
  }

  function collapsible(request: BuildRequest): Collapsible {
    const { buildsetId } = request
    const changed = changesOfBuildset(db, buildsetId).length > 0
    return { request, changed, properties: readProperties(db, { buildset: buildsetId }) }
  }
}

/** Completes a request, and its buildset with the last of its requests. Call it within an update. */
export function completeRequest(
  db: Database,
  clock: Clock,
  id: BuildRequestId,
  results: Result,
  announce: Announce,
  collapsedInto: BuildRequestId | null = null,
): void {
  requests.completeRequest(db, id, results, clock.now(), collapsedInto)
  const request = requests.findRequest(db, id)!
  announce('request/changed', request)
  const siblings = requests.requestsOfBuildset(db, request.buildsetId)
  if (siblings.some(sibling => sibling.completeAt === null)) return
  const overall = siblings.reduce<Result>(
    (so, { results }) => worst(so, results ?? SUCCESS),
    SKIPPED,
  )
  buildsets.completeBuildset(db, request.buildsetId, overall, clock.now())
  announce('buildset/complete', buildsets.findBuildset(db, request.buildsetId)!)
}
