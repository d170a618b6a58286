import { spawn } from 'node:child_process'
import { personEnvironment } from '../host/person-environment.ts'
import type { AppPort } from './ports.ts'

export interface StartAgain {
  readonly args: readonly string[]
  /** The AppImage to start; undefined where the app does not run from one. */
  readonly appImage: string | undefined
  readonly log: (text: string) => void
}

// $1 is the process to wait for, the rest is the command.
const WAITER =
  'waited=$1; shift; while kill -0 "$waited" 2>/dev/null; do sleep 0.1; done; exec "$@"'

/**
 * Starts the app again once this process has ended.
 *
 * `app.relaunch` starts a helper from the running executable. Under an AppImage that executable lies
 * in a mount which ends with us, and the helper runs with PR_SET_NO_NEW_PRIVS, so that the setuid
 * fusermount of the next start cannot mount (Electron's relauncher.cc; electron-builder#1727). A
 * shell that Node starts has neither fault.
 */
export function startAgain(
  app: Pick<AppPort, 'relaunch'>,
  { args, appImage, log }: StartAgain,
): void {
  if (appImage === undefined) {
    app.relaunch({ args: [...args] })
    return
  }
  spawn('/bin/sh', ['-c', WAITER, 'triphammer', String(process.pid), appImage, ...args], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
    // Variables of this mount would point the next start into a folder that is gone.
    env: personEnvironment(),
  })
    .on('error', error =>
      log(`the app cannot be started again (${error.message}); open ${appImage} by hand`),
    )
    .unref()
}
