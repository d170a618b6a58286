import { delimiter, join, sep } from 'node:path'

type Env = Record<string, string | undefined>

// What the app, the tools that start it and the slave itself put into the environment.
const OURS = new Set([
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ASAR',
  'ELECTRON_NO_ATTACH_CONSOLE',
  'ELECTRON_EXEC_PATH',
  'ELECTRON_OVERRIDE_DIST_PATH',
  'ELECTRON_RENDERER_URL',
  'CHROME_DESKTOP',
  'GDK_BACKEND',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'NODE_OPTIONS',
  'NODE_ENV',
  'NODE',
  'INIT_CWD',
  'VITEST',
  'VITEST_MODE',
  'VITEST_POOL_ID',
  'VITEST_WORKER_ID',
])
// What git tells the hooks that it runs ("git rev-parse --local-env-vars"): a master that
// was started by a hook must not take that repository for the one that it builds.
const GIT_LOCAL = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_PARAMETERS',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
])
const OUR_PREFIXES = ['npm_', 'TRIPHAMMER', 'ELECTRON_VITE_', 'ELECTRON_DOUBLE_', 'PLAYWRIGHT_']
const APPIMAGE = ['APPIMAGE', 'APPDIR', 'ARGV0', 'OWD']
const LISTS = [
  'PATH',
  'LD_LIBRARY_PATH',
  'XDG_DATA_DIRS',
  'GSETTINGS_SCHEMA_DIR',
  'PYTHONPATH',
  'PERLLIB',
  'QT_PLUGIN_PATH',
]

const LOCALES = ['LANG', 'LC_ALL', 'LC_CTYPE']

const ASKED = new Set([...LISTS, 'COMSPEC', 'PATHEXT'])

/**
 * The environment that a person's own shell would have: without what Electron,
 * an AppImage mount, npm and this app added. Builds of Electron and Node
 * projects break on these, and system programs load the wrong libraries.
 *
 * @param appRoot Folder of the app; npm put its node_modules/.bin into PATH.
 */
export function scrubEnvironment(env: Env, appRoot: string): Record<string, string> {
  const clean: Record<string, string> = {}
  for (const [given, value] of Object.entries(env)) {
    const name = nameAsked(given)
    if (value === undefined || isOurs(name)) continue
    clean[name] = value
  }
  const mount = env.APPDIR
  if (mount) {
    for (const name of APPIMAGE) delete clean[name]
    for (const name of LISTS) keepEntries(clean, name, entry => !isWithin(entry, mount))
  }
  if (env.npm_lifecycle_event !== undefined || env.npm_execpath !== undefined)
    keepEntries(clean, 'PATH', entry => !isNpmEntry(entry, appRoot))
  keepEntries(clean, 'PATH', entry => !isWithin(entry, join(appRoot, 'node_modules')))
  // Terminals of macOS set it, the Finder and launchd do not; Ruby and CocoaPods then take text for ASCII.
  if (process.platform === 'darwin' && !LOCALES.some(name => clean[name]))
    clean.LANG = 'en_US.UTF-8'
  return clean
}

/**
 * The key by which an environment has a variable. Windows does not mind the case of names, but a copy of
 * its environment is a plain object, which does.
 */
export function keyOf(env: Readonly<Record<string, unknown>>, name: string): string {
  if (process.platform !== 'win32' || Object.hasOwn(env, name)) return name
  const wanted = name.toUpperCase()
  return Object.keys(env).find(key => key.toUpperCase() === wanted) ?? name
}

const OUR_NAMES: ReadonlySet<string> = new Set([...OURS, ...GIT_LOCAL])

function isOurs(given: string): boolean {
  const windows = process.platform === 'win32'
  const name = windows ? given.toUpperCase() : given
  return (
    OUR_NAMES.has(name) ||
    OUR_PREFIXES.some(prefix => name.startsWith(windows ? prefix.toUpperCase() : prefix))
  )
}

// Windows writes Path and ComSpec. We ask for these by the names that they have elsewhere.
function nameAsked(name: string): string {
  if (process.platform !== 'win32') return name
  const upper = name.toUpperCase()
  return ASKED.has(upper) ? upper : name
}

// An empty LD_LIBRARY_PATH means "the current folder", so a list that becomes empty goes.
function keepEntries(env: Record<string, string>, name: string, keep: (entry: string) => boolean) {
  const value = env[name]
  if (value === undefined) return
  const entries = value.split(delimiter).filter(entry => entry !== '' && keep(entry))
  if (entries.length > 0) env[name] = entries.join(delimiter)
  else delete env[name]
}

// npm puts node_modules/.bin of the package and of all folders above it into PATH.
function isNpmEntry(entry: string, appRoot: string): boolean {
  if (entry.endsWith(`${sep}node-gyp-bin`)) return true
  const bin = join(sep, 'node_modules', '.bin')
  if (!entry.endsWith(bin)) return false
  const owner = entry.slice(0, -bin.length)
  return appRoot === owner || appRoot.startsWith(owner + sep)
}

function isWithin(entry: string, folder: string): boolean {
  return entry === folder || entry.startsWith(folder + sep)
}
