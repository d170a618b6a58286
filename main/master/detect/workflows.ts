import { parse } from 'yaml'
import { type Detection, good, plain, warning } from './detection.ts'
import type { RepositoryFiles } from './files.ts'
import type { Finding } from './proposal.ts'
import { type Job, readJob } from './workflow-job.ts'
import { fieldsOf } from './workflow-values.ts'

/** What the workflows of a hosted CI tell. */
export interface Workflows {
  /** The job that says most about the project, as far as it means the same here. */
  readonly proposed: Detection | undefined
  /** Why nothing is proposed of them. */
  readonly leftOut: readonly Finding[]
  /** That they are there, where the project itself says how it is built. */
  readonly beside: readonly Finding[]
}

interface Workflow {
  readonly name: string
  readonly problem: string | undefined
  readonly jobs: readonly Job[]
  readonly score: number
}

const MOST_FILES = 40

export async function readWorkflows(
  files: RepositoryFiles,
  platform: NodeJS.Platform = process.platform,
): Promise<Workflows> {
  const names = files.names.filter(name => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(name))
  const workflows = await Promise.all(
    names.slice(0, MOST_FILES).map(async name => readWorkflow(name, files, platform)),
  )
  const chosen = choose(workflows)
  return {
    proposed: chosen && propose(chosen, workflows),
    leftOut: workflows.flatMap(workflow => explain(workflow)),
    beside: beside(workflows),
  }
}

function beside(workflows: readonly Workflow[]): Finding[] {
  if (workflows.length === 0) return []
  const [{ name }] = [...workflows].sort((a, b) => b.score - a.score) as [Workflow]
  const what = workflows.length === 1 ? name : `${name} and ${workflows.length - 1} more`
  return [
    plain(what, 'of a hosted CI; not in the proposal: the project itself says how it is built'),
  ]
}

async function readWorkflow(
  name: string,
  files: RepositoryFiles,
  platform: NodeJS.Platform,
): Promise<Workflow> {
  let file: unknown
  try {
    file = parse((await files.read(name)) ?? '')
  } catch {
    return { name, problem: 'can’t be read', jobs: [], score: 0 }
  }
  const { env, defaults, jobs, ...rest } = fieldsOf(file)
  const around = { file: name, env, defaults, platform, files }
  return {
    name,
    problem: undefined,
    jobs: await Promise.all(
      Object.entries(fieldsOf(jobs)).map(([id, job]) => readJob(id, fieldsOf(job), around)),
    ),
    score: scoreOf(`${name.split('/').at(-1)} ${rest.name}`, rest.on),
  }
}

const FOR_CHANGES =
  /(?:^|[^a-z])(?:ci|tests?|build|checks?|main|pr|pull|unit|rust|go|node|python)(?:[^a-z]|$)/i
const FOR_OTHERS =
  /deploy|release|publish|pages|labele?r?|stale|codeql|docker|nightly|bench|triage|dependabot|scorecard|backport|greet|lock|sync|update|website|docs?(?:[^a-z]|$)/i

// What runs on each change, and is called so, says how the project is built.
function scoreOf(name: string, on: unknown): number {
  const events = on === undefined ? '"push"' : JSON.stringify(on)
  return (
    (FOR_CHANGES.test(name) ? 3 : 0) -
    (FOR_OTHERS.test(name) ? 12 : 0) +
    (/pull_request"/.test(events) ? 2 : 0) +
    (/"push"/.test(events) ? 1 : 0) -
    (/"(?:push|pull_request|merge_group)"/.test(events) ? 0 : 6)
  )
}

interface Choice {
  readonly workflow: Workflow
  readonly job: Job
}

function choose(workflows: readonly Workflow[]): Choice | undefined {
  let best: Choice | undefined
  for (const workflow of workflows)
    for (const job of workflow.jobs) {
      const weight = workflow.score + job.score
      if (job.steps.length > 0 && (!best || weight > best.workflow.score + best.job.score))
        best = { workflow, job }
    }
  return best && best.workflow.score + best.job.score > 0 ? best : undefined
}

function propose({ workflow, job }: Choice, all: readonly Workflow[]): Detection {
  const { name } = workflow
  const count = job.steps.length + job.leftOut.length
  const taken =
    count === 1
      ? `the step of its job "${job.id}" is`
      : job.leftOut.length === 0
        ? `all ${count} steps of its job "${job.id}" are`
        : `${job.steps.length} of ${count} steps of its job "${job.id}" are`
  const otherJobs = workflow.jobs.filter(one => one !== job)
  return {
    found: [
      good(
        name,
        `of a hosted CI: ${taken} in the proposal${job.matrix ? ', once and with what is installed here' : ''}`,
      ),
      ...leftOutSteps(name, job),
      ...otherJobs.map(one => plain(`${name}, job ${one.id}`, `left out: ${whyNotThis(one)}`)),
      ...all
        .filter(one => one !== workflow)
        .map(one =>
          one.problem
            ? warning(one.name, `left out: it ${one.problem}`)
            : plain(one.name, `left out: ${name} says more about how it is built`),
        ),
    ],
    steps: job.steps,
    tools: job.tools,
  }
}

function whyNotThis({ refused, steps, leftOut }: Job): string {
  if (refused) return `it ${refused}`
  if (steps.length > 0) return 'one job is proposed, and this is another'
  const [first] = leftOut
  return first ? `step ${first.step} ${first.why}` : 'it runs no command'
}

const leftOutSteps = (name: string, { id, leftOut }: Job) =>
  leftOut.map(({ step, why }) => warning(`${name}, job ${id}: ${step}`, `left out: it ${why}`))

// Why there is nothing in it to propose.
function explain(workflow: Workflow): Finding[] {
  const { name, problem, jobs } = workflow
  if (problem) return [warning(name, `left out: it ${problem}`)]
  if (jobs.length === 0) return [plain(name, 'left out: it has no jobs')]
  return jobs.flatMap(job => {
    if (job.refused) return [warning(`${name}, job ${job.id}`, `left out: it ${job.refused}`)]
    if (job.steps.length > 0)
      return [plain(`${name}, job ${job.id}`, 'left out: it is not what runs for each change')]
    return job.leftOut.length > 0
      ? leftOutSteps(name, job)
      : [plain(`${name}, job ${job.id}`, 'left out: it runs no command')]
  })
}
