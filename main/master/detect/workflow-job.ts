import type { RepositoryFiles } from './files.ts'
import { hazardOf, onlyPrints } from './hazards.ts'
import { readMakefile, whyNotTarget } from './makefile.ts'
import type { DraftStep } from './proposal.ts'

/** One job of a hosted workflow: what of it means the same here, and what does not. */
export interface Job {
  readonly id: string
  /** Why none of it is taken. In words that follow "it". */
  readonly refused: string | undefined
  readonly steps: readonly DraftStep[]
  readonly leftOut: readonly LeftOut[]
  /** Programs that its steps or the actions that it uses would have set up. */
  readonly tools: readonly string[]
  /** Whether that CI runs it several times with different values. */
  readonly matrix: boolean
  readonly score: number
}

interface LeftOut {
  readonly step: string
  /** In words that follow "it". */
  readonly why: string
}

/** What the file says around a job. */
export interface Around {
  readonly file: string
  readonly env: unknown
  readonly defaults: unknown
  readonly platform: NodeJS.Platform
  readonly files: RepositoryFiles
}

type Fields = Readonly<Record<string, unknown>>

/** Whoever wrote the file may have put anything anywhere. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {}
}

export async function readJob(id: string, job: Fields, around: Around): Promise<Job> {
  const refused = whyNotJob(job, around.platform)
  const all = listOf(job.steps).map(fieldsOf)
  const shared = {
    checkout: checkoutOf(all),
    env: envOf(around.env, job.env),
    defaults: defaultsOf(around.defaults, job.defaults),
  }
  const steps: DraftStep[] = []
  const leftOut: LeftOut[] = []
  const tools = new Set<string>()
  for (const [i, step] of all.entries()) {
    const taken = await readStep(step, shared, around)
    for (const tool of taken.tools ?? []) tools.add(tool)
    if (taken.why) leftOut.push({ step: nameOf(step, i), why: taken.why })
    if (taken.step) steps.push({ ...taken.step, name: unused(taken.step.name, steps) })
  }
  return {
    id,
    refused,
    steps: refused ? [] : steps,
    leftOut,
    tools: [...tools],
    matrix: fieldsOf(job.strategy).matrix !== undefined,
    score: refused ? 0 : scoreOf(`${id} ${job.name}`, steps),
  }
}

function whyNotJob(job: Fields, platform: NodeJS.Platform): string | undefined {
  if (typeof job.uses === 'string') return `calls another workflow (${oneLine(job.uses)})`
  if (isCondition(job.if)) return `runs only if ${condition(job.if)}`
  if (job.environment !== undefined) return 'deploys to an environment of that host'
  if (job.container !== undefined) return `runs in a container${imageOf(job.container)}`
  const services = Object.keys(fieldsOf(job.services))
  if (services.length > 0)
    return `needs services beside it (${services.map(name => oneLine(name)).join(', ')})`
  const systems = systemsOf(job)
  const own = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[platform as string]
  if (systems.length > 0 && own && !systems.includes(own)) return `is for ${systems.join(' and ')}`
  if (listOf(job.steps).length === 0) return 'has no steps'
  return undefined
}

const imageOf = (container: unknown) => {
  const image = typeof container === 'string' ? container : fieldsOf(container).image
  return typeof image === 'string' ? ` (${oneLine(image)})` : ''
}

// The systems that `runs-on` names, also through a matrix; none when it can't be told.
function systemsOf(job: Fields): string[] {
  const labels = JSON.stringify(job['runs-on'] ?? '')
  const axis = /\$\{\{\s*matrix\.([\w-]+)/.exec(labels)?.[1]
  const matrix = fieldsOf(fieldsOf(job.strategy).matrix)
  const text = axis ? JSON.stringify([matrix[axis], matrix.include]) : labels
  return [
    ...(/ubuntu|linux/i.test(text) ? ['Linux'] : []),
    ...(/macos/i.test(text) ? ['macOS'] : []),
    ...(/windows/i.test(text) ? ['Windows'] : []),
  ]
}

// The folder that the job checks the repository out into; what it does there is done at the top here.
function checkoutOf(steps: readonly Fields[]): string {
  const step = steps.find(({ uses }) => typeof uses === 'string' && CHECKOUT.test(uses))
  const { path, repository } = fieldsOf(step?.with)
  return typeof path === 'string' && repository === undefined ? folderOf(path) : ''
}

const CHECKOUT = /^actions\/checkout@/

const folderOf = (path: string) =>
  path
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')

interface Shared {
  readonly checkout: string
  readonly env: Env
  readonly defaults: Fields
}

interface Taken {
  readonly step?: DraftStep
  readonly why?: string
  readonly tools?: readonly string[]
}

async function readStep(step: Fields, shared: Shared, around: Around): Promise<Taken> {
  const { env, defaults, checkout } = shared
  if (typeof step.uses === 'string')
    return readAction(step.uses, fieldsOf(step.with), shared, around)
  const { run } = step
  if (typeof run !== 'string' || run.trim() === '') return { why: 'has no command' }
  const text = run.trim()
  const all = envOf(env, step.env)
  const folder = step['working-directory'] ?? defaults['working-directory'] ?? ''
  const why =
    (isCondition(step.if) ? `runs only if ${condition(step.if)}` : undefined) ??
    (step.background ? 'runs beside other steps' : undefined) ??
    expressionIn(text) ??
    expressionIn(String(folder)) ??
    expressionIn(String(step['continue-on-error'] ?? '')) ??
    hostVariableIn(text) ??
    hazardOf(text) ??
    (onlyPrints(text) ? 'only prints' : undefined) ??
    (isOutside(String(folder)) ? 'works outside of the build folder' : undefined) ??
    variableIn(text, all)
  if (why) return { why }
  const workdir = folderBelow(checkout, folderOf(String(folder)))
  if (workdir === undefined) return { why: 'works beside the checkout' }
  const inside = await hazardOfCalled(text, workdir, around.files)
  if (inside) return { why: inside }
  const program = programOf(step.shell ?? defaults.shell, text, around.platform)
  if (typeof program === 'string') return { why: program }
  return {
    tools: [...program.slice(0, 1), ...programsIn(text)],
    step: {
      kind: RUNS_TESTS.test(text) ? 'test' : 'shell',
      name: nameOf(step, 0),
      text,
      because: `${around.file} runs it`,
      ...(program.length > 0 && { program }),
      ...(Object.keys(all.set).length > 0 && { env: all.set }),
      ...(workdir !== '' && { workdir }),
      ...(step['continue-on-error'] === true && { warnOnly: true }),
    },
  }
}

function folderBelow(checkout: string, folder: string): string | undefined {
  if (checkout === '' || folder === checkout) return checkout === '' ? folder : ''
  return folder.startsWith(`${checkout}/`) ? folder.slice(checkout.length + 1) : undefined
}

// The text of a script or target of the repository that a command calls, one level deep.
async function hazardOfCalled(
  text: string,
  workdir: string,
  files: RepositoryFiles,
): Promise<string | undefined> {
  const place = workdir === '' ? '' : `${workdir}/`
  for (const [, word] of text.matchAll(/(?:^|[\s;&|("'])(?:\.\/)?([\w.-]+(?:\/[\w.-]+)*)/g)) {
    const name = `${place}${word}`
    if (!files.has(name) || !/\.(?:sh|bash)$|^[^.]*$/.test(name)) continue
    const script = (await files.read(name)) ?? ''
    const why = /^#!|\.(?:sh|bash)$/.test(name.endsWith('sh') ? name : script)
      ? hazardOf(script)
      : undefined
    if (why) return `calls ${word}, which ${why}`
  }
  const targets = /^\s*make\b([^\n;&|]*)/m.exec(text)?.[1]?.match(/(?<=\s)[a-z][\w.-]*(?=\s|$)/gi)
  const makefile = await files.read(`${place}Makefile`)
  if (!targets || makefile === undefined) return undefined
  const read = readMakefile(makefile)
  for (const target of targets.filter(one => read.targets.has(one))) {
    const why = whyNotTarget(read, target, files.has)
    if (why) return `makes "${target}", which ${why}`
  }
  return undefined
}

// What each sets up there is a program that is used here as it is installed.
const SETUPS: readonly (readonly [RegExp, string])[] = [
  [/^actions\/setup-node@/, 'node'],
  [/^actions\/setup-python@/, 'python3'],
  [/^actions\/setup-go@/, 'go'],
  [/^actions\/setup-java@|^gradle\/|^graalvm\//, 'java'],
  [/^actions\/setup-dotnet@/, 'dotnet'],
  [/rust-toolchain@|^actions-rs\/toolchain@|setup-rust/, 'cargo'],
  [/^ruby\/setup-ruby@/, 'ruby'],
  [/^pnpm\/action-setup@/, 'pnpm'],
  [/^oven-sh\/setup-bun@/, 'bun'],
  [/^denoland\/setup-deno@/, 'deno'],
  [/^astral-sh\/setup-uv@/, 'uv'],
  [/^shivammathur\/setup-php@/, 'php'],
  [/^erlef\/setup-/, 'mix'],
  [/^haskell(?:-actions)?\/setup@|haskell-actions\/setup/, 'cabal'],
  [/setup-zig@/, 'zig'],
  [/^julia-actions\/setup-julia@/, 'julia'],
  [/^dart-lang\/setup-dart@/, 'dart'],
  [/^subosito\/flutter-action@/, 'flutter'],
  [/^swift-actions\/|setup-swift@/, 'swift'],
  [/^r-lib\/actions\/setup-r@/, 'R'],
  [/^ocaml\/setup-ocaml@/, 'dune'],
  [/setup-just@/, 'just'],
]

function readAction(action: string, inputs: Fields, { checkout }: Shared, around: Around): Taken {
  const name = oneLine(action).replace(/@.*$/, '')
  if (CHECKOUT.test(action)) {
    if (inputs.repository !== undefined) return { why: 'checks out another repository' }
    const again = folderOf(String(inputs.path ?? '')) !== checkout
    return again ? { why: 'checks out into a second folder' } : {}
  }
  const setup = SETUPS.find(([pattern]) => pattern.test(action))
  if (setup) {
    const bundled = inputs['bundler-cache'] === true
    return {
      tools: bundled ? [setup[1], 'bundle'] : [setup[1]],
      ...(bundled && {
        step: {
          kind: 'shell',
          name: 'bundle install',
          text: 'bundle install',
          because: `${around.file} has ${name} do it`,
        },
      }),
    }
  }
  if (/^actions\/cache(?:\/\w+)?@|-cache@|rust-cache/.test(action)) return {}
  return { why: `uses ${name}, an action of that host` }
}

interface Env {
  readonly set: Readonly<Record<string, string>>
  /** Names whose values only that host knows. */
  readonly unknown: ReadonlySet<string>
}

