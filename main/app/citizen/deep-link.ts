import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realFolder } from '../../host/data-dir.ts'
import type { Launch } from '../launch.ts'
import type { AppPort } from '../ports.ts'

/** The scheme that the system opens with this app. */
export const SCHEME = 'triphammer'

const VIEWS = new Set([
  'view',
  'waterfall',
  'console',
  'grid',
  'trends',
  'tests',
  'board',
  'wall',
  'compare',
  'builds',
  'changes',
  'slaves',
  'search',
  'settings',
  'add',
])
const CONFIG = 'master.yml'
const LONGEST = 2000

/**
 * The place in the window that a link names: `triphammer://builds/calc/12` is
 * `/builds/calc/12`. `undefined` for what is no link of ours: anybody may make one,
 * so it can show something and do nothing.
 */
export function placeOf(link: string): string | undefined {
  if (link.length > LONGEST || !link.startsWith(`${SCHEME}://`)) return undefined
  let url: URL
  try {
    url = new URL(link)
  } catch {
    return undefined
  }
  if (!VIEWS.has(url.hostname)) return undefined
  const parts = url.pathname.split('/').filter(part => part !== '')
  if (!parts.every(isText)) return undefined
  return `/${[url.hostname, ...parts].join('/')}${url.search}`
}

function isText(part: string): boolean {
  try {
    return decodeURIComponent(part) !== ''
  } catch {
    return false
  }
}

/**
 * Has the system open links with this app. A link brings no `--data` along, and an app on another folder than the usual
 * one would not be the one that answers; Windows lets us say the arguments, the other systems do not.
 */
export function takeLinks(
  app: Pick<AppPort, 'setAsDefaultProtocolClient'>,
  { dataDir, isElsewhere }: Pick<Launch, 'dataDir' | 'isElsewhere'>,
  platform: NodeJS.Platform = process.platform,
): void {
  if (isElsewhere && platform === 'win32')
    app.setAsDefaultProtocolClient(SCHEME, process.execPath, [`--data=${dataDir}`])
  else app.setAsDefaultProtocolClient(SCHEME)
}

/**
 * The link among the arguments of a start, where there is one. The app's own master.yml, which a desktop opens with it,
 * stands for the settings.
 */
export function linkAmong(argv: readonly string[], dataDir?: string): string | undefined {
  const link = argv.find(arg => placeOf(arg) !== undefined)
  const isOwn = dataDir !== undefined && configAmong(argv) === join(dataDir, CONFIG)
  return link ?? (isOwn ? `${SCHEME}://settings` : undefined)
}

/** The master.yml among the arguments of a start, as desktops hand a file over: by its path or its URL. */
export function configAmong(argv: readonly string[]): string | undefined {
  const paths = argv.slice(1).map(arg => (arg.startsWith('file://') ? pathOfUrl(arg) : arg))
  const found = paths.find(path => !path.startsWith('-') && basename(path) === CONFIG)
  // As the data directory is named: without links on the way.
  return found === undefined ? undefined : join(realFolder(dirname(resolve(found))), CONFIG)
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return ''
  }
}
