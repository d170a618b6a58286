import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { HttpExecutor } from 'builder-util-runtime'
import type { AutoUpdater, ClientRequest } from 'electron'
import type { AppUpdater, ElectronUpdater, ProgressInfo, UpdateInfo } from '../electron-updater.ts'
import type { AppPort } from '../ports.ts'
import { startAgain } from '../start-again.ts'
import type { Release, UpdaterPort } from './updater-port.ts'

type Relaunching = Pick<AppPort, 'quit' | 'relaunch' | 'releaseSingleInstanceLock'>

// Far more than any release of ours.
const LARGEST_BYTES = 1024 ** 3
// A differential download asks for many parts.
const MOST_REQUESTS = 500
// Parts of a file come with words around each.
const SLACK_BYTES = 256 * 1024
// Squirrel copies and verifies some hundred megabytes.
const SQUIRREL_MS = 120_000

export interface UpdaterOptions {
  readonly app: Relaunching
  readonly load: () => Promise<ElectronUpdater>
  /** Where the AppImage that runs is kept until the new one has started well. */
  readonly keptFolder: string
  readonly log: (text: string) => void
  /** This system, unless a test says another. */
  readonly platform?: NodeJS.Platform
}

/**
 * electron-updater, held to what we want of it: it looks and downloads when told to, and
 * installs nothing by itself, neither on quit nor after a download.
 */
export async function openUpdater(options: UpdaterOptions): Promise<UpdaterPort> {
  const { log, platform = process.platform } = options
  const { updater, createToken } = await options.load()
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.disableWebInstaller = true
  updater.logger = { info: quiet, warn: log, error: log, debug: quiet }
  // What fails rejects as well, but for Squirrel, which reports a bundle that it can't replace only
  // here, while the download succeeds. Without a listener electron-updater's own one writes stacks.
  const heard: Error[] = []
  updater.on('error', error => {
    heard.push(error)
  })
  let sizeBytes = 0
  let sent = 0
  let received: (bytes: number) => void = () => {}
  watchRequests(updater, {
    begin: () => (++sent > MOST_REQUESTS ? new Error('too many redirects') : undefined),
    received: bytes => received(bytes),
  })

  return {
    async check(channel) {
      sent = 0
      updater.channel = channel
      // Setting the channel allows downgrades.
      updater.allowDowngrade = false
      updater.allowPrerelease = channel !== 'latest'
      const result = await updater.checkForUpdates()
      if (!result?.isUpdateAvailable) return null
      const release = releaseOf(result.updateInfo)
      sizeBytes = Math.max(...release.files.map(file => file.size ?? Number.NaN))
      return release
    },
    async download(onProgress) {
      if (!(sizeBytes < LARGEST_BYTES))
        throw new Error('the feed does not say a sensible length of its file')
      const token = createToken()
      sent = 0
      let receivedBytes = 0
      // A hash is known only at the end, which may never come.
      received = bytes => {
        receivedBytes += bytes
        if (receivedBytes > sizeBytes + SLACK_BYTES) token.cancel()
      }
      heard.length = 0
      const listen = ({ percent, bytesPerSecond }: ProgressInfo) =>
        onProgress({ fraction: percent / 100, bytesPerSecond })
      updater.on('download-progress', listen)
      try {
        await updater.downloadUpdate(token)
      } catch (error) {
        throw token.cancelled ? new Error('the update server sends more than it announced') : error
      } finally {
        received = () => {}
        updater.off('download-progress', listen)
      }
      const [refusal] = heard
      if (platform === 'darwin' && refusal) throw refusedByMacos(refusal.message)
    },
    async verify() {
      if (platform === 'darwin') await untilSquirrelHasIt(updater)
    },
    install() {
      if (platform === 'linux') installAppImage(updater, options)
      // Silent, and started again by the installer; macOS ignores both.
      else updater.quitAndInstall(true, true)
    },
  }

  function quiet() {}
}

