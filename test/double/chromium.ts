import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { CdpConnection } from './cdp.ts'

export interface Chromium {
  readonly child: ChildProcess
  readonly cdp: CdpConnection
  /** Where another debugger, such as Playwright, connects. */
  readonly url: string
}

// A new profile is free at once; one whose browser is just ending is not.
const PROFILE_BUSY_MS = 5000

/** Starts the system's Chromium on a profile. Nothing of it reaches beyond this machine. */
export async function launchChromium(
  profile: string,
  switches: ReadonlyMap<string, string>,
): Promise<Chromium> {
  const until = Date.now() + PROFILE_BUSY_MS
  for (;;) {
    try {
      return await start(profile, switches)
    } catch (error) {
      if (!(error instanceof ProfileBusyError) || Date.now() > until) throw error
    }
  }
}

class ProfileBusyError extends Error {}

async function start(profile: string, switches: ReadonlyMap<string, string>): Promise<Chromium> {
  const program =
    process.env.ELECTRON_DOUBLE_CHROMIUM ?? process.env.TRIPHAMMER_CHROMIUM ?? 'chromium'
  const child = spawn(program, chromiumArguments(profile, switches), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let tail = ''
    createInterface({ input: child.stderr! }).on('line', line => {
      tail = `${tail}${line}\n`.slice(-4000)
      const found = /^DevTools listening on (ws:.*)$/.exec(line)?.[1]
      if (found) resolve(found)
    })
    child.once('error', reject)
    child.once('exit', code => {
      const busy = tail.includes('profile appears to be in use') || code === 21
      const text = `${program} ended with ${code}\n${tail}`
      reject(busy ? new ProfileBusyError(text) : new Error(text))
    })
  })
  return {
    child,
    cdp: new CdpConnection(child.stdio[3] as Writable, child.stdio[4] as Readable),
    url,
  }
}

// What the app or Playwright asked for is kept, as Electron hands it to its own Chromium.
function chromiumArguments(profile: string, asked: ReadonlyMap<string, string>): string[] {
  const own = new Map(
    [...asked].filter(([name]) => !/^(inspect|inspect-brk|user-data-dir)$/.test(name)),
  )
  const quiet = [
    'no-first-run',
    'no-default-browser-check',
    'no-startup-window',
    'disable-extensions',
    'disable-popup-blocking',
    'disable-background-networking',
    'disable-component-update',
    'disable-sync',
    'disable-quic',
    'disable-dev-shm-usage',
    'disable-backgrounding-occluded-windows',
    'disable-renderer-backgrounding',
    'remote-debugging-pipe',
    ...(process.env.ELECTRON_DOUBLE_HEADED ? [] : ['headless']),
    ...(process.getuid?.() === 0 ? ['no-sandbox'] : []),
  ]
  for (const name of quiet) own.set(name, own.get(name) ?? '')
  own.set('remote-debugging-port', own.get('remote-debugging-port') || '0')
  own.set('user-data-dir', profile)
  own.set('password-store', 'basic')
  return [...own].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
}
