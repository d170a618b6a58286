import type { Clock } from '../clock.ts'
import * as changes from '../db/changes.ts'
import type { Database } from '../db/database.ts'
import {
  forgetSchedulers,
  insertEvent,
  listEvents,
  readSchedulerState,
  saveSchedulerState,
} from '../db/events.ts'
import { readProperties } from '../db/properties.ts'
import { maskAddresses } from '../git/address.ts'
import type { BuildRequestId, Change, ChangeId, MasterEvent, Moment } from '../model.ts'
import type { Update } from './unit.ts'

export interface BranchMove {
  readonly project: string
  readonly branch: string
  /** `null` when the branch is gone. */
  readonly revision: string | null
  /** What the move brought, oldest first. */
  readonly changes: readonly changes.NewChange[]
}

export function changeData(db: Database, update: Update, clock: Clock) {
  return {
    changes: (query: changes.ChangeQuery) => changes.listChanges(db, query),
    change: (id: ChangeId) => changes.findChange(db, id),
    /** Oldest first. */
    changesAfter: (id: ChangeId) => changes.changesAfter(db, id),
    countChanges: () => changes.countChanges(db),
    propertiesOfChange: (id: ChangeId) => readProperties(db, { change: id }),
    changesOfRequest: (id: BuildRequestId) => changes.changesOfRequest(db, id),
    heldChanges: (scheduler: string) => changes.heldChanges(db, scheduler),
    branchTips: (project: string) => changes.readTips(db, project),
    /** The branch that the repository itself has checked out, as its HEAD says. */
    ownBranch: (project: string) =>
      readSchedulerState(db, `source ${project}`, 'own branch') ?? null,
    setOwnBranch: (project: string, branch: string) =>
      update(() => saveSchedulerState(db, `source ${project}`, 'own branch', branch)),
    /** The tags that were seen of its repository; `null` when nobody has looked. */
    knownTags(project: string): ReadonlySet<string> | null {
      const kept = readSchedulerState(db, `source ${project}`, 'tags')
      return kept === undefined ? null : new Set(kept.split('\n').filter(Boolean))
    },
    /** What was told last of its refs that are passed over. */
    oddRefs: (project: string) => readSchedulerState(db, `source ${project}`, 'odd refs') ?? '',
    setOddRefs: (project: string, told: string) =>
      update(() => saveSchedulerState(db, `source ${project}`, 'odd refs', told)),
    setKnownTags: (project: string, tags: readonly string[]) =>
      update(() => saveSchedulerState(db, `source ${project}`, 'tags', tags.join('\n'))),

    /** Records changes together with how far the branch was seen: none is found twice or lost. */
    moveBranch({ project, branch, revision, changes: found }: BranchMove): Change[] {
      return update(announce => {
        if (revision === null) changes.deleteTip(db, project, branch)
        else changes.saveTip(db, project, branch, revision, clock.now())
        return found.map(change => {
          const repository = maskAddresses(change.repository)
          const added = changes.insertChange(db, { ...change, repository }, clock.now())
          announce('change/new', added)
          return added
        })
      })
    },

    addChange(change: changes.NewChange): Change {
      return update(announce => {
        const added = changes.insertChange(db, change, clock.now())
        announce('change/new', added)
        return added
      })
    },

    holdChange: (scheduler: string, change: ChangeId) =>
      update(() => changes.holdChange(db, scheduler, change)),
    releaseChanges: (scheduler: string, ids: readonly ChangeId[]) =>
      update(() => changes.releaseChanges(db, scheduler, ids)),

    schedulerState: (scheduler: string, key: string) => readSchedulerState(db, scheduler, key),
    saveSchedulerState: (scheduler: string, key: string, value: string) =>
      update(() => saveSchedulerState(db, scheduler, key, value)),

    forgetSchedulers: (which: { except: readonly string[]; keys: readonly string[] }) =>
      update(() => forgetSchedulers(db, which)),

    events: (since: Moment, limit: number): MasterEvent[] => listEvents(db, since, limit),
    addEvent(kind: string, subject: string, detail = ''): MasterEvent {
      return update(announce => {
        const told = { subject: maskAddresses(subject), detail: maskAddresses(detail) }
        const event = insertEvent(db, { at: clock.now(), kind, ...told })
        announce('event/new', event)
        return event
      })
    },
  }
}
