// What the scripts share. Runs on Node 20, before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(fileURLToPath(import.meta.url), '../..')
const at = (...parts) => join(root, ...parts)

/** Tells a person what happens, on stderr so that data on stdout stays data. */
export function say(text) {
  process.stderr.write(`triphammer: ${text}\n`)
}

/** Ends with one sentence that says what to do. */
export function fail(text) {
  say(text)
  process.exit(1)
}

/** Installs the dependencies when what is installed is not what the lockfile says. */
export function ensureInstalled() {
  if (installed()) return
  say('installing dependencies (npm ci) …')
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  // Windows runs npm by its shell, and Node warns of a shell that is given a list.
  const { status } =
    process.platform === 'win32'
      ? spawnSync(['npm', ...args].join(' '), { ...options, shell: true })
      : spawnSync('npm', args, options)
  if (status !== 0) fail('npm ci failed; its message is above. Is the npm registry within reach?')
}

function installed() {
  const here = at('node_modules/.package-lock.json')
  if (!existsSync(here)) return false
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages
  const found = JSON.parse(readFileSync(here, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    // Packages of other platforms are not installed.
    if (optional && !found[path]) return true
    return found[path]?.version === version && existsSync(at(path))
  })
}

const SOURCES = [
  'main',
  'renderer',
  'slave',
  'electron.vite.config.ts',
  'scripts/pack-slave.mjs',
  'scripts/triphammer-slave.mjs',
  'docs/slave-package.md',
  'package.json',
  'package-lock.json',
]