function envOf(...levels: readonly unknown[]): Env {
  let set: Record<string, string> = {}
  const unknown = new Set<string>()
  for (const level of levels) {
    if (isEnv(level)) {
      set = { ...set, ...level.set }
      for (const name of level.unknown) unknown.add(name)
      continue
    }
    for (const [name, value] of Object.entries(fieldsOf(level))) {
      const known = /^(?:string|number|boolean)$/.test(typeof value) && !/\$/.test(String(value))
      unknown.delete(name)
      delete set[name]
      if (known && /^[A-Za-z_]\w*$/.test(name)) set[name] = String(value)
      else unknown.add(name)
    }
  }
  return { set, unknown }
}

const isEnv = (value: unknown): value is Env => fieldsOf(value).unknown instanceof Set

function defaultsOf(...levels: readonly unknown[]): Fields {
  return Object.assign({}, ...levels.map(level => fieldsOf(fieldsOf(level).run)))
}

function expressionIn(text: string): string | undefined {
  const inside = /\$\{\{([\s\S]*?)\}\}/.exec(text)?.[1]
  if (inside === undefined)
    return text.includes('${{') ? 'has an expression of that host' : undefined
  const secret = /\bsecrets\.(\w+)/.exec(inside)?.[1]
  if (secret) return `needs the secret ${secret}`
  if (/\bmatrix\b/.test(inside)) return `differs with ${oneLine(inside.trim())}`
  return `uses ${oneLine(inside.trim())}, which only that host knows`
}

