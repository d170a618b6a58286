import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Build, PropertyValue } from '../../main/master/model.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { outcome, type TestMaster, testMaster } from '../helpers/master.ts'
import { makeRepository, type TestRepository } from '../helpers/repository.ts'

// Whole builds as data: what is configured, what happens, and what comes of it. A case is a file.

interface Scenario {
  readonly title: string
  /** Commits that are there before the master starts. The configuration names them `./repository`. */
  readonly repository?: readonly Commit[]
  readonly configuration: object
  /** A commit that the master finds, or a build that somebody asks for. */
  readonly change?: Commit
  readonly force?: {
    readonly builder: string
    readonly branch?: string
    readonly revision?: string
    readonly properties?: Record<string, PropertyValue>
  }
  /** What each builder that was asked to build is to have done. */
  readonly expect: Readonly<Record<string, Expected>>
}

interface Commit {
  readonly commit: string
  readonly branch?: string
  readonly files?: Record<string, string | null>
}

interface Expected {
  /** Result and words of the build. */
  readonly build: string
  /** Each step with its result and words, in order. */
  readonly steps: Record<string, string>
  /** Standard output of steps; `step/log` names another log than stdio. */
  readonly logs?: Record<string, string>
  readonly tests?: Record<string, string>
  readonly files?: readonly string[]
}

const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.yml'))

test.each(
  files.map(file => {
    const scenario = parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Scenario
    return [scenario.title, scenario] as const
  }),
)('%s', async (_, scenario) => {
  const folder = temporaryFolder('scenario')
  const repository = makeRepository({ folder, name: 'repository' })
  for (const commit of scenario.repository ?? []) make(repository, commit)
  const one = await testMaster({
    configFile: join(folder, 'master.yml'),
    config: scenario.configuration,
  })
  // The first look at a repository tells its tip; the change is what comes after.
  if (scenario.change) await one.master.poll()
  const revision = scenario.change && make(repository, scenario.change)
  if (scenario.force) one.request(scenario.force.builder, scenario.force)
  const buildset = await one.until(
    'buildset/complete',
    ({ sourcestamp }) => revision === undefined || sourcestamp.revision === revision,
  )
  const found: Record<string, Expected> = {}
  for (const request of one.data.requestsOfBuildset(buildset.id)) {
    const build = one.data.buildsOfRequest(request.id).at(-1)!
    const name = one.data.builder(build.builderId)!.name
    found[name] = await describe(one, build, scenario.expect[name])
  }
  expect(found).toEqual(scenario.expect)
})

function make(repository: TestRepository, { commit, branch, files }: Commit): string {
  if (branch) repository.branch(branch)
  return repository.commit(commit, files)
}

// As much of a build as the scenario says something about.
async function describe(one: TestMaster, build: Build, wanted?: Expected): Promise<Expected> {
  const logs: Record<string, string> = {}
  for (const key of Object.keys(wanted?.logs ?? {})) {
    const [step, log] = key.split('/') as [string, string?]
    logs[key] = await one.logText(build, step, { ...(log && { log }), streams: ['stdout'] })
  }
  const tests = one.data.testResultsOfBuild(build.id, 100)
  return {
    build: outcome(build),
    steps: Object.fromEntries(
      // What a git step says is another revision each time.
      Object.entries(one.steps(build)).map(([name, how]) => [
        name,
        how.replace(/: [0-9a-f]{10}$/, ''),
      ]),
    ),
    ...(wanted?.logs && { logs }),
    ...(wanted?.tests && {
      tests: Object.fromEntries(tests.map(({ name, outcome }) => [name, outcome])),
    }),
    ...(wanted?.files && { files: one.data.artifactsOfBuild(build.id).map(({ path }) => path) }),
  }
}
