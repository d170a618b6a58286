import { mkdirSync } from 'node:fs'
import { app } from './app.ts'
import { launchChromium } from './chromium.ts'
import { startSchemes } from './protocol.ts'
import { runtime } from './runtime.ts'
import { startDownloads } from './session.ts'
import { dialog, nativeTheme } from './system.ts'
import { type WebContents, webContents } from './web-contents.ts'

const SIGNALS: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Electron takes the signals over when the app's code is loaded: whatever listened
 * before hears nothing any more, and whoever listens later takes them from
 * Electron. The first signal asks the app to quit; the second ends it.
 */
export function takeSignals(): void {
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal)
    const quit = () => app.quit()
    process.once(signal, quit)
    process.on('newListener', (event, listener) => {
      if (event === signal && listener !== quit) process.off(signal, quit)
    })
  }
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