const HOST_VARIABLE =
  /\b(?:GITHUB|RUNNER|ACTIONS|AGENT|GITLAB|CIRCLE|TRAVIS|APPVEYOR|BUILDKITE)_[A-Z]\w*\b|\bCI_[A-Z]\w*\b|\bImageOS\b/

function hostVariableIn(text: string): string | undefined {
  const name = HOST_VARIABLE.exec(text)?.[0]
  return name && `uses ${name}, which only that host sets`
}

const USUAL_VARIABLES = new Set(
  'HOME PATH PWD OLDPWD USER LOGNAME SHELL LANG TERM CI IFS RANDOM SECONDS LINENO HOSTNAME OSTYPE MACHTYPE PPID UID EUID BASHPID SHLVL PIPESTATUS BASH_SOURCE FUNCNAME REPLY OPTARG OPTIND BASH_VERSION'.split(
    ' ',
  ),
)

// One that nothing sets would be empty here, and "$DIR/*" the root of the file system.
function variableIn(text: string, { set, unknown }: Env): string | undefined {
  if (/(?:^|[\s;&|])(?:source|\.)\s+\S/m.test(text)) return undefined
  const shown = text.replace(/\\.|'[^'\n]*'/g, '')
  for (const [, name] of shown.matchAll(/\$\{?([A-Za-z_]\w*)(?!\w|:?[-+=])/g)) {
    if (unknown.has(name!)) return `uses $${name}, whose value only that host knows`
    if (Object.hasOwn(set, name!) || USUAL_VARIABLES.has(name!)) continue
    if (
      new RegExp(
        `(?:^|[\\s;&|("'])${name}\\+?=|\\b(?:for|read(?:\\s+-\\w+)*|select)\\s[^\\n;]*\\b${name}\\b`,
        'm',
      ).test(text)
    )
      continue
    return `uses $${name}, which nothing sets here`
  }
  return undefined
}

function isOutside(folder: string): boolean {
  return /^[/\\~]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\$/.test(folder)
}

const SIMPLE = /^[\w./@%+=:,-]+(?: +[\w./@%+=:,~*-]+)*$/
const OF_THE_SHELL =
  /^(?:source|\.|pushd|popd|shopt|declare|local|let|typeset|export|set|cd|time|echo|exec|exit|unset|alias|eval|trap|ulimit|wait|umask|test)(?: |$)/

// As that CI starts it: its shell ends at the first command that fails. One simple command
// needs none of it. A text in place of a program says why there is none.
function programOf(
  shell: unknown,
  text: string,
  platform: NodeJS.Platform,
): readonly string[] | string {
  const windows = platform === 'win32'
  if (shell === undefined || shell === 'bash' || shell === 'sh') {
    if (SIMPLE.test(text) && !OF_THE_SHELL.test(text)) return []
    if (shell === 'sh') return ['sh', '-e', '-c']
    if (shell === 'bash') return ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '-c']
    return windows ? 'is for PowerShell' : ['bash', '-e', '-c']
  }
  if (shell === 'python') return [windows ? 'python' : 'python3', '-c']
  return `wants a shell that is not taken over (${oneLine(String(shell))})`
}

