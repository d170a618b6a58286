import { parseExpression } from '../process/expression.ts'
import { expressionOf, findBadHole } from '../process/interpolate.ts'
import { check, checkGlobs, mustBeKnown } from './check.ts'
import { parseDuration } from './duration.ts'
import type { StepBase, StepConfig, StepKind } from './model.ts'
import { didYouMean } from './nearest.ts'
import type { Path, Problems } from './parse.ts'
import { GIT_FLAGS, STEP_SHAPES, type StepShapes } from './schema.ts'
import { parseSize } from './size.ts'

const KINDS = Object.keys(STEP_SHAPES) as StepKind[]
const SILENCE_MS = 20 * 60_000
const STEP_LOG_BYTES = 256e6
const LONGEST_NAME = 28

/**
 * Reads one step: `git`, or a map in which one key names the step type.
 *
 * @param locks The locks that there are; `undefined` where that is not known.
 */
export function buildStep(
  step: unknown,
  path: Path,
  locks: readonly string[] | undefined,
  problems: Problems,
): StepConfig | undefined {
  const map = step === 'git' ? { git: true } : step
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    problems.add(path, explainNoStep(step))
    return undefined
  }
  const keys = Object.keys(map)
  const kinds = KINDS.filter(kind => keys.includes(kind))
  if (kinds.length !== 1) {
    const hint = keys.every(key => key in GIT_FLAGS.shape)
      ? explainNoKind(keys)
      : keys.map(key => didYouMean(key, KINDS)).find(text => text !== '')
    problems.add(
      path,
      kinds.length > 1
        ? `is two steps at once: ${kinds.join(' and ')}; write each as an item of its own`
        : `has no step type${hint ?? `; one of ${KINDS.join(', ')} is needed`}`,
    )
    return undefined
  }
  const kind = kinds[0]!
  const flat = kind === 'git' ? flattenGit(map, path, problems) : map
  const shape = flat && check(STEP_SHAPES[kind], flat, path, problems)
  if (!shape) return undefined
  if (locks) mustBeKnown(shape.locks ?? [], locks, 'lock', [...path, 'locks'], problems)
  checkTexts(map, path, problems)
  noticeOpenLine(kind, map, path, problems)
  return toStep(kind, shape, path, problems)
}

// These could stand in a git step; `mode` and `submodules` nowhere else.
function explainNoKind(keys: readonly string[]): string | undefined {
  const own = keys.find(key => key === 'mode' || key === 'submodules')
  return own && `; "${own}" belongs to a git step: write "git:" beside it`
}

// `git: { mode: clean }` and `git:` with `mode: clean` beside it are the same.
function flattenGit(map: object, path: Path, problems: Problems): object | undefined {
  const { git, ...beside } = map as { git: unknown }
  if (git === true || git === null) return map
  const at = [...path, 'git']
  if (typeof git !== 'object' || Array.isArray(git)) {
    const mode = GIT_FLAGS.shape.mode.safeParse(git).success
    problems.add(
      at,
      mode
        ? `the mode goes below it: git: { mode: ${git} }`
        : 'must be empty, or a map such as { mode: clean }; what is checked out is said by the project',
    )
    return undefined
  }
  if (!check(GIT_FLAGS, git, at, problems)) return undefined
  const twice = Object.keys(git).find(key => key in beside)
  if (twice !== undefined) {
    problems.add([...at, twice], 'is said twice, below git and beside it')
    return undefined
  }
  return { git: true, ...beside, ...git }
}

function explainNoStep(step: unknown): string {
  const word = typeof step === 'string' ? step.split(/[\s:]/, 1)[0]! : ''
  if (KINDS.some(kind => kind === word)) return 'is a text; leave out the quotes around it'
  const hint = didYouMean(word, KINDS)
  return `is not a step${hint || `; a step is "git", or a map with one of ${KINDS.join(', ')}`}`
}