/** Builds when the sources are not those of the last build. */
export function ensureBuilt() {
  const stamp = at('out/.sources')
  const now = hashSources()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  say('building …')
  const args = [
    at('node_modules/electron-vite/bin/electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ]
  const { status } = spawnSync(node24(), args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (status !== 0) fail('the build failed; its message is above.')
  writeFileSync(stamp, now)
}

function hashSources() {
  const hash = createHash('sha256')
  const add = path => {
    if (statSync(at(path)).isDirectory())
      for (const name of readdirSync(at(path)).sort()) add(join(path, name))
    else
      hash
        .update(path)
        .update('\0')
        .update(readFileSync(at(path)))
        .update('\0')
  }
  for (const source of SOURCES) add(source)
  return hash.digest('hex')
}

/** The path of a Node that has node:sqlite: this one, or the one that npm installed. */
export function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const binary = at('node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  return fail(
    existsSync(at('node_modules'))
      ? `Triphammer needs Node 24 or later, and this is ${process.versions.node}. On Linux and on Windows x64 npm brings it along; for ${process.platform} ${process.arch} it has none, so install it yourself, as from https://nodejs.org.`
      : 'the dependencies are not installed. Run "npm ci", or "npm start", which does it.',
  )
}

/** Runs a program with Node 24 first in its PATH, and gives its exit code. */
export function run(file, args, options = {}) {
  const { env = {}, ...rest } = options
  return new Promise(done => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: 'inherit',
      ...rest,
      env: {
        ...process.env,
        PATH: `${join(node24(), '..')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
        ...env,
      },
    })
    passSignals(child)
    child.on('error', error => fail(`${file}: ${error.message}`))
    child.on('exit', (code, signal) => done(signal ? 1 : code))
  })
}

// A signal to npm or npx reaches nobody else: npm goes, the shell between goes, and we stay.
const PARENT_LOOK_MS = 500

/**
 * Passes one signal to the program that this script runs, also when npm, which started this script,
 * is gone. A program may take a second signal for impatience, so the rest are kept from it: systemd
 * and a closing terminal signal every process of a group, and each script in between hears of it.
 */
export function passSignals(child) {
  let passed = false
  const pass = signal => {
    if (!passed) child.kill(signal)
    passed = true
  }
  // The terminal sends Ctrl+C to the program, too.
  process.on('SIGINT', () => {})
  // On Windows the console tells the program of everything, and `kill` would end it at once.
  const onWindows = process.platform === 'win32'
  for (const signal of ['SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (!onWindows) pass(signal)
    })
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const looking = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(looking)
    pass('SIGTERM')
  }, PARENT_LOOK_MS)
  looking.unref()
}

/** The first of `names` that is in the PATH, or at one of `paths`. */
export function findProgram(names, paths = []) {
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const candidates = [
    ...names.flatMap(name => folders.map(folder => join(folder, name + suffix))),
    ...paths,
  ]
  return candidates.find(path => existsSync(path))
}

/** A browser of the Chromium family. */
export function findBrowser() {
  const programs = process.env.ProgramFiles ?? 'C:\\Program Files'
  return findProgram(
    [
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      'microsoft-edge',
      'chrome',
      'msedge',
    ],
    [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      join(programs, 'Google\\Chrome\\Application\\chrome.exe'),
      join(programs, '..', 'Program Files (x86)', 'Microsoft\\Edge\\Application\\msedge.exe'),
    ],
  )
}

/** A Chromium for the tests: the one that is there, or Debian's where we may install it. */
export function ensureChromium() {
  const found = findBrowser()
  if (found) return found
  if (!mayInstall())
    fail(
      'the tests need a browser: install Chromium (Debian: apt-get install chromium), Chrome or Edge.',
    )
  const installed = install('chromium')
  const installedNow = findBrowser()
  if (!installed || !installedNow) fail('apt-get could not install chromium; its message is above.')
  return installedNow
}

const BUILDBOT = ['/usr/bin/buildbot', '/usr/bin/buildbot-worker']

/**
 * Debian's Buildbot, for the tests that meet it on the wire. Where it can't be had they are
 * left out, with a word, and a run that was recorded stands for it.
 */
export function ensureBuildbot() {
  const there = () => BUILDBOT.every(file => existsSync(file))
  if (there() || (mayInstall() && install('buildbot', 'buildbot-worker') && there())) return
  say(
    'Buildbot is not installed (Debian: apt-get install buildbot buildbot-worker): tests against the real one are left out.',
  )
}

/** OpenSSH's server, for the tests of slaves over ssh; they start one of their own. */
export function ensureSshd() {
  const there = () => findProgram(['sshd'], ['/usr/sbin/sshd'])
  if (there() || (mayInstall() && install('openssh-server', 'openssh-client') && there())) return
  say(
    'sshd is not installed (Debian: apt-get install openssh-server): tests over ssh are left out.',
  )
}

/** Git LFS, for the test of a repository that has files there. */
export function ensureGitLfs() {
  const there = () => findProgram(['git-lfs']) !== undefined
  if (there() || (mayInstall() && install('git-lfs') && there())) return
  say('git-lfs is not installed (Debian: apt-get install git-lfs): its test is left out.')
}

function mayInstall() {
  return findProgram(['apt-get']) !== undefined && process.getuid?.() === 0
}

function install(...packages) {
  say(`installing ${packages.join(' and ')} (apt-get) …`)
  const apt = findProgram(['apt-get'])
  const quiet = {
    stdio: ['ignore', 'ignore', 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  spawnSync(apt, ['update', '-qq'], quiet)
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  return spawnSync(apt, args, quiet).status === 0
}

/** Puts in place what packages the app for the tests of updates, where it may; says so where it may not. */
export function ensurePackagingTools() {
  const there = () =>
    ['mksquashfs', 'desktop-file-validate'].every(tool => findProgram([tool]) !== undefined)
  if (process.platform !== 'linux' || there()) return
  if (mayInstall() && install('squashfs-tools', 'desktop-file-utils') && there()) return
  say(
    'squashfs-tools and desktop-file-utils are not installed: tests of updates of a packaged app are left out.',
  )
}

/** Git is what the whole program works with. */
export function ensureGit() {
  const git = findProgram(['git'])
  if (!git) fail('git was not found. Install it (Debian: apt-get install git).')
  // Apple's stand-in would open a dialogue each time that it is started.
  if (process.platform === 'darwin' && git === '/usr/bin/git' && !hasDeveloperTools())
    fail('git is not installed yet. Install it with: xcode-select --install')
}

function hasDeveloperTools() {
  return spawnSync('xcode-select', ['-p']).status === 0
}