const OF_A_SHELL =
  /^(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|function|return|true|false|mkdir|rm|cp|mv|cat|ls|sed|grep|sort|diff|touch|chmod|find|tar)$/

// Programs of lines that are one simple command; what a script does beside them can't be told.
function programsIn(text: string): string[] {
  return text.split('\n').flatMap(line => {
    if (!SIMPLE.test(line.trim()) || OF_THE_SHELL.test(line.trim())) return []
    const word = line
      .trim()
      .split(' ')
      .find(one => !one.includes('='))
    return word && !/[/.]/.test(word) && !OF_A_SHELL.test(word) ? [word] : []
  })
}

const isCondition = (value: unknown) =>
  value !== undefined && value !== true && !/^\s*(?:success\(\)|true)\s*$/.test(String(value))

const condition = (value: unknown) =>
  oneLine(
    String(value)
      .replace(/^\$\{\{|\}\}$/g, '')
      .trim(),
  )

function nameOf(step: Fields, index: number): string {
  const given =
    typeof step.name === 'string' && step.name.trim() !== '' && !step.name.includes('${{')
      ? step.name
      : typeof step.run === 'string'
        ? step.run.trim().split('\n', 1)[0]!
        : typeof step.uses === 'string'
          ? step.uses.replace(/@.*$/, '')
          : `step ${index + 1}`
  return oneLine(given, 40)
}

function unused(name: string, steps: readonly DraftStep[]): string {
  const taken = new Set(steps.map(step => step.name))
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name} ${i}`
    if (!taken.has(candidate)) return candidate
  }
}

function oneLine(text: string, longest = 80): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const RUNS_TESTS =
  /\b(?:tests?|pytest|tox|nox|jest|vitest|mocha|ctest|phpunit|rspec|unittest|prove|busted|bats)\b|\bmake check\b|\b(?:mvn|mvnw)\b.*\bverify\b|\bcrystal spec\b/
const BUILDS = /\b(?:build|compile|make|cmake|install|cargo|tsc|ninja)\b/
const CHECKS = /\b(?:check|lint|verify|fmt|format|analy[sz]e|vet)\b/
const NAMED_FOR_IT = /(?:^|[^a-z])(?:tests?|ci|build|check|unit|linux|ubuntu)(?:[^a-z]|$)/i

function scoreOf(name: string, steps: readonly DraftStep[]): number {
  if (steps.length === 0) return 0
  const has = (pattern: RegExp) => steps.some(step => pattern.test(step.text))
  return (
    1 +
    (has(RUNS_TESTS) ? 8 : 0) +
    (has(BUILDS) ? 4 : 0) +
    (has(CHECKS) ? 2 : 0) +
    (NAMED_FOR_IT.test(name) ? 2 : 0)
  )
}
