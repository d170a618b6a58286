import picomatch from 'picomatch'
import { parse } from 'yaml'
import { RUNNER_OPTIONS } from '../../steps/runner-options.ts'
import { type Detection, good, type Kind, shell, test, warning } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import { hazardOf, onlyPrints } from '../hazards.ts'
import type { DraftStep, Finding } from '../proposal.ts'
import { fileWith } from '../text.ts'

// What a script is called that does the same; the first that there is stands for the others.
const SCRIPTS = {
  lint: ['lint'],
  typecheck: [
    'typecheck',
    'type-check',
    'types:check',
    'check-types',
    'check:types',
    'check-type',
    'tsc',
  ],
  build: ['build', 'compile'],
  test: ['test', 'tests', 'test:ci', 'test:unit', 'unit', 'check', 'ci', 'verify'],
} as const
type Part = keyof typeof SCRIPTS
const PARTS = Object.keys(SCRIPTS) as Part[]
const TEST_FILE = /(^|\/)(test\/[^/]+|[^/]+[.-]test)\.[cm]?js$/

export const node: Kind = {
  label: 'Node',
  markers: ['package.json'],
  language: 'JavaScript or TypeScript',
  async detect(files) {
    const text = await files.read('package.json')
    if (text === undefined) return undefined
    const manifest = parseManifest(text)
    if (!manifest) return nothing([warning('package.json', 'it can’t be read as JSON')])
    const manager = managerOf(files, manifest)
    const { steps, names, leftOut } = await scriptSteps(files, manifest, manager)
    const own =
      steps.length === 0 && files.names.some(name => TEST_FILE.test(name))
        ? [test('node --test --test-reporter=tap', 'there are tests for Node’s own runner')]
        : steps
    const wanted = manifest.engines?.node ? `; Node ${manifest.engines.node}` : ''
    const found = [
      good(
        'package.json',
        `${names.length > 0 ? `scripts ${names.join(', ')}` : 'no scripts that we know'}${wanted}`,
      ),
      ...(manager.lockfile ? [good(manager.lockfile, `so ${manager.install}`)] : []),
      ...leftOut,
    ]
    if (own.length === 0) return nothing(found)
    return {
      found,
      steps: [...(await withPeers(files, installStep(manifest, manager))), ...own],
      tools: ['node', manager.program],
    }
  },
}

const nothing = (found: readonly Finding[]): Detection => ({ found, steps: [], tools: [] })

interface Manager {
  readonly program: 'npm' | 'pnpm' | 'yarn' | 'bun'
  readonly lockfile: string | undefined
  readonly install: string
  /** Runs a script in each of several packages that has it. */
  readonly each: ((script: string) => string) | undefined
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
const EACH: Partial<Record<Manager['program'], Manager['each']>> = {
  npm: script => `npm ${script === 'test' ? '' : 'run '}${script} --workspaces --if-present`,
  pnpm: script => `pnpm --recursive run ${script}`,
  bun: script => `bun run --filter '*' ${script}`,
}

function managerOf(files: RepositoryFiles, manifest: Manifest): Manager {
  const [lockfile, locked] = LOCKFILES.find(([name]) => files.has(name)) ?? []
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest.packageManager ?? ''))?.[1]
  const program = locked ?? (named as Manager['program'] | undefined) ?? 'npm'
  const each = EACH[program]
  if (program === 'npm')
    return { program, lockfile, install: lockfile ? 'npm ci' : 'npm install', each }
  // Yarn has another word for it since version 2.
  const frozen = files.has('.yarnrc.yml') ? ' --immutable' : ' --frozen-lockfile'
  return { program, lockfile, install: `${program} install${lockfile ? frozen : ''}`, each }
}

function installStep(manifest: Manifest, { lockfile, install }: Manager): DraftStep[] {
  if (lockfile) return [shell('install', install, `there is a ${lockfile}`)]
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  if (needs.length === 0 && !manifest.workspaces) return []
  return [shell('install', install, 'package.json has dependencies, and there is no lockfile')]
}

const OLD_PEERS = '--legacy-peer-deps'

// Without it npm refuses to install what its own CI installs with it.
async function withPeers(files: RepositoryFiles, steps: DraftStep[]): Promise<DraftStep[]> {
  if (!steps[0]?.text.startsWith('npm ')) return steps
  const usual = /\bnpm (?:ci|install|i)\b[^\n]*--legacy-peer-deps/
  const ci = await fileWith(files, /^\.github\/workflows\/[^/]+\.ya?ml$/, usual)
  if (!ci) return steps
  return steps.map(step => ({
    ...step,
    text: `${step.text} ${OLD_PEERS}`,
    because: `${step.because}; ${ci} has ${OLD_PEERS}`,
  }))
}

