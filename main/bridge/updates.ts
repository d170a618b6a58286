import type { ApplyOrder, Handlers, UpdateAnswer, UpdateStatus } from './contract.ts'
import { mustBe } from './refused.ts'

/** What the window may ask of what replaces the app. */
export interface UpdateDoor {
  status(): UpdateStatus
  check(): Promise<void>
  apply(order: ApplyOrder): UpdateAnswer
  cancel(): void
  configure(change: Partial<UpdateStatus['settings']>): void
}

type UpdateHandlers = Pick<
  Handlers,
  'update:status' | 'update:check' | 'update:apply' | 'update:cancel' | 'update:configure'
>

const HEADLESS = 'A headless master is updated the way it was installed.'

/** @param door Comes after the handlers are made, and in the desktop app only. */
export function updateHandlers(
  door: () => UpdateDoor | undefined,
  version: string,
): UpdateHandlers {
  const there = () => mustBe(door(), HEADLESS)
  return {
    'update:status': () => updateStatus(door(), version),
    async 'update:check'() {
      await there().check()
      return there().status()
    },
    'update:apply': order => there().apply(order),
    'update:cancel': () => there().cancel(),
    'update:configure': change => there().configure(change),
  }
}

export function updateStatus(door: UpdateDoor | undefined, version: string): UpdateStatus {
  return (
    door?.status() ?? {
      version,
      checkedAt: null,
      settings: { check: false, channel: 'latest', apply: 'ask' },
      phase: { kind: 'off', reason: HEADLESS },
      outcome: null,
    }
  )
}
