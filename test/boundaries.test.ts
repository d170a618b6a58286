import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './helpers/folders.ts'

const ROOT = join(import.meta.dirname, '..')
const SOURCES = ['main/**/*.ts', 'slave/**/*.ts', 'renderer/**/*.{ts,tsx}']

interface Import {
  readonly file: string
  /** A path from the root of the checkout, or the name of a package. */
  readonly target: string
  readonly typeOnly: boolean
}

interface Room {
  /** The files of the room; the first room that has a file decides. */
  readonly files: RegExp
  /** What it may import of ours. */
  readonly ours: RegExp
  /** What it may take types of, besides. */
  readonly types?: RegExp
  /** Which packages it may import. */
  readonly packages: (name: string) => boolean
  readonly instead: string
}

const isElectron = (name: string) => /^electron($|-|\/)/.test(name)
const plain = (name: string) => !isElectron(name)
const isNode = (name: string) => name.startsWith('node:')

/** Who may import whom. A file of its own room is always allowed. */
const ROOMS: readonly Room[] = [
  {
    files: /^slave\/protocol\//,
    ours: /^slave\/protocol\//,
    packages: plain,
    instead:
      'slave/protocol imports nothing of ours: someone must be able to write a slave from it alone.',
  },
  {
    files: /^slave\//,
    ours: /^slave\//,
    packages: plain,
    instead: 'A slave runs alone on any machine. What both ends share belongs in slave/protocol.',
  },
  {
    files: /^main\/master\/(data|db)\/|^main\/master\/master\.ts$/,
    ours: /^main\/master\/|^slave\/protocol\//,
    packages: plain,
    instead: 'The master runs in plain Node and knows none of its shells. Take it as a parameter.',
  },
  {
    // Logs are a database of their own, opened, migrated and read with the same care as history is.
    files: /^main\/master\/logs\//,
    ours: /^main\/master\/(?!db\/)|^main\/master\/db\/(damaged|database|json|migrate)\.ts$/,
    types: /^main\/master\/db\//,
    packages: plain,
    instead:
      'Of db, logs take how a database is opened, migrated and read. History is reached by data.',
  },
  {
    // What copies whole databases: it works on files, beside what the master has open.
    files: /^main\/master\/(backup|exchange|upgrade)\//,
    ours: /^main\/master\//,
    packages: plain,
    instead:
      'Backups, exports, imports and upgrades run in plain Node and know none of the shells.',
  },
  {
    files: /^main\/master\//,
    ours: /^main\/master\/(?!db\/)|^slave\/protocol\//,
    types: /^main\/master\/db\//,
    packages: plain,
    instead:
      'The master runs in plain Node and knows none of its shells; in it only data imports db. Call data, or take a parameter.',
  },
  {
    files: /^main\/bridge\/contract\.ts$/,
    ours: /^main\/master\/results\.ts$/,
    types: /^main\/(master|bridge)\//,
    packages: () => false,
    instead:
      'The contract is what a page may load: types, and results.ts. Answers are in handlers.ts.',
  },
  {
    files: /^main\/bridge\//,
    ours: /^main\/(bridge|master)\//,
    packages: plain,
    instead: 'The bridge answers from the master. A shell hands in what else it needs.',
  },
  {
    files: /^main\/http\//,
    ours: /^main\/(http|bridge|master)\//,
    packages: plain,
    instead: 'HTTP is a door of the master. What starts both is main/host.',
  },
  {
    files: /^main\/host\//,
    ours: /^main\/(host|http|bridge|master)\/|^slave\/(environment\.ts$|protocol\/)/,
    packages: plain,
    instead: 'The host runs headless, too. Electron belongs in main/app, commands in main/cli.',
  },
  {
    files: /^main\/cli(\/|\.ts$)/,
    ours: /^main\/(cli|host|http|bridge|master)\//,
    packages: plain,
    instead: 'The command line runs in plain Node. It starts Electron as a program.',
  },
  {
    files: /^main\/app\/preload\.ts$/,
    ours: /^$/,
    types: /^main\/bridge\/contract\.ts$/,
    packages: name => name === 'electron',
    instead: 'A preload in a sandbox has values of electron alone, and types of the contract.',
  },
  {
    // What evaluates Electron is thin, so that everything else can be tested without.
    files: /^main\/(main|app\/electron-[^/]+)\.ts$/,
    ours: /^main\/(app|host)\//,
    packages: name => isElectron(name),
    instead: 'What imports Electron only hands it over. Put the rest into main/app, with a port.',
  },
  {
    files: /^main\/app\//,
    ours: /^main\/(app|host|http|bridge|master)\//,
    packages: plain,
    instead: "Take Electron's parts from ports.ts as parameters; import only types of electron.",
  },
  {
    files: /^renderer\/bridge\.ts$/,
    ours: /^renderer\//,
    types: /^main\/(bridge\/contract\.ts$|master\/)/,
    packages: () => false,
    instead: 'A page takes types of the contract, and asks the main process for everything else.',
  },
  {
    files: /^renderer\/(results|standing|logs\/terminal-text)\.ts$/,
    ours: /^main\/master\/(results|standing|logs\/(plain-text|sequences|sgr))\.ts$/,
    packages: () => false,
    instead:
      'A page shares results.ts, standing.ts and how a line is read (logs/plain-text.ts, sequences.ts, sgr.ts) with the main process, and nothing else that runs.',
  },
  {
    files: /^renderer\//,
    ours: /^renderer\//,
    packages: name => plain(name) && !isNode(name),
    instead: 'renderer/bridge.ts alone names main/. A page has no Node and no Electron.',
  },
]

