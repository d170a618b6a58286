import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { APP_ROOT } from '../host/app-root.ts'
import { type Host, startHost } from '../host/host.ts'
import { findHolder } from '../host/lock.ts'
import { connectClient } from '../http/client.ts'
import { findDisplay } from './display.ts'
import { findElectron } from './electron/find.ts'
import { aborted, problemOf, runElectron } from './electron/run.ts'
import { lookAtSandbox, sandboxProblem } from './electron/sandbox.ts'
import { untilSignal } from './shell-commands.ts'
import { print, tell } from './terminal.ts'

/**
 * Starts the app: in Electron where it is there or can be fetched and there is a
 * display, else the same master with the same page in the browser of this machine.
 *
 * @param repository To be added and built.
 */
export async function startDesktop(
  dataDir: string,
  repository: string | undefined,
): Promise<number> {
  const holder = findHolder(dataDir)
  if (holder?.shell === 'headless') return showRunning(holder.socket, repository)
  const { problem } = await findDisplay()
  const electron = problem === null ? await findElectron() : undefined
  const code =
    electron === undefined ? undefined : await showInElectron(electron, dataDir, repository)
  if (code !== undefined) return code
  if (problem !== null) say(`${problem}; running without a window of its own`)
  else say('the app opens in a browser instead')
  return runHeadless(dataDir, repository, problem === null)
}

async function showRunning(socket: string, repository: string | undefined): Promise<number> {
  const client = connectClient(socket)
  if (repository !== undefined) {
    const { draft } = await client.request('repository:inspect', { repository })
    await client.request('repository:add', { draft, build: true })
    say(`added ${repository}`)
  }
  const url = await client.ticketUrl()
  if (url) {
    // A link of its own for the browser: each is good once, and the one that is printed has to be.
    if ((await findDisplay()).problem === null) openBrowser((await client.ticketUrl())!)
    print(`open ${url} in a browser`)
  }
  return 0
}

async function runHeadless(
  dataDir: string,
  repository: string | undefined,
  display: boolean,
): Promise<number> {
  const host = await startHost({ dataDir, shell: 'headless', http: await freeAddress() })
  if (repository !== undefined) void host.whenRunning.then(() => add(host, repository))
  // What a program is started with can be read by others: it gets a link that is good once. And whether its window
  // was seen nobody knows, so that the link for a person is always there, the last thing that is said.
  if (display) openBrowser(host.http!.ticketUrl())
  await untilSignal(host, () => {
    say('Ctrl+C stops it')
    print(`open ${host.http!.terminalUrl()} in a browser`)
  })
  return 0
}

async function add(host: Host, repository: string) {
  try {
    const { draft } = await host.handlers['repository:inspect']({ repository })
    await host.handlers['repository:add']({ draft, build: true })
    say(`added ${repository}`)
  } catch (error) {
    say(`${repository} could not be added: ${(error as Error).message}`)
  }
}

// The usual port where it is free, so that a bookmark goes on working.
async function freeAddress(): Promise<{ host: string; port: number }> {
  const { createServer } = await import('node:net')
  const usual = { host: '127.0.0.1', port: 8010 }
  const free = await new Promise<boolean>(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(usual.port, usual.host, () => probe.close(() => resolve(true)))
  })
  return free ? usual : { ...usual, port: 0 }
}

/**
 * Shows the app in Electron until it ends. `undefined` where Electron can't run on this system; the
 * person has been told.
 */
async function showInElectron(
  file: string,
  dataDir: string,
  repository: string | undefined,
): Promise<number | undefined> {
  // Chromium refuses to run as root with its sandbox.
  let sandboxed = process.getuid?.() !== 0
  if (sandboxed && process.platform === 'linux') {
    const problem = sandboxProblem(lookAtSandbox(file, process.env))
    if (problem !== null) say(`${problem}. Starting without it`)
    sandboxed = problem === null
  }
  for (;;) {
    const args = [
      ...(sandboxed ? [] : ['--no-sandbox']),
      APP_ROOT,
      `--data=${dataDir}`,
      ...(repository === undefined ? [] : [`--add=${repository}`]),
    ]
    const end = await runElectron({ file, args, dataDir })
    const problem = problemOf(end)
    if (problem === null) {
      if (end.signal !== null && !end.asked)
        say(
          `Electron was ended by ${end.signal}; nothing of the history is lost, and the next start goes on from there`,
        )
      return end.code
    }
    if (!sandboxed || process.platform !== 'linux' || !aborted(end)) {
      say(problem)
      return undefined
    }
    // Some systems let the probe make a namespace that they do not let Chromium make.
    say(`${problem}, as it does where Chromium can't have its sandbox. Starting again without it`)
    sandboxed = false
  }
}

const BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'chrome',
  'msedge',
]
const BROWSER_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** Opens a page in a window of its own. False where there is no browser that can. */
export function openBrowser(url: string): boolean {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = [
    ...BROWSERS.flatMap(name => folders.map(folder => join(folder, name + suffix))),
    ...BROWSER_PATHS,
  ].find(path => existsSync(path))
  if (!found) return false
  // Chromium refuses to run as root with its sandbox.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  spawn(found, [`--app=${url}`, ...sandbox], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref()
  return true
}

function say(text: string) {
  tell(`triphammer: ${text}`)
}
