import type { DraftStep } from './proposal.ts'
import { type Around, CHECKOUT, folderOf, nameOf, RUNS_TESTS, readStep } from './workflow-step.ts'
import {
  condition,
  envOf,
  type Fields,
  fieldsOf,
  isCondition,
  listOf,
  oneLine,
} from './workflow-values.ts'

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
function defaultsOf(...levels: readonly unknown[]): Fields {
  return Object.assign({}, ...levels.map(level => fieldsOf(fieldsOf(level).run)))
}
function unused(name: string, steps: readonly DraftStep[]): string {
  const taken = new Set(steps.map(step => step.name))
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name} ${i}`
    if (!taken.has(candidate)) return candidate
  }
}
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
