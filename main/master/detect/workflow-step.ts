import type { RepositoryFiles } from './files.ts'
import { hazardOf, onlyPrints } from './hazards.ts'
import { readMakefile, whyNotTarget } from './makefile.ts'
import type { DraftStep } from './proposal.ts'
import {
  condition,
  type Env,
  envOf,
  expressionIn,
  type Fields,
  fieldsOf,
  hostVariableIn,
  isCondition,
  oneLine,
  secretIn,
  variableIn,
} from './workflow-values.ts'

/** What the file says around a job. */
export interface Around {
  readonly file: string
  readonly env: unknown
  readonly defaults: unknown
  readonly platform: NodeJS.Platform
  readonly files: RepositoryFiles
}

export interface Shared {
  readonly checkout: string
  readonly env: Env
  readonly defaults: Fields
}

interface Taken {
  readonly step?: DraftStep
  readonly why?: string
  readonly tools?: readonly string[]
}

export async function readStep(step: Fields, shared: Shared, around: Around): Promise<Taken> {
  const { env, defaults, checkout } = shared
  if (typeof step.uses === 'string')
    return readAction(step.uses, fieldsOf(step.with), shared, around)
  const { run } = step
  if (typeof run !== 'string' || run.trim() === '') return { why: 'has no command' }
  const text = run.trim()
  const all = envOf(env, step.env)
  const folder = step['working-directory'] ?? defaults['working-directory'] ?? ''
  const tests = RUNS_TESTS.test(text)
  const secret = secretIn(step.env)
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
    variableIn(text, all) ??
    (tests ? undefined : secret)
  if (why) return { why }
  const workdir = folderBelow(checkout, folderOf(String(folder)))
  if (workdir === undefined) return { why: 'works beside the checkout' }
  const inside = await hazardOfCalled(text, workdir, around.files)
  if (inside) return { why: inside }
  const program = programOf(step.shell ?? defaults.shell, text, around.platform)
  if (typeof program === 'string') return { why: program }
  return {
    tools: [...program.slice(0, 1), ...(/^python/.test(program[0] ?? '') ? [] : programsIn(text))],
    step: {
      kind: tests ? 'test' : 'shell',
      name: nameOf(step, 0),
      text,
      // A build without its tests would be green for nothing: these are kept, and it is told what they lack.
      because: `${around.file} runs it${secret ? `; there it ${secret}` : ''}`,
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
export const CHECKOUT = /^actions\/checkout@/

export const folderOf = (path: string) =>
  path
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')
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
export function nameOf(step: Fields, index: number): string {
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
export const RUNS_TESTS =
  /\b(?:tests?|pytest|tox|nox|jest|vitest|mocha|ctest|phpunit|rspec|unittest|prove|busted|bats)\b|\bmake check\b|\b(?:mvn|mvnw)\b.*\bverify\b|\bcrystal spec\b/
