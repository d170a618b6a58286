import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AppPort } from '../ports.ts'

/** Started with it the app shows no window: its tray is enough. */
const HIDDEN = '--hidden'

export interface LoginFacts {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The person's home. */
  readonly home: string
  readonly execPath: string
  /** What this start was given that the next one needs. */
  readonly args: readonly string[]
}

/**
 * Starts the app when the person logs in, or no longer. Electron does it on macOS
 * and Windows; Linux desktops read a file.
 */
export function setLogin(
  app: Pick<AppPort, 'setLoginItemSettings'>,
  on: boolean,
  facts: LoginFacts,
): void {
  const args = [...facts.args, HIDDEN]
  if (facts.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: on, args })
    return
  }
  const file = autostartFile(facts)
  if (!on) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, desktopEntry(facts.env.APPIMAGE ?? facts.execPath, args))
}

/**
 * Whether the app was started at login and shows no window. On macOS a login item gets no arguments
 * (Electron's `setLoginItemSettings`: `args` is for Windows), but the app can ask how it was started.
 *
 * @param wanted Whether the person asked for a start at login.
 */
export function isHiddenStart(
  app: Pick<AppPort, 'getLoginItemSettings'>,
  wanted: boolean,
  platform: NodeJS.Platform = process.platform,
  argv: readonly string[] = process.argv,
): boolean {
  if (argv.includes(HIDDEN)) return true
  return platform === 'darwin' && wanted && app.getLoginItemSettings().wasOpenedAtLogin
}

/**
 * Rewrites our autostart file when it starts another program than this one. An update gives an
 * AppImage a new name, and a person may move it; the old path starts nothing.
 */
export function healAutostart(facts: LoginFacts): void {
  if (facts.platform !== 'linux' || !hasAutostart(facts)) return
  const entry = desktopEntry(facts.env.APPIMAGE ?? facts.execPath, [...facts.args, HIDDEN])
  const file = autostartFile(facts)
  if (readFileSync(file, 'utf8') !== entry) writeFileSync(file, entry)
}

/** Whether it is so now, on Linux. */
export function hasAutostart(facts: LoginFacts): boolean {
  return existsSync(autostartFile(facts))
}

function autostartFile({ env, home }: LoginFacts): string {
  const config = env.XDG_CONFIG_HOME || join(home, '.config')
  return join(config, 'autostart', 'org.triphammer.desktop.desktop')
}

function desktopEntry(program: string, args: readonly string[]): string {
  const command = [program, ...args].map(quoted).join(' ')
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Triphammer',
    'Comment=Builds your repositories',
    `Exec=${command}`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

// As the Desktop Entry Specification has it: quotes for spaces, and four characters escaped.
function quoted(word: string): string {
  if (/^[\w@+=:,./-]+$/.test(word)) return word
  return `"${word.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`
}
