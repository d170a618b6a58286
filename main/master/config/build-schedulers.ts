import { Cron } from 'croner'
import type { PropertyValue } from '../model.ts'
import { BISECT_SCHEDULER, RETRY_SCHEDULER } from '../results.ts'
import { check, checkGlobs, mustBeKnown } from './check.ts'
import { parseDuration } from './duration.ts'
import type { BuilderConfig, ProjectConfig, SchedulerConfig } from './model.ts'
import { didYouMean } from './nearest.ts'
import type { Path, Problems } from './parse.ts'
import { LATER_SCHEDULERS, SCHEDULER_SHAPES, type SchedulerShape } from './schema.ts'

const KINDS = Object.keys(SCHEDULER_SHAPES) as (keyof typeof SCHEDULER_SHAPES)[]
const TREE_STABLE_MS = 0
/** Names by which builds are known that no scheduler of the configuration asked for. */
const OURS: Readonly<Partial<Record<string, string>>> = {
  [BISECT_SCHEDULER]: 'bisects builders',
  [RETRY_SCHEDULER]: 'retries builds from a step',
}

/** Reads the schedulers; a project for which there is none gets one over its branches. */
export function buildSchedulers(
  parts: readonly unknown[],
  projects: readonly ProjectConfig[],
  builders: readonly BuilderConfig[],
  known: readonly string[] | undefined,
  problems: Problems,
): SchedulerConfig[] {
  const schedulers = parts.flatMap((part, i): SchedulerConfig[] => {
    const path: Path = ['schedulers', i]
    const shape = readScheduler(part, path, problems)
    if (!shape) return []
    mustBeKnown(shape.builders, known, 'builder', [...path, 'builders'], problems)
    return [toScheduler(shape, path, projects, builders, problems)]
  })
  const served = new Set(schedulers.flatMap(scheduler => scheduler.builders))
  // With faults in it, what it leaves out is not known.
  if (schedulers.length === parts.length) noticeUnbuilt(schedulers, projects, builders, problems)
  const unserved = projects.flatMap((project): SchedulerConfig[] => {
    const own = builders
      .filter(builder => builder.project === project.name)
      .map(builder => builder.name)
    if (own.length === 0 || own.some(name => served.has(name))) return []
    return [
      {
        kind: 'anyBranch',
        name: `${project.name} on change`,
        builders: own,
        properties: {},
        priority: 0,
        branches: project.branches,
        treeStableMs: TREE_STABLE_MS,
      },
    ]
  })
  return [...schedulers, ...unserved]
}

// A scheduler of one builder takes a project's own one away; that nobody builds its commits then is told.
function noticeUnbuilt(
  schedulers: readonly SchedulerConfig[],
  projects: readonly ProjectConfig[],
  builders: readonly BuilderConfig[],
  problems: Problems,
) {
  for (const project of projects) {
    const own = builders.filter(one => one.project === project.name).map(one => one.name)
    const its = schedulers.filter(one => one.builders.some(name => own.includes(name)))
    const left = own.filter(name => !its.some(one => one.builders.includes(name)))
    const first = its[0]
    const ofChanges = its.some(({ kind }) => kind === 'anyBranch' || kind === 'singleBranch')
    if (!first || left.length === 0 || ofChanges) continue
    const names = its.map(one => `"${one.name}"`)
    problems.notice(
      ['schedulers', schedulers.indexOf(first)],
      `no commit of project "${project.name}" is built: a project that has schedulers (${names.join(', ')}) gets none of its own. ` +
        `Add one of kind anyBranch for ${left.join(', ')}, or one of kind force if only people are to build ${left.length === 1 ? 'it' : 'them'}`,
    )
  }
}

/** Checks one scheduler by its kind. */
function readScheduler(part: unknown, path: Path, problems: Problems): SchedulerShape | undefined {
  const kind = (part as { kind?: unknown } | null)?.kind
  if (typeof kind !== 'string') {
    problems.add(path, `needs a kind: ${KINDS.join(', ')}`)
    return undefined
  }
  if ((LATER_SCHEDULERS as readonly string[]).includes(kind)) {
    problems.add(
      [...path, 'kind'],
      `schedulers of kind "${kind}" are not yet there in this version`,
    )
    return undefined
  }
  const known = KINDS.find(one => one === kind)
  if (!known) {
    problems.add(
      [...path, 'kind'],
      `there is no scheduler kind "${kind}"${didYouMean(kind, KINDS) || `; known are ${KINDS.join(', ')}`}`,
    )
    return undefined
  }
  const shape = check(SCHEDULER_SHAPES[known], part, path, problems)
  const use = shape && OURS[shape.name]
  if (use)
    problems.add(
      [...path, 'name'],
      `"${shape.name}" is the name of what ${use}; choose another one`,
    )
  return shape
}

function toScheduler(
  shape: SchedulerShape,
  path: Path,
  projects: readonly ProjectConfig[],
  builders: readonly BuilderConfig[],
  problems: Problems,
): SchedulerConfig {
  const base = {
    name: shape.name,
    builders: shape.builders,
    properties: (shape.properties ?? {}) as Record<string, PropertyValue>,
    priority: shape.priority ?? 0,
  }
  switch (shape.kind) {
    case 'anyBranch':
      checkGlobs(shape.branches, 'names', [...path, 'branches'], problems)
      return {
        ...base,
        kind: 'anyBranch',
        branches: shape.branches ?? branchesOf(shape.builders, projects, builders),
        treeStableMs: stableMs(shape.treeStableTimer),
      }
    case 'singleBranch':
      return {
        ...base,
        kind: 'singleBranch',
        branch: shape.branch,
        treeStableMs: stableMs(shape.treeStableTimer),
      }
    case 'nightly': {
      checkCron(shape.cron, [...path, 'cron'], problems)
      const { cron, branch = null, onlyIfChanged = false } = shape
      return { ...base, kind: 'nightly', cron, branch, onlyIfChanged }
    }
    case 'force':
      return { ...base, kind: 'force' }
  }
}

function stableMs(timer: string | number | undefined): number {
  return timer === undefined ? TREE_STABLE_MS : parseDuration(timer)!
}

function branchesOf(
  names: readonly string[],
  projects: readonly ProjectConfig[],
  builders: readonly BuilderConfig[],
): readonly string[] {
  const wanted = new Set(
    builders.filter(({ name }) => names.includes(name)).map(({ project }) => project),
  )
  return [
    ...new Set(projects.filter(({ name }) => wanted.has(name)).flatMap(({ branches }) => branches)),
  ]
}

function checkCron(pattern: string, path: Path, problems: Problems): void {
  try {
    const cron = new Cron(pattern, { paused: true })
    const next = cron.nextRun()
    cron.stop()
    if (next !== null) return
  } catch {
    problems.add(path, `"${pattern}" is no cron pattern; "0 3 * * *" is every night at three`)
    return
  }
  problems.notice(
    path,
    `"${pattern}" names no time that is still to come, so this scheduler asks for nothing`,
  )
}
