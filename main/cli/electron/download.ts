import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { joinCompanyNetwork } from '../../master/company-network.ts'
import { startProgress } from '../progress.ts'
import { onStopSignals } from '../signals.ts'
import { CommandError, tell } from '../terminal.ts'

/** What of `@electron/get` is used. */
interface Getter {
  downloadArtifact(details: {
    readonly version: string
    readonly artifactName: 'electron'
    readonly checksums: Readonly<Record<string, string>>
    readonly cacheRoot?: string | undefined
    readonly downloadOptions: {
      readonly quiet: true
      readonly signal: AbortSignal
      /** @param progress `percent` is a share from 0 to 1. */
      getProgressCallback(progress: { readonly percent: number }): Promise<void>
    }
  }): Promise<string>
}

interface Note {
  readonly at: string
  readonly problem: string
}

/** A line that moves at all is waited for, however slow it is. */
const STALLED_MS = 60_000
const ASK_AGAIN_MS = 24 * 3_600_000

/**
 * Downloads the binary of the `electron` package into its folder. False when that can't be done now; the person has been
 * told why, and how to try again. A failure is remembered for a day beside the package, since each start would wait for it.
 *
 * @throws CommandError when the person stops it.
 */
export async function downloadElectron(
  folder: string,
  { stalledMs = STALLED_MS, now = Date.now } = {},
): Promise<boolean> {
  const cache = join(dirname(folder), '.cache', 'triphammer')
  const note = join(cache, 'electron-download.json')
  const failed = readNote(note)
  if (failed && now() - Date.parse(failed.at) < ASK_AGAIN_MS) {
    say(
      `Electron is not here: its download failed on ${timeOf(failed.at)} (${failed.problem}). Remove ${note} to try again at once; it is tried again after a day`,
    )
    return false
  }
  try {
    accessSync(folder, constants.W_OK)
  } catch {
    say(
      `Electron is not here, and you may not write to ${folder}, where it belongs. A start by the owner of that folder downloads it`,
    )
    return false
  }
  try {
    await download(folder, stalledMs)
    rmSync(note, { force: true })
    return true
  } catch (error) {
    if (error instanceof CommandError) throw error
    const problem = wordsOf(error as Error)
    say(
      `Electron could not be downloaded: ${problem}. Remove ${note} to try again at once; it is tried again after a day`,
    )
    writeNote(note, { at: new Date(now()).toISOString(), problem })
    return false
  }
}

// The package's own script finds the archive in the cache and unpacks it. It shows nothing for half a minute and waits
// for ever for a line that is dead, so it does not download itself.
async function download(folder: string, stalledMs: number) {
  const require = createRequire(join(folder, 'install.js'))
  const { version } = require('./package.json') as { version: string }
  const checksums = require('./checksums.json') as Record<string, string>
  say(`downloading Electron ${version}, about 120 MB; Ctrl+C stops it …`)
  joinCompanyNetwork()
  const getter = (await import(pathToFileURL(require.resolve('@electron/get')).href)) as Getter
  const giveUp = new AbortController()
  const stall = () => giveUp.abort(new Error(`nothing came for ${Math.round(stalledMs / 1000)} s`))
  // What came so far is removed before we go.
  const unlisten = onStopSignals({
    stop: () => giveUp.abort(new CommandError('the download of Electron was stopped')),
  })
  let watch = setTimeout(stall, stalledMs)
  const progress = startProgress(false)
  try {
    await getter.downloadArtifact({
      version,
      artifactName: 'electron',
      checksums,
      cacheRoot: process.env.electron_config_cache,
      downloadOptions: {
        quiet: true,
        signal: giveUp.signal,
        async getProgressCallback({ percent }) {
          clearTimeout(watch)
          watch = setTimeout(stall, stalledMs)
          progress.tell(`Electron ${version}`, percent)
        },
      },
    })
  } catch (error) {
    throw giveUp.signal.aborted ? giveUp.signal.reason : error
  } finally {
    clearTimeout(watch)
    unlisten()
    progress.end()
  }
  await install(folder)
}

function install(folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], {
      stdio: ['ignore', 2, 2],
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0) resolve()
      else
        reject(new Error(`its install.js ended with ${signal ?? code}, and its message is above`))
    })
  })
}

// fetch says "fetch failed" and has the reason one level deeper.
function wordsOf(error: Error): string {
  const { cause } = error as { cause?: Error }
  const [line] = (cause?.message || error.message).split('\n')
  return line!.replace(/\.$/, '')
}

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note
  } catch {
    // Nothing failed here, or what is there says nothing.
    return undefined
  }
}

function writeNote(file: string, note: Note) {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(note)}\n`)
  } catch (error) {
    say(`this can't be remembered (${(error as Error).message}), and the next start tries again`)
  }
}

function timeOf(at: string): string {
  return new Date(at).toLocaleString('sv').slice(0, 16)
}

function say(text: string) {
  tell(`triphammer: ${text}`)
}
