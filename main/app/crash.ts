import type { RenderProcessGoneDetails } from 'electron'
import type { Clock } from '../master/clock.ts'
import { isFileTrouble } from '../master/storage-trouble.ts'
import type { AppPort, ContentsPort, DialogPort } from './ports.ts'

/** `EX_SOFTWARE` of sysexits.h. Not 0, so that no update is installed on the way out. */
export const CRASH_CODE = 70
const MOST_RELOADS = 3
const RELOAD_WINDOW_MS = 60_000

export interface CrashSteps {
  readonly log: (text: string) => void
  checkpoint(): void
}

/**
 * Ends the app after an error that nobody expected: nothing is known about its
 * state any more, and what is in history is safe. One dialogue says so.
 */
export function watchCrashes(
  events: Pick<NodeJS.EventEmitter, 'on'>,
  app: Pick<AppPort, 'exit'>,
  dialog: Pick<DialogPort, 'showErrorBox'>,
  { log, checkpoint }: CrashSteps,
): void {
  let crashed = false
  events.on('uncaughtException', (error: unknown) => {
    // Nothing was written, and whoever has something to store tries again.
    if (isFileTrouble(error)) return log(`uncaught: ${(error as Error).stack}`)
    if (crashed) return
    crashed = true
    log(`crashed: ${(error as Error)?.stack ?? error}`)
    try {
      checkpoint()
    } catch (another) {
      log(`no checkpoint: ${(another as Error).message}`)
    }
    dialog.showErrorBox(
      'Triphammer has to close',
      `${(error as Error)?.message ?? error}\n\nHistory and queue are safe: builds that were running are built again at the next start. app.log in the data folder has the details.`,
    )
    app.exit(CRASH_CODE)
  })
  // A bug to be mended, and nothing that the master could not go on from.
  events.on('unhandledRejection', (reason: unknown) =>
    log(`unhandled rejection: ${(reason as Error)?.stack ?? reason}`),
  )
}

/**
 * Loads the page again when its process died; builds live in this process and
 * did not notice. A page that dies over and over is left alone.
 */
export function watchPage(
  contents: ContentsPort,
  dialog: Pick<DialogPort, 'showErrorBox'>,
  clock: Pick<Clock, 'now'>,
  log: (text: string) => void,
): void {
  let reloads: number[] = []
  contents.on('render-process-gone', (_event, { reason, exitCode }: RenderProcessGoneDetails) => {
    if (reason === 'clean-exit') return
    log(`the process of the page is gone: ${reason}, exit code ${exitCode}`)
    const now = clock.now()
    reloads = reloads.filter(at => now - at < RELOAD_WINDOW_MS)
    if (reloads.length < MOST_RELOADS) {
      reloads.push(now)
      contents.reload()
      return
    }
    dialog.showErrorBox(
      'The window stopped working',
      'Its page ended several times within a minute. Builds go on. Close the window and start Triphammer again to see them; app.log in the data folder has the details.',
    )
  })
}