async function scriptSteps(files: RepositoryFiles, manifest: Manifest, manager: Manager) {
  const steps: DraftStep[] = []
  const names: string[] = []
  const leftOut: Finding[] = []
  const packages = await workspacesOf(files, manifest)
  for (const part of PARTS) {
    const name = SCRIPTS[part].find(one => {
      const script = manifest.scripts?.[one]
      if (typeof script !== 'string') return false
      const why = whyNot(script)
      if (why) leftOut.push(warning(`package.json: ${one}`, `left out: it ${why}`))
      return why === undefined
    })
    if (name !== undefined) {
      names.push(name)
      const options = part === 'test' ? optionsOf(manifest.scripts?.[name] as string) : undefined
      steps.push(scriptStep(part, name, manager, options))
      continue
    }
    if (part !== 'build' && part !== 'test') continue
    const { each } = manager
    const has = packages.find(one => whyNot(one.scripts?.[part]) === undefined)
    if (!has || !each) continue
    const because = `${has.name} has a ${part} script; each package that has one runs it`
    steps.push(part === 'test' ? test(each(part), because) : shell(part, each(part), because))
  }
  return { steps, names, leftOut }
}

function scriptStep(
  part: Part,
  name: string,
  { program }: Manager,
  options: string | undefined,
): DraftStep {
  const because = `package.json has a ${name} script`
  const short = name === 'test' && program !== 'bun'
  const command = `${program} ${short ? '' : 'run '}${name}`
  if (part === 'test') {
    if (!options) return test(command, because)
    // npm keeps options for itself that no -- goes before.
    const passed = program === 'npm' ? `-- ${options}` : options
    return test(`${command} ${passed}`, `${because}; so its tests are named`)
  }
  const step = shell(part, command, because)
  return part === 'lint' ? { ...step, warnOnly: true } : step
}

// Options at the end reach the last command of a script; they are given when that is a runner we know.
function optionsOf(script: string): string | undefined {
  const last = script
    .split(/&&|;|\|\|?/)
    .at(-1)!
    .trim()
  const words = last.split(/\s+/).filter(word => !/^(?:npx|cross-env|\w+=\S*)$/.test(word))
  const [program, next] = words
  if (/--reporter|--verbose|--silent|--json|--outputFile/.test(last)) return undefined
  if (program === 'vitest' && next !== 'bench') return RUNNER_OPTIONS.vitest
  if (program === 'jest' || (program === 'react-scripts' && next === 'test'))
    return RUNNER_OPTIONS.jest
  return undefined
}

/** In words that follow "it". What npm init writes fails on purpose. */
function whyNot(script: unknown): string | undefined {
  if (typeof script !== 'string' || script.trim() === '') return 'is empty'
  if (script.includes('no test specified') || onlyPrints(script)) return 'only prints'
  if (/--watch(?:All)?\b(?!=false)/.test(script)) return 'watches the files and does not end'
  return hazardOf(script)
}

const MOST_PACKAGES = 100
// A pattern of a stranger may take for ever when it has many stars.
const SIMPLE_PATTERN = /^[\w@./-]*(?:\*{1,2}[\w@./-]*){0,3}$/

interface Package {
  readonly name: string
  readonly scripts: Manifest['scripts']
}

async function workspacesOf(files: RepositoryFiles, manifest: Manifest): Promise<Package[]> {
  const patterns = await workspacePatterns(files, manifest)
  if (patterns.length === 0) return []
  const is = picomatch(
    patterns.map(one => `${one.replace(/^\.\//, '').replace(/\/$/, '')}/package.json`),
    { nobrace: true, noextglob: true },
  )
  const found = files.names.filter(
    name => name.endsWith('/package.json') && !name.includes('node_modules/') && is(name),
  )
  return Promise.all(
    found.slice(0, MOST_PACKAGES).map(async name => ({
      name,
      scripts: parseManifest((await files.read(name)) ?? '')?.scripts,
    })),
  )
}

async function workspacePatterns(
  files: RepositoryFiles,
  { workspaces }: Manifest,
): Promise<string[]> {
  const pnpm = await files.read('pnpm-workspace.yaml')
  const told = pnpm === undefined ? workspaces : readPackages(pnpm)
  const list = Array.isArray(told) ? told : (told as { packages?: unknown } | undefined)?.packages
  return Array.isArray(list)
    ? list.filter(one => typeof one === 'string' && SIMPLE_PATTERN.test(one))
    : []
}

function readPackages(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? found : undefined
  } catch {
    return undefined
  }
}
