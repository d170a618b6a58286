import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import type { Installed, Release } from './updater-port.ts'

export interface InstalledFacts {
  readonly isPackaged: boolean
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly resourcesPath: string
  readonly execPath: string
  /** What `codesign` says of an app bundle; asked on macOS alone. */
  readonly describeSignature: (bundle: string) => string
  /** Public keys that a Linux feed must be signed with. */
  readonly feedKeys: readonly string[]
}

const COMMANDS: Readonly<Record<string, (file: string) => string>> = {
  deb: file => `sudo apt install ./${file}`,
  rpm: file => `sudo dnf install ./${file}`,
  pacman: file => `sudo pacman -U ./${file}`,
}

/** Who may replace this copy of the app. electron-builder writes `package-type` into system packages. */
export function howInstalled(facts: InstalledFacts): Installed {
  const { isPackaged, platform, env, resourcesPath, feedKeys } = facts
  if (!isPackaged) return { kind: 'never', reason: 'This is a checkout; git updates it.' }
  if (!existsSync(join(resourcesPath, 'app-update.yml')))
    return { kind: 'never', reason: 'This build has no address to look for updates at.' }
  if (platform === 'darwin') return bundleInstalled(facts)
  if (platform !== 'linux') return { kind: 'replaceable' }
  if (env.SNAP) return { kind: 'never', reason: 'Snap updates this app.' }
  if (env.FLATPAK_ID) return { kind: 'never', reason: 'Flatpak updates this app.' }
  if (feedKeys.length === 0)
    return { kind: 'never', reason: 'This build has no key to tell a true update by.' }
  const type = readPackageType(resourcesPath)
  const command = type === undefined ? undefined : COMMANDS[type]
  if (command) {
    const base = readFeedAddress(resourcesPath)
    if (base === undefined)
      return {
        kind: 'never',
        reason: 'This build does not say where its packages are; look where you got it.',
      }
    return { kind: 'told', command: release => fetchAnd(release, type!, base, command) }
  }
  if (env.APPIMAGE) return { kind: 'replaceable' }
  return { kind: 'never', reason: 'This copy is a plain folder; unpack the new version beside it.' }
}

// Squirrel replaces only a bundle with a real signature that it may write to, and says so too late.
function bundleInstalled({ execPath, describeSignature }: InstalledFacts): Installed {
  const [bundle] = /^.*?\.app(?=\/)/.exec(execPath) ?? []
  if (bundle === undefined)
    return { kind: 'never', reason: 'This copy is not an app bundle; unpack the new version.' }
  if (bundle.includes('/AppTranslocation/') || !isWritable(dirname(bundle)))
    return {
      kind: 'never',
      reason: 'macOS runs this copy from a place that cannot be changed; move it to Applications.',
    }
  const signature = describeSignature(bundle)
  if (!/^Authority=/m.test(signature))
    return {
      kind: 'never',
      reason: 'This build has no signature of its maker, and macOS updates only builds that have.',
    }
  return { kind: 'replaceable' }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function readPackageType(resourcesPath: string): string | undefined {
  try {
    return readFileSync(join(resourcesPath, 'package-type'), 'utf8').trim()
  } catch {
    return undefined
  }
}

// electron-builder writes the place of the feed into each package; the feed names files beside it.
function readFeedAddress(resourcesPath: string): URL | undefined {
  try {
    const { url } = parse(readFileSync(join(resourcesPath, 'app-update.yml'), 'utf8')) ?? {}
    return new URL(`${String(url).replace(/\/+$/, '')}/`)
  } catch {
    return undefined
  }
}

function fetchAnd(
  release: Release,
  type: string,
  base: URL,
  command: (file: string) => string,
): string {
  const file = release.files.find(({ url }) => url.endsWith(`.${type}`))
  if (file === undefined) return `no .${type} was released; take the AppImage`
  const address = new URL(file.url, base)
  const name = decodeURIComponent(address.pathname.split('/').at(-1)!)
  // -o, because curl's own name for the file keeps what is escaped in the address.
  return `curl -fL -o ${quoted(name)} ${quoted(address.href)} && ${command(quoted(name))}`
}

// A feed is signed, but a person will run this: nothing of it may be more than a word.
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