function toStep(
  kind: StepKind,
  shape: StepShapes[StepKind],
  path: Path,
  problems: Problems,
): StepConfig {
  switch (kind) {
    case 'git': {
      const git = shape as StepShapes['git']
      const { mode = 'incremental', submodules = true } = git
      return { ...base(git, 'git', path, problems), kind, mode, submodules }
    }
    case 'shell': {
      const shell = shape as StepShapes['shell']
      return {
        ...base(shell, nameOf(shell.shell), path, problems),
        kind,
        command: shell.shell,
        ...howRun(shell),
      }
    }
    case 'test': {
      const test = shape as StepShapes['test']
      const junit = test.junit === undefined ? null : list(test.junit)
      checkGlobs(junit ?? [], 'files', [...path, 'junit'], problems)
      return {
        ...base(test, 'test', path, problems),
        kind,
        command: test.test,
        junit,
        ...howRun(test),
      }
    }
    case 'upload': {
      const upload = shape as StepShapes['upload']
      checkGlobs(list(upload.upload), 'files', [...path, 'upload'], problems)
      return { ...base(upload, 'upload', path, problems), kind, patterns: list(upload.upload) }
    }
  }
}

function howRun(shape: Pick<StepShapes['shell'], 'errexit' | 'pty' | 'logfiles'>) {
  const { errexit = true, pty = false, logfiles = {} } = shape
  return { errexit, pty, logfiles }
}

function base(step: StepShapes[StepKind], name: string, path: Path, problems: Problems): StepBase {
  const alwaysRun = step.alwaysRun ?? false
  return {
    name: step.name ?? name,
    haltOnFailure: step.haltOnFailure ?? !alwaysRun,
    flunkOnFailure: step.flunkOnFailure ?? true,
    flunkOnWarnings: step.flunkOnWarnings ?? false,
    warnOnFailure: step.warnOnFailure ?? false,
    warnOnWarnings: step.warnOnWarnings ?? true,
    alwaysRun,
    hidden: step.hidden ?? false,
    if: condition(step.if, path, problems),
    locks: step.locks ?? [],
    env: Object.fromEntries(Object.entries(step.env ?? {}).map(([k, v]) => [k, String(v)])),
    workdir: step.workdir ?? '',
    timeoutMs: limit(step.timeout, SILENCE_MS),
    maxTimeMs: limit(step.maxTime, null),
    maxLogBytes: sizeLimit(step.maxLog, STEP_LOG_BYTES),
  }
}

function limit(value: string | number | null | undefined, usual: number | null): number | null {
  if (value === undefined) return usual
  // 0 and null both switch the limit off.
  return value === null ? null : parseDuration(value) || null
}

/** 0 and null switch the limit off. */
export function sizeLimit(value: string | number | null | undefined, usual: number): number | null {
  if (value === undefined) return usual
  return value === null ? null : parseSize(value) || null
}

function condition(
  value: string | boolean | undefined,
  path: Path,
  problems: Problems,
): string | null {
  if (value === undefined) return null
  const text = expressionOf(String(value))
  try {
    parseExpression(text)
  } catch (error) {
    problems.add([...path, 'if'], (error as Error).message)
  }
  return text
}

// `${{ … }}` may stand in any text of a step.
function checkTexts(value: unknown, path: Path, problems: Problems): void {
  if (typeof value === 'string') {
    const bad = findBadHole(value)
    if (bad) problems.add(path, bad)
  } else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value))
      checkTexts(part, [...path, Array.isArray(value) ? Number(key) : key], problems)
}

// What others choose: a branch may be called `$(rm -rf ~)`, and a reason names the branch.
const CHOSEN_BY_OTHERS: Readonly<Record<string, string>> = {
  branch: '$BRANCH',
  revision: '$REVISION',
  reason: 'a variable of "env"',
  owner: 'a variable of "env"',
}

// In the text of a shell such a value is read as shell.
function noticeOpenLine(kind: StepKind, map: object, path: Path, problems: Problems) {
  const text = (map as Readonly<Record<string, unknown>>)[kind]
  if ((kind !== 'shell' && kind !== 'test') || typeof text !== 'string') return
  for (const [name, instead] of Object.entries(CHOSEN_BY_OTHERS))
    if (new RegExp(String.raw`\$\{\{[^}]*\bprop\.${name}\b`).test(text))
      problems.notice(
        [...path, kind],
        `the shell reads what stands for prop.${name} as part of its line, and others choose it; use ${instead} in quotes, or a list of a program and its arguments`,
      )
}

// A step without a name is called by its command.
function nameOf(command: string | readonly string[]): string {
  const words = typeof command === 'string' ? command.trim().split('\n', 1)[0]! : command.join(' ')
  return words.length <= LONGEST_NAME ? words : `${words.slice(0, LONGEST_NAME - 1).trimEnd()}…`
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
