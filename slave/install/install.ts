import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SlavePlan } from '../arguments.ts'
import { quoted } from '../commands/quoted.ts'
import { quoteArgument } from '../commands/windows-words.ts'
import { readPassword } from '../password.ts'
import { ensurePrivateFolder, stateFolder } from '../state-folder.ts'
import { type LaunchdDomain, launchdEnd, launchdFiles, plistFile } from './launchd.ts'
import { settleProgram } from './program.ts'
import type { Done, Replacement, Service, ServiceEnd, ServiceFiles } from './service.ts'
import { systemdEnd, systemdFiles } from './systemd.ts'
import { windowsEnd, windowsFiles, windowsUser } from './windows-task.ts'

// Without --drain it ends its builds at once, and their processes need a moment.
const STOP_S = 30
// With --drain its builds end first; the system has a time limit of its own besides.
const LONGEST_DRAIN_S = 600
const LOOK_MS = 200

/** Has the system start the slave at each login. */
export async function installSlave(plan: SlavePlan, args: readonly string[]): Promise<Done> {
  const { name, way } = plan
  // A system that starts it would start the app, and an update moves that.
  if (process.versions.electron !== undefined)
    throw new Error(
      'the slave of the desktop app is no program that a system can start; "triphammer send-slave" says where its package is, and that one can be installed',
    )
  const state = plan.state ?? stateFolder(name)
  ensurePrivateFolder(state, 'the state folder', '--state')
  // Asked for now: nobody is there when the system starts it.
  if (way.kind === 'dial') (await readPassword(way.passwordFile, state)).keep()
  const here = { node: process.execPath, entry: entryFile() }
  const { node, entry } = settleProgram(here, state)
  const service: Service = {
    slave: name,
    command: [node, entry, ...args],
    path: process.env.PATH ?? '',
    stopS: plan.drains ? null : STOP_S,
  }
  const files = filesFor(service, state)
  mkdirSync(dirname(files.file), { recursive: true })
  writeFileSync(files.file, files.content, { mode: 0o600 })
  if (files.replace) await takeAway(files.replace, (service.stopS ?? LONGEST_DRAIN_S) + STOP_S)
  const wrong = runAll(files.start)
  const log = `Its log is ${join(state, 'slave.log')}.`
  if (wrong)
    return {
      ok: false,
      text: `wrote ${files.file}, but it could not be started: ${wrong}\nStart it with: ${files.start.map(pasted).join(' && ')}\n${log}`,
    }
  const code =
    way.kind === 'listen' ? `\nFor a pairing code: triphammer slave --new-code --name ${name}` : ''
  return {
    ok: true,
    text: `slave "${name}" is started now and at each login (${files.file}).\n${files.note}\n${log}${code}`,
  }
}

/** Takes back what installSlave did. Keys, log and builds stay. */
export async function uninstallSlave(name: string, state = stateFolder(name)): Promise<Done> {
  const { file, stop, after } = endFor(name, state)
  if (!existsSync(file)) throw new Error(`no slave "${name}" is installed: there is no ${file}`)
  const wrong = runAll(stop)
  rmSync(file)
  runAll(after)
  const kept = `Its keys, log and builds stay in ${state}.`
  const text = wrong
    ? `removed ${file}; the slave could not be stopped: ${wrong}\n${kept}`
    : `slave "${name}" is stopped and not started any more. ${kept}`
  return { ok: wrong === undefined, text }
}

function filesFor(service: Service, state: string): ServiceFiles {
  if (process.platform === 'win32') return windowsFiles(service, state, ownUser())
  if (process.platform === 'darwin')
    return launchdFiles(service, homedir(), ownId(), domainOf(ownId()))
  return systemdFiles(service, configHome())
}

function endFor(name: string, state: string): ServiceEnd {
  if (process.platform === 'win32') return windowsEnd(name, state)
  if (process.platform === 'darwin')
    return launchdEnd(name, homedir(), ownId(), textOf(plistFile(homedir(), name)))
  return systemdEnd(name, configHome())
}

// As a shell of this system takes it.
function pasted(words: readonly string[]): string {
  return words.map(process.platform === 'win32' ? quoteArgument : quoted).join(' ')
}

function ownUser(): string {
  const { stdout } = spawnSync('whoami', ['/user', '/fo', 'csv', '/nh'], { encoding: 'utf8' })
  return windowsUser(stdout ?? '', process.env, userInfo().username)
}

function ownId(): number {
  return process.getuid!()
}

// Over ssh nobody may be logged in at the screen, and there is no gui/UID then.
function domainOf(uid: number): LaunchdDomain {
  return spawnSync('launchctl', ['print', `gui/${uid}`]).status === 0 ? 'gui' : 'user'
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function takeAway({ end, look }: Replacement, longestS: number): Promise<void> {
  const works = ([file = '', ...args]: readonly string[]) => spawnSync(file, args).status === 0
  for (const words of end) works(words)
  const until = performance.now() + longestS * 1000
  while (look.some(works) && performance.now() < until)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
}

function configHome(): string {
  return process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
}

// What is wrong with the first that fails.
function runAll(commands: readonly (readonly string[])[]): string | undefined {
  for (const [file = '', ...args] of commands) {
    const { status, error, stderr } = spawnSync(file, args, { encoding: 'utf8' })
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return `${file} is not on this machine`
    if (error) return error.message
    if (status !== 0) return stderr.trim().split('\n')[0] || `${file} ended with ${status}`
  }
  return undefined
}

// What was started: in a bundle this file is part of it.
function entryFile(): string {
  return realpathSync(process.argv[1] ?? fileURLToPath(import.meta.url))
}