/**
 * electron-updater removes the running AppImage before it moves the new one there, so the old one
 * is copied aside first and comes back when the move fails. It must not start the new one: that
 * would find this process still holding the single-instance lock. `startAgain` waits for our exit.
 */
function installAppImage(updater: AppUpdater, { app, keptFolder, log }: UpdaterOptions) {
  const running = process.env.APPIMAGE!
  let installed = running
  const kept = join(keptFolder, basename(running))
  rmSync(keptFolder, { recursive: true, force: true })
  mkdirSync(keptFolder, { recursive: true, mode: 0o700 })
  copyFileSync(running, kept)
  updater.once('appimage-filename-updated', path => {
    installed = path
  })
  try {
    updater.quitAndInstall(true, false)
  } finally {
    if (!existsSync(installed)) {
      log(`the new AppImage could not be put in place; the old one is back at ${running}`)
      copyFileSync(kept, running)
      installed = running
    }
    app.releaseSingleInstanceLock()
    startAgain(app, { appImage: installed, args: process.argv.slice(1).filter(isOurs), log })
  }
  // When the swap failed electron-updater does not quit.
  app.quit()
}

/**
 * With `autoInstallOnAppQuit` off, MacUpdater asks Squirrel for the update only in `quitAndInstall`,
 * and an answer comes as an event or, of an app that is not signed, never (auto_updater_mac.mm). By
 * then the master would have stopped for nothing, so Squirrel is asked before.
 */
async function untilSquirrelHasIt(updater: AppUpdater): Promise<void> {
  const { nativeUpdater } = updater as unknown as { readonly nativeUpdater: AutoUpdater }
  const signal = AbortSignal.timeout(SQUIRREL_MS)
  // Rejects with the error that Squirrel emits, as `events.once` does.
  const taken = once(nativeUpdater, 'update-downloaded', { signal })
  nativeUpdater.checkForUpdates()
  try {
    await taken
  } catch (error) {
    throw refusedByMacos(
      signal.aborted
        ? 'it did not answer within two minutes; an app without a signature cannot be replaced'
        : (error as Error).message,
    )
  }
}

function refusedByMacos(reason: string): Error {
  return new Error(`macOS does not take this update: ${reason}`)
}

interface Requests {
  /** One more is about to be sent. Returns why it is not. */
  begin(): Error | undefined
  received(bytes: number): void
}

/**
 * Hears of every request and every byte that comes. The updater tells its progress only where a
 * server names the length, and follows a feed that is led in a circle for ever.
 */
function watchRequests(updater: AppUpdater, requests: Requests) {
  const { httpExecutor } = updater as unknown as {
    readonly httpExecutor: HttpExecutor<ClientRequest>
  }
  const createRequest = httpExecutor.createRequest.bind(httpExecutor)
  httpExecutor.createRequest = (options, callback) => {
    const refused = requests.begin()
    const request = createRequest(options, (response: NodeJS.EventEmitter) => {
      callback(response)
      response.on('data', (part: Uint8Array) => requests.received(part.length))
    })
    // Once its sender listens for errors.
    if (refused)
      setImmediate(() => {
        request.abort()
        request.emit('error', refused)
      })
    return request
  }
}

// The rest are switches of Electron, a debugger's among them.
function isOurs(argument: string): boolean {
  return argument.startsWith('--data=') || argument === '--no-sandbox'
}

function releaseOf(info: UpdateInfo): Release {
  const { version, files, releaseDate, stagingPercentage, releaseNotes } = info
  return {
    version,
    files,
    releaseDate,
    ...(stagingPercentage !== undefined && { stagingPercentage }),
    notes: notesOf(releaseNotes),
    signature: (info as { signature?: unknown }).signature,
  }
}

function notesOf(notes: UpdateInfo['releaseNotes']): string {
  if (typeof notes === 'string') return notes
  return (notes ?? []).map(({ version, note }) => `${version}\n${note ?? ''}`).join('\n\n')
}
