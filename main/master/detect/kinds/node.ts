import { good, type Kind, shell, test } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import type { DraftStep } from '../proposal.ts'

const SCRIPTS = ['lint', 'typecheck', 'build', 'test'] as const
const TEST_FILE = /(^|\/)(test\/[^/]+|[^/]+[.-]test)\.[cm]?js$/

export const node: Kind = {
  label: 'Node',
  markers: ['package.json'],
  async detect(files) {
    const text = await files.read('package.json')
    if (text === undefined) return undefined
    const manifest = parseManifest(text)
    if (!manifest)
      return {
        found: [{ what: 'package.json', detail: 'it can’t be read as JSON', tone: 'warning' }],
        steps: [],
        tools: [],
      }
    const manager = managerOf(files, manifest)
    const parts = SCRIPTS.flatMap(name => scriptStep(name, manifest, manager))
    const own =
      parts.length === 0 && files.names.some(name => TEST_FILE.test(name))
        ? [test('node --test --test-reporter=tap', 'there are tests for Node’s own runner')]
        : parts
    const wanted = manifest.engines?.node ? `; Node ${manifest.engines.node}` : ''
    const names = SCRIPTS.filter(name => isReal(manifest.scripts?.[name]))
    const found = [
      good(
        'package.json',
        `${names.length > 0 ? `scripts ${names.join(', ')}` : 'no scripts that we know'}${wanted}`,
      ),
      ...(manager.lockfile ? [good(manager.lockfile, `so ${manager.install}`)] : []),
    ]
    if (own.length === 0) return { found, steps: [], tools: [] }
    return {
      found,
      steps: [...installStep(manifest, manager), ...own],
      tools: ['node', manager.program],
    }
  },
}

interface Manager {
  readonly program: 'npm' | 'pnpm' | 'yarn' | 'bun'
  readonly lockfile: string | undefined
  readonly install: string
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, unknown>>
  readonly dependencies?: object
  readonly devDependencies?: object
  readonly engines?: { readonly node?: string }
  readonly packageManager?: string
  readonly workspaces?: unknown
}

const LOCKFILES: readonly (readonly [string, Manager['program']])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
]

function managerOf(files: RepositoryFiles, manifest: Manifest): Manager {
  const [lockfile, locked] = LOCKFILES.find(([name]) => files.has(name)) ?? []
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest.packageManager ?? ''))?.[1]
  const program = locked ?? (named as Manager['program'] | undefined) ?? 'npm'
  if (program === 'npm') return { program, lockfile, install: lockfile ? 'npm ci' : 'npm install' }
  // Yarn has another word for it since version 2.
  const frozen = files.has('.yarnrc.yml') ? ' --immutable' : ' --frozen-lockfile'
  return { program, lockfile, install: `${program} install${lockfile ? frozen : ''}` }
}

function installStep(manifest: Manifest, { lockfile, install }: Manager): DraftStep[] {
  if (lockfile) return [shell('install', install, `there is a ${lockfile}`)]
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  if (needs.length === 0 && !manifest.workspaces) return []
  return [shell('install', install, 'package.json has dependencies, and there is no lockfile')]
}

function scriptStep(
  name: (typeof SCRIPTS)[number],
  { scripts, workspaces }: Manifest,
  { program }: Manager,
): DraftStep[] {
  const because = `package.json has a ${name} script`
  if (isReal(scripts?.[name])) {
    if (name === 'test')
      return [test(program === 'bun' ? 'bun run test' : `${program} test`, because)]
    const step = shell(name, `${program} run ${name}`, because)
    return [name === 'lint' ? { ...step, warnOnly: true } : step]
  }
  if (!workspaces || program !== 'npm') return []
  const each = 'package.json has workspaces; each that has the script runs it'
  if (name === 'test') return [test('npm test --workspaces --if-present', each)]
  return name === 'build' ? [shell(name, 'npm run build --workspaces --if-present', each)] : []
}

// What npm init writes fails on purpose.
function isReal(script: unknown): boolean {
  return typeof script === 'string' && !script.includes('no test specified')
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? found : undefined
  } catch {
    return undefined
  }
}