describe('every import', () => {
  const files = globSync(SOURCES, { cwd: ROOT }).map(file => file.replaceAll('\\', '/'))

  test('is seen', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(importsOf('main/app/app.ts')).toContainEqual({
      file: 'main/app/app.ts',
      target: 'main/host/host.ts',
      typeOnly: false,
    })
  })

  test('stays within what its room may import', () => {
    expect(files.flatMap(file => importsOf(file).flatMap(one => judge(one) ?? []))).toEqual([])
  })

  test('leads to a file that is there', () => {
    const targets = files.flatMap(file => importsOf(file).filter(({ target }) => isOurs(target)))

    expect(targets.filter(({ target }) => !existsSync(join(ROOT, target)))).toEqual([])
  })
})

test('only data publishes on mq', () => {
  const files = globSync('main/master/**/*.ts', { cwd: ROOT }).map(file =>
    file.replaceAll('\\', '/'),
  )
  const publishing = files.filter(file => /\bpublish(All)?\(/.test(read(file)))

  // The rest call data, which writes first and tells after.
  expect(publishing.filter(file => !/^main\/master\/(data|mq)\//.test(file))).toEqual([])
  expect(publishing.length).toBeGreaterThan(1)
})

// Whatever they do can't fail, or they tell it by themselves.
const NEVER_FAIL: readonly RegExp[] = [
  /void [\w.]+\.(add|delete|push|set)\(/,
  /void data\.addEvent\(/,
  /void (session\.ended|one\.exited|exited|ended)\.then\(/,
  /void thread\?\.terminate\(/,
  /void listener\(request, response\)/,
  // They answer by themselves for all that they do.
  /clock\.after\(FIRST_LOOK_MS, \(\) => void look\(\)\)/,
  /return void (tally|say)\b/,
]

test('no work goes on by itself without somebody who is told of its fault', () => {
  const rooms = 'main/{master,bridge,http,host}/**/*.ts'
  const lines = globSync(rooms, { cwd: ROOT }).flatMap(file =>
    read(file)
      .split('\n')
      .filter(line => /(^\s*|=> |return |\) )void [\w.?]+\(/.test(line))
      .filter(line => !NEVER_FAIL.some(known => known.test(line)))
      .map(line => `${file}: ${line.trim()}`),
  )

  // Use `alone` of main/master/boundary.ts, and `data.eventually` for a write.
  expect(lines).toEqual([])
})

test('an import of Electron in the master is seen twice, and told where to go instead', () => {
  const file = 'main/master/master.ts'
  const text = read(file)
  const wrong = `import { app } from 'electron'\n${text}\nexport const name = app.name\n`

  expect(importsIn(file, wrong).flatMap(one => judge(one) ?? [])).toEqual([
    expect.stringMatching(/^main\/master\/master\.ts imports electron\. .*plain Node/),
  ])
  expect(lint(file, text)).toEqual({ status: 0, output: expect.any(String) })
  expect(lint(file, wrong)).toEqual({
    status: 1,
    output: expect.stringContaining('let main/app pass it in'),
  })
})

test.each([
  ['main/master/process/x.ts', "import { insertBuild } from '../db/builds.ts'", 'Call data'],
  ['main/master/logs/x.ts', "import { openHistory } from '../db/history.ts'", 'by data'],
  ['main/master/steps/x.ts', "import { log } from '../../bridge/call.ts'", 'none of its shells'],
  ['main/host/x.ts', "import ElectronStore from 'electron-store'", 'headless'],
  ['main/http/x.ts', "export { startHost } from '../host/host.ts'", 'main/host'],
  ['main/cli/x.ts', "await import('../app/app.ts')", 'plain Node'],
  ['main/app/x.ts', "import { app } from 'electron'", 'ports.ts'],
  ['main/app/preload.ts', "import { z } from 'zod'", 'electron alone'],
  ['main/bridge/contract.ts', "import { call } from './call.ts'", 'types'],
  ['slave/x.ts', "import type { Log } from '../main/master/model.ts'", 'slave/protocol'],
  ['slave/protocol/x.ts', "import { x } from '../connection.ts'", 'from it alone'],
  ['renderer/x.ts', "import type { Log } from '../main/master/model.ts'", 'renderer/bridge.ts'],
  ['renderer/x.ts', "import { join } from 'node:path'", 'no Node'],
  ['renderer/bridge.ts', "import { call } from '../main/bridge/call.ts'", 'types of the contract'],
])('%s may not say: %s', (file, text, instead) => {
  expect(importsIn(file, text).flatMap(one => judge(one) ?? [])).toEqual([
    expect.stringContaining(instead),
  ])
})

test.each([
  ['main/master/process/x.ts', "import type { NewChange } from '../db/changes.ts'"],
  ['main/app/x.ts', "import type { App } from 'electron'"],
  ['main/app/x.ts', "import { type App, type Menu } from 'electron'"],
])('%s may say: %s', (file, text) => {
  expect(importsIn(file, text).flatMap(one => judge(one) ?? [])).toEqual([])
})

const BUILT = join(ROOT, 'out/main')

// What runs in plain Node must not reach Electron through a chunk that it shares with the app.
test
  .skipIf(!existsSync(BUILT))
  .each([
    'cli.js',
    'slave.js',
    'log-writer.js',
    'log-reader.js',
    'backup-thread.js',
    'upgrade-thread.js',
    'damage-thread.js',
  ])(
  'what was built as %s reaches no Electron (skipped when nothing is built: npm run build)',
  entry => {
    const { files, packages } = reach(entry)

    expect(files.size).toBeGreaterThan(0)
    expect([...packages].filter(isElectron)).toEqual([])
  },
)

test.skipIf(!existsSync(BUILT))('what was built as main.js is what does', () => {
  expect([...reach('main.js').packages]).toEqual(
    expect.arrayContaining(['electron', 'electron-store']),
  )
})

/** What is wrong with an import; undefined when nothing is. */
function judge({ file, target, typeOnly }: Import): string | undefined {
  const room = ROOMS.find(({ files }) => files.test(file))
  if (!room) return `${file} is in no room. Say in this test what it may import.`
  // Types are gone before anything runs.
  if (!isOurs(target) && typeOnly && target === 'electron' && file.startsWith('main/app/'))
    return undefined
  const allowed = isOurs(target)
    ? room.ours.test(target) || (typeOnly && (room.types?.test(target) ?? false))
    : room.packages(target)
  return allowed ? undefined : `${file} imports ${target}. ${room.instead}`
}

function isOurs(target: string): boolean {
  return /^(main|slave|renderer)\//.test(target)
}

function importsOf(file: string): Import[] {
  return importsIn(file, read(file))
}

function importsIn(file: string, text: string): Import[] {
  const found = [
    ...[...text.matchAll(/^(?:import|export)\b([^;'"`]*?)\bfrom\s*'([^']+)'/gm)].map(
      ([, clause, name]) => ({ name: name!, typeOnly: isTypeOnly(clause!) }),
    ),
    ...[...text.matchAll(/^import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm)].map(
      ([, plain, dynamic]) => ({ name: (plain ?? dynamic)!, typeOnly: false }),
    ),
  ]
  return found.map(({ name, typeOnly }) => {
    const path = name.startsWith('.') ? join(ROOT, dirname(file), name) : undefined
    return { file, target: path ? relative(ROOT, path).replaceAll('\\', '/') : name, typeOnly }
  })
}

// `import type X`, or braces in which every name is a type.
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true
  const names = /^\s*\{([^}]+)\}\s*$/.exec(clause)?.[1]?.split(',') ?? []
  const given = names.filter(name => name.trim() !== '')
  return given.length > 0 && given.every(name => /^\s*type\s/.test(name))
}

/** The built files that an entry loads, now or later, and the packages that they name. */
function reach(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = [join(BUILT, entry)]
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    const text = readFileSync(file, 'utf8')
    const names = text.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["']([^"'\n]+)["']/g)
    for (const [, name] of names) {
      const path = join(dirname(file), name!)
      if (!name!.startsWith('.')) packages.add(name!)
      else if (existsSync(path)) waiting.push(path)
    }
  }
  return { files, packages }
}

/** What Biome says of a file with this text in this place, under our own rules. */
function lint(file: string, text: string): { status: number | null; output: string } {
  const cwd = temporaryFolder('lint')
  mkdirSync(join(cwd, dirname(file)), { recursive: true })
  copyFileSync(join(ROOT, 'biome.json'), join(cwd, 'biome.json'))
  writeFileSync(join(cwd, file), text)
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'lint', '--vcs-enabled=false', file]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}
