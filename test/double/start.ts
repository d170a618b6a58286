import { mkdirSync } from 'node:fs'
import { app } from './app.ts'
import { launchChromium } from './chromium.ts'
import { startSchemes } from './protocol.ts'
import { runtime } from './runtime.ts'
import { startDownloads } from './session.ts'
import { dialog, nativeTheme } from './system.ts'
import { type WebContents, webContents } from './web-contents.ts'

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Electron takes the signals over when the app's code is loaded: whatever listened before hears nothing any more, and
 * whoever listens later takes them from Electron. The first signal asks the app to quit. It puts the default action of
 * its kind back at once, so that a second one of the same kind ends Electron there and then, and one of another kind
 * is heard by nobody (GracefulShutdownHandler and ShutdownDetector in electron_browser_main_parts_posix.cc).
 */
export function takeSignals(): void {
  let asked = false
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal)
    let came = 0
    const take = () => {
      came++
      if (came > 1) endBy(signal)
      if (asked) return
      asked = true
      app.quit()
    }
    process.on(signal, take)
    process.on('newListener', (event, listener) => {
      if (event === signal && listener !== take) process.off(signal, take)
    })
  }
}

/** Ends the program as a signal does that nobody handles. Electron's own processes go with it. */
export function endBy(signal: NodeJS.Signals): void {
  runtime.chromium?.child.kill('SIGKILL')
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

/** What Electron does with errors that nobody takes. */
export function watchProcess(): void {
  process.on('uncaughtException', error => {
    if (process.listenerCount('uncaughtException') > 1) return
    dialog.showErrorBox(
      'A JavaScript error occurred in the main process',
      error.stack ?? error.message,
    )
  })
  process.on('unhandledRejection', reason => {
    if (process.listenerCount('unhandledRejection') === 1)
      console.error('UnhandledPromiseRejectionWarning:', reason)
  })
  process.on('exit', () => runtime.chromium?.child.kill('SIGKILL'))
}

/** Starts the browser and makes the app ready. */
export async function start(): Promise<void> {
  await startSchemes()
  const profile = app.getPath('sessionData')
  mkdirSync(profile, { recursive: true })
  const chromium = await launchChromium(profile, runtime.switches)
  runtime.chromium = chromium
  if (app.ended) return
  const { root } = chromium.cdp
  root.on('Target.targetDestroyed', ({ targetId }) =>
    webContents.fromDevToolsTargetId(targetId)?.owner.gone(),
  )
  chromium.child.once('exit', browserEnded)
  await root.send('Target.setDiscoverTargets', { discover: true })
  await startDownloads()
  app.on('web-contents-created', (_event: unknown, contents: WebContents) =>
    nativeTheme.follow(contents),
  )
  // What Playwright waits for.
  if (runtime.switches.has('remote-debugging-port'))
    process.stderr.write(`\nDevTools listening on ${chromium.url}\n`)
  app.becomeReady()
}

function browserEnded() {
  if (app.ended) return
  if (!app.asked) {
    console.error('electron double: the browser ended')
    process.exit(1)
  }
  // A signal to the whole process group ends the browser while the app still winds down.
  for (const window of runtime.windows.values()) window.gone()
}
