import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import type { Draft } from '../../../main/master/detect/proposal.ts'
import type { Build, BuilderId } from '../../../main/master/model.ts'
import { openBridge, type TestBridge } from '../../helpers/bridge.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import {
  outcome,
  slaveProgram,
  type TestMaster,
  testEnvironment,
  testMaster,
} from '../../helpers/master.ts'
import { makeRepository } from '../../helpers/repository.ts'
import { SAMPLES, type SampleProject } from '../../helpers/samples.ts'

// The desks of all of them are one: a real master, a real slave, real programs.
let desk: TestMaster
let bridge: TestBridge
const absent = new Map<string, Promise<boolean>>()

const runs = new Map<SampleProject, Promise<Run>>()

interface Run {
  /** A program that is not on this machine. */
  readonly absent?: string
  readonly build?: Build
}

// All of them at once; each test looks at its own.
beforeAll(async () => {
  desk = await testMaster({
    config: { slaves: [{ name: 'local', maxBuilds: 4 }] },
    env: env(),
    slaveProgram: slaveProgram(env()),
  })
  bridge = openBridge(desk.master)
  const folder = temporaryFolder('samples')
  for (const sample of SAMPLES) {
    const run = firstBuild(sample, folder)
    // Whoever awaits it gets the fault.
    run.catch(() => {})
    runs.set(sample, run)
  }
})

test.for(SAMPLES)('$kind: from a folder to a green build', async (sample, context) => {
  const { absent, build } = await runs.get(sample)!
  if (!build) return context.skip(`${absent} is not on this machine`)

  expect(outcome(build), await lastWords(build)).toMatch(/^success/)
  expect(desk.data.testResultsOfBuild(build.id, 10)).toHaveLength(sample.tests ?? 0)
})

// What a person does: point at it, and say yes; or write the command that nobody can know.
async function firstBuild(sample: SampleProject, folder: string): Promise<Run> {
  for (const program of sample.needs) if (await isAbsent(program)) return { absent: program }
  const repository = makeRepository({ name: nameOf(sample), folder })
  repository.commit('Begin', sample.files)
  const proposal = await bridge.ask('repository:inspect', { repository: repository.path })
  const draft = withCommand(proposal.draft, sample)
  const { builderId } = await bridge.ask('repository:add', { draft, build: true })
  return { build: await finished(builderId) }
}

function nameOf({ kind }: SampleProject): string {
  return kind.replaceAll(/[^\w.]+/g, '-')
}

function withCommand(draft: Draft, { command }: SampleProject): Draft {
  if (command === undefined) return draft
  const steps = draft.steps.map(step => (step.kind === 'git' ? step : { ...step, text: command }))
  return { ...draft, steps }
}

async function finished(builderId: BuilderId): Promise<Build> {
  const [there] = desk.data.lastFinishedBuilds(builderId, 1)
  return (
    there ??
    desk.until('build/changed', one => one.builderId === builderId && one.completeAt !== null)
  )
}

async function lastWords(build: Build): Promise<string> {
  const step = desk.data.stepsOfBuild(build.id).findLast(one => one.results !== null)
  return step ? desk.logText(build, step.name) : ''
}

/** As a person's own, so that tools that live in the home folder are found; and without a network. */
function env(): Record<string, string> {
  const rustup = process.env.RUSTUP_HOME ?? join(homedir(), '.rustup')
  return {
    ...testEnvironment(),
    ...(existsSync(rustup) && { RUSTUP_HOME: rustup }),
    CARGO_NET_OFFLINE: 'true',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  }
}

function isAbsent(program: string): Promise<boolean> {
  const known = absent.get(program)
  if (known) return known
  const flag = { go: 'version', sh: '-c', tclsh: '/dev/null' }[program] ?? '--version'
  const args = program === 'sh' ? [flag, 'true'] : [flag]
  const asked = promisify(execFile)(program, args, { env: env() }).then(
    () => false,
    () => true,
  )
  absent.set(program, asked)
  return asked
}
