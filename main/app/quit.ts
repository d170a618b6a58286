import type { Event } from 'electron'
import type { WhatOfBuilds } from '../host/host.ts'
import type { Clock } from '../master/clock.ts'
import type { Stop } from '../master/model.ts'
import type { AppPort } from './ports.ts'

/** Why the app ends. */
export type QuitReason = 'user' | 'update' | 'os-shutdown'

/** What a person says when builds run. */
export type QuitAnswer = WhatOfBuilds | 'cancel'

export interface QuitSteps {
  /** Synchronous, and safe to call again and again. */
  checkpoint(): void
  /**
   * A person quits. Whether somebody else sees to it: an update that goes in at a quit stops
   * everything, and quits, by itself.
   */
  takeOver?(): Promise<boolean> | false
  /** A person quits, and is asked what is to become of the builds that run; nothing when none does. */
  ask?(): Promise<QuitAnswer> | undefined
  /** Stops everything that runs, builds as it was said. */
  stop(builds: WhatOfBuilds): Promise<void>
  log(text: string): void
}

export interface QuitMachine {
  readonly phase: 'running' | 'stopping' | 'stopped'
  /** Stops everything now. An update awaits this before it starts its installer. */
  stop(reason: QuitReason): Promise<void>
  /** The operating system ends the session: there is time for a checkpoint and no more. */
  osIsShuttingDown(): void
}

export const STOP_BUDGET_MS = 10_000
export const UNANSWERED_MS = 60_000
// Somebody else may have held the shutdown up; then the next quit is an ordinary one.
const SHUTDOWN_MS = 60_000

/**
 * Makes the app end in order: a checkpoint at once, then the master stops, for at
 * most ten seconds, then the app quits for good.
 *
 * Electron forgets a quit that a listener prevented, and emits `before-quit` again
 * at the next one. So this listener may run any number of times; the quit that it
 * asks for itself comes in a later turn, because `app.quit()` inside the listener
 * would begin anew before the first has been forgotten.
 */
export function watchQuit(
  app: Pick<AppPort, 'on' | 'quit'>,
  clock: Clock,
  steps: QuitSteps,
): QuitMachine {
  let phase: QuitMachine['phase'] = 'running'
  let leaving = false
  let osShutdown = false
  let forgetShutdown: Stop | undefined

  app.on('before-quit', (event: Event) => {
    if (phase === 'stopped') return
    steps.checkpoint()
    // A veto would hold the logout up and blame this app for it.
    if (osShutdown) return
    event.preventDefault()
    if (leaving || phase === 'stopping') return
    leaving = true
    void leave().finally(() => {
      leaving = false
    })
  })

  // Linux: where the session's bus or display is gone, Electron ends with `quit` alone and runs
  // neither `before-quit` nor `will-quit` (electron_browser_main_parts.cc, ExitOnSessionLoss).
  app.on('quit', () => {
    if (phase === 'running') steps.checkpoint()
  })

  return {
    get phase() {
      return phase
    },
    stop,
    osIsShuttingDown() {
      osShutdown = true
      steps.checkpoint()
      forgetShutdown?.()
      forgetShutdown = clock.after(SHUTDOWN_MS, () => {
        osShutdown = false
      })
    },
  }

  async function leave(): Promise<void> {
    const taken = steps.takeOver?.()
    if (taken && (await taken)) return
    const asked = steps.ask?.()
    const builds = asked ? await answered(asked) : 'leave'
    if (builds === 'cancel') return
    await stop('user', builds)
    app.quit()
  }

  // A signal quits as a person does, and may find nobody there. Letting builds finish costs nothing.
  async function answered(asked: Promise<QuitAnswer>): Promise<QuitAnswer> {
    let cancel: Stop = () => {}
    const nobody = new Promise<QuitAnswer>(resolve => {
      cancel = clock.after(UNANSWERED_MS, () => {
        steps.log('nobody answered what is to become of the builds; they go on where they can')
        resolve('leave')
      })
    })
    return Promise.race([asked, nobody]).finally(cancel)
  }

  async function stop(reason: QuitReason, builds: WhatOfBuilds = 'leave'): Promise<void> {
    if (phase !== 'running') return
    phase = 'stopping'
    steps.log(`stopping (${reason})`)
    await new Promise<void>(done => {
      const cancel = clock.after(STOP_BUDGET_MS, () => {
        steps.log(`not everything stopped within ${STOP_BUDGET_MS / 1000} s; leaving anyway`)
        done()
      })
      steps
        .stop(builds)
        .catch((error: Error) => steps.log(`while stopping: ${error.stack ?? error}`))
        .finally(() => {
          cancel()
          done()
        })
    })
    phase = 'stopped'
  }
}
