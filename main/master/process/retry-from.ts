import { z } from 'zod'
import type { BuilderConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import { RETRY_PROPERTY } from '../data/requests.ts'
import type { Build, Properties, Slave, Step } from '../model.ts'
import { RESULT_NAMES, type Result, SKIPPED, SUCCESS, WARNINGS } from '../results.ts'
import { from } from './properties.ts'

/**
 * What makes a build one that is retried from a step: a property of its buildset,
 * so that it is known to whoever claims the request, and to the next master.
 */
export interface RetryFrom {
  /** Number of the build whose workspace is used. */
  readonly build: number
  /** The first step that runs as it is configured. */
  readonly step: string
  readonly slave: string
}

/** How such a build is run. */
export interface RetryPlan {
  /** Number of the build whose workspace it uses. */
  readonly of: number
  /** What stands for the steps before the chosen one, by their place in the build. */
  readonly stands: readonly Stand[]
  /** What those steps found out in the build before. */
  readonly properties: Properties
}

export interface Stand {
  /** Number of the build in which the step ran last. */
  readonly build: number
  readonly results: Result
}

export type Planned = RetryPlan | { readonly problem: string }

/** Before all else: the workspace must not go to another build while this one waits. */
export const RETRY_PRIORITY = 1_000_000

// Builds that ended before they ran a step have left the workspace as it was; there are few.
const LOOKED_AT = 20

export function retryProperty(build: Build, step: string): Properties {
  return from(RETRY_PROPERTY.source, {
    [RETRY_PROPERTY.name]: { build: build.number, step, slave: build.slave },
  })
}

const VALUE = z.object({ build: z.int(), step: z.string(), slave: z.string() })

export function readRetryFrom(properties: Properties): RetryFrom | undefined {
  const own = properties[RETRY_PROPERTY.name]
  // Whoever forces a build may call a property so, too.
  if (own?.source !== RETRY_PROPERTY.source) return undefined
  const read = VALUE.safeParse(own.value)
  return read.success ? read.data : undefined
}

/**
 * Says how `build` is retried from a step, or in a sentence why it can't be. Asked when a person wants it,
 * and again once there is a build for it: what it would build on may have gone meanwhile.
 *
 * @param retry The build that is to do so, when there is one.
 */
export function planRetry(
  data: Data,
  builder: BuilderConfig | undefined,
  build: Build | undefined,
  step: string,
  retry?: Build,
): Planned {
  if (!build) return { problem: 'the build that it was to go on from is not in the history' }
  const problem = whyNotAtAll(data, builder, build, retry)
  if (problem !== undefined) return { problem }
  const steps = builder!.steps
  const chosen = steps.findIndex(one => one.name === step)
  if (chosen < 0) return { problem: `builder "${builder!.name}" has no step "${step}"` }
  const stands: Stand[] = []
  for (let i = 0; i < chosen; i++) {
    const stand = standOf(data, build, ...placeOf(builder!, i))
    if ('problem' in stand) return stand
    stands.push(stand)
  }
  const before = new Set(steps.slice(0, chosen).map(one => one.name))
  const found = Object.entries(data.propertiesOfBuild(build.id)).filter(([, { source }]) =>
    before.has(source),
  )
  return { of: build.number, stands, properties: Object.fromEntries(found) }
}

/** The steps from which a build can be retried, or why it can't be. */
export interface RetryOffer {
  readonly steps: readonly string[]
  readonly problem: string | null
}

export function offerRetry(
  data: Data,
  builder: BuilderConfig | undefined,
  build: Build,
): RetryOffer {
  const problem = whyNotAtAll(data, builder, build)
  if (problem !== undefined) return { steps: [], problem }
  const steps: string[] = []
  for (const [i, { name }] of builder!.steps.entries()) {
    steps.push(name)
    if ('problem' in standOf(data, build, ...placeOf(builder!, i))) break
  }
  return { steps: [...new Set(steps)], problem: null }
}

function whyNotAtAll(
  data: Data,
  builder: BuilderConfig | undefined,
  build: Build,
  retry?: Build,
): string | undefined {
  const { number, slave } = build
  const name = data.builder(build.builderId)?.name
  if (!builder) return `builder "${name}" is no longer configured`
  if (build.completeAt === null) return `#${number} still runs`
  if (!builder.slaves.includes(slave)) return `slave ${slave} no longer builds ${name}`
  const { kind } = data.slave(slave)!
  if (beginsEmpty(kind)) return `${slave} begins with an empty folder each time that it is started`
  if (!retry && waitsFor(data, build))
    return `a build of ${name} waits already to be retried on ${slave}`
  const later = data
    .buildsAfter(build, LOOKED_AT)
    .filter(one => !retry || (one.number < retry.number && one.requestId !== retry.requestId))
    .find(one => touched(data, one))
  if (later)
    return `#${later.number} ran on ${slave} since, so the workspace is no longer as #${number} left it`
  return undefined
}

// What is to be retried goes before all else, so it would be the next.
function waitsFor(data: Data, { builderId, slave }: Build): boolean {
  const next = data.nextRequest(builderId, { slave })
  return (
    next !== undefined && readRetryFrom(data.propertiesOfBuildset(next.buildsetId)) !== undefined
  )
}

function beginsEmpty(kind: Slave['kind']): boolean {
  return kind === 'docker' || kind === 'kubernetes'
}

function touched(data: Data, build: Build): boolean {
  return build.completeAt === null || data.stepsOfBuild(build.id).length > 0
}

// Steps may have the same name: then it is the first, the second and so on.
function placeOf({ steps }: BuilderConfig, index: number): [name: string, nth: number] {
  const { name } = steps[index]!
  return [name, steps.slice(0, index).filter(one => one.name === name).length]
}

/** How a step ended; when it was not run there, but stood for what an earlier build did, how it did there. */
function standOf(
  data: Data,
  build: Build,
  name: string,
  nth: number,
): Stand | { readonly problem: string } {
  const steps = data.stepsOfBuild(build.id)
  const step = steps.filter(one => one.name === name)[nth]
  if (!step || step.results === null)
    return { problem: `step "${name}" did not run in #${build.number}; choose it or one before it` }
  if (!PASSED.includes(step.results))
    return {
      problem: `step "${name}" ended as ${RESULT_NAMES[step.results]} in #${build.number}; choose it or one before it`,
    }
  const earlier = stoodFor(data, build, steps, step)
  return earlier
    ? standOf(data, earlier, name, nth)
    : { build: build.number, results: step.results }
}

const PASSED: readonly Result[] = [SUCCESS, WARNINGS, SKIPPED]

function stoodFor(data: Data, build: Build, steps: readonly Step[], step: Step): Build | undefined {
  if (step.results !== SKIPPED) return undefined
  const retry = readRetryFrom(data.propertiesOfBuild(build.id))
  const chosen = steps.find(one => one.name === retry?.step)
  // Without the chosen one it was stopped before that.
  if (!retry || (chosen && chosen.number <= step.number)) return undefined
  // A build goes on from one before it, or nothing would come to an end here.
  if (retry.build >= build.number) return undefined
  return data.buildByNumber(build.builderId, retry.build)
}
