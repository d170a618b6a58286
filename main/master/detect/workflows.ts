import { parse } from 'yaml'
import { shell } from './detection.ts'
import type { RepositoryFiles } from './files.ts'
import type { DraftStep, Finding } from './proposal.ts'

/** What a workflow of a hosted CI tells. */
export interface Workflow {
  readonly finding: Finding
  /** Commands of its first job that need nothing of that host. */
  readonly steps: readonly DraftStep[]
}

export async function readWorkflows(files: RepositoryFiles): Promise<Workflow[]> {
  const names = files.names.filter(name => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(name))
  return Promise.all(names.map(async name => readWorkflow(name, (await files.read(name)) ?? '')))
}

function readWorkflow(name: string, text: string): Workflow {
  const leftOut = (why: string): Workflow => ({
    finding: { what: name, detail: `left out: ${why}`, tone: 'warning' },
    steps: [],
  })
  const secret = /secrets\.(?!GITHUB_TOKEN)(\w+)/.exec(text)?.[1]
  if (secret) return leftOut(`it wants a secret, ${secret}`)
  let file: unknown
  try {
    file = parse(text)
  } catch {
    return leftOut('it can’t be read')
  }
  const jobs = Object.values(fieldsOf(fieldsOf(file).jobs))
  const steps = fieldsOf(jobs[0]).steps
  const detail = `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} of a hosted CI`
  return {
    finding: { what: name, detail, tone: 'plain' },
    steps: Array.isArray(steps) ? steps.flatMap(step => commandOf(fieldsOf(step), name)) : [],
  }
}

function commandOf({ run, name }: Readonly<Record<string, unknown>>, file: string): DraftStep[] {
  if (typeof run !== 'string' || run.trim() === '' || run.includes('${{')) return []
  const text = run.trim()
  const label = typeof name === 'string' && name !== '' ? name : text.split('\n', 1)[0]!
  return [shell(label.slice(0, 24).trim(), text, `${file} runs it`)]
}

// Whoever wrote the file may have put anything anywhere.
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
