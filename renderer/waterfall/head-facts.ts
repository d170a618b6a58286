import type { Blamed, Build, BuildId, Slave, Step } from '../bridge.ts'
import type { SlaveWords } from '../slaves/slave-words.ts'
import { type Standing, standingOf } from '../standing.ts'
import type { Sleep } from '../store/sleeps.ts'
import { clock, count, duration, personName, when } from '../ui/format.ts'
import type { Look } from '../ui/look.ts'
import { type Estimate, estimateOf, leftMs, leftWords } from './estimate.ts'

/** How a builder stands and what it does, for the head of its column. */
export interface HeadFacts extends Standing {
  /** Newest last. */
  readonly recent: readonly Build[]
  readonly running: readonly RunningFacts[]
}

export interface RunningFacts {
  readonly build: Build
  readonly leftMs: number | null
  /** What goes on. */
  readonly step: string
  /** Which step it is, from 1, and of how many by the build before; 0 when that is not known. */
  readonly at: number
  readonly of: number
}

/**
 * @param builds Of this builder, newest first.
 * @param sleeps Time that no build took.
 */
export function headFacts(
  builds: readonly Build[],
  steps: ReadonlyMap<BuildId, readonly Step[]>,
  now: number,
  sleeps: readonly Sleep[] = [],
): HeadFacts {
  const finished = builds.filter(build => build.completeAt !== null)
  const estimate = estimateOf(builds, sleeps)
  const usual = Math.max(0, ...finished.slice(0, 5).map(build => steps.get(build.id)?.length ?? 0))
  return {
    ...standingOf(builds),
    recent: finished.slice(0, 20).reverse(),
    running: builds
      .filter(build => build.completeAt === null)
      .map(build => runningFacts(build, steps.get(build.id) ?? [], usual, estimate, now, sleeps)),
  }
}

function runningFacts(
  build: Build,
  steps: readonly Step[],
  usual: number,
  estimate: Estimate | null,
  now: number,
  sleeps: readonly Sleep[],
): RunningFacts {
  const at = steps.findLastIndex(one => one.completeAt === null)
  return {
    build,
    leftMs: estimate && leftMs(build, estimate, now, sleeps),
    step: steps[at]?.name ?? build.stateString,
    at: at + 1,
    of: at < usual ? usual : 0,
  }
}

/** A line of a head: in few words for a narrow column, and in full. */
export interface HeadLine {
  readonly short: string
  readonly long: string
  readonly tone: 'plain' | 'soft' | 'amber' | 'bad'
  readonly sign: Look | 'link-lost' | null
}

export interface HeadScene extends Pick<HeadFacts, 'running' | 'red'> {
  readonly now: number
  readonly waiting: { readonly count: number; readonly reason: string } | null
  /** The slaves that build it, and how each stands. */
  readonly slaves: readonly { readonly slave: Slave; readonly words: SlaveWords }[]
  /** Whether none of them would build it now. */
  readonly stopped: boolean
  /** The changes that may have turned it red; `null` while that is not known, or when there are none. */
  readonly blamed: Omit<Blamed, 'buildId'> | null
  readonly next: {
    readonly at: number
    readonly scheduler: string
    readonly onlyIfChanged: boolean
  } | null
  /** Where another CI builds it, when it is only shown here. */
  readonly monitor: string | null
}

/** What a builder does, what keeps it, and what it is going to do: the most urgent first. */
export function headLines(scene: HeadScene): readonly HeadLine[] {
  const { running, waiting, red, next, now } = scene
  const lines = [
    ...runningLines(scene),
    running.length === 0 && scene.stopped && stoppedLine(scene),
    waiting && {
      short: `${waiting.count} waiting: ${waiting.reason}`,
      long: `${waiting.count} waiting: ${waiting.reason}`,
      tone: 'amber' as const,
      sign: 'queued' as const,
    },
    red && redLine(red, scene.blamed),
    next && {
      short: `next ${when(next.at, now)}`,
      long: `next ${when(next.at, now)}, ${next.scheduler}${next.onlyIfChanged ? ', if anything has changed' : ''}`,
      tone: 'soft' as const,
      sign: null,
    },
  ].filter(line => line !== false && line !== null)
  if (lines.length > 0) return lines
  return [soft(scene.monitor === null ? 'idle' : `built at ${new URL(scene.monitor).host}`)]
}

function runningLines({ running, slaves, now }: HeadScene): HeadLine[] {
  const [only, second] = running
  if (!only) return []
  if (second) {
    const lefts = running.flatMap(({ leftMs }) =>
      leftMs === null ? [] : [leftWords(leftMs).short],
    )
    const long = running.map(({ build, step }) => `#${build.number} ${step}`).join(', ')
    const short = count(running.length, 'build')
    return [
      { short, long: `${short}: ${long}`, tone: 'plain', sign: 'running' },
      ...(lefts.length > 0 ? [soft(lefts.join(', '))] : []),
    ]
  }
  const slave = slaves.find(one => one.slave.name === only.build.slave)?.slave
  if (slave?.state === 'lost') {
    const short = `link lost ${duration(now - slave.since)}, build goes on`
    return [{ short, long: `${short} at ${slave.name}`, tone: 'amber', sign: 'link-lost' }]
  }
  const { step, at, of, leftMs } = only
  const place = of > 0 ? ` ${at}/${of}` : ''
  const name = step || 'starting'
  const whole = of > 0 ? `step ${at} of ${of} ${name}` : name
  return [
    {
      short: `${name}${place}`,
      long: leftMs !== null && leftMs >= 0 ? `${whole}, ${leftWords(leftMs).long}` : whole,
      tone: 'plain',
      sign: 'running',
    },
    ...(leftMs === null ? [] : [endLine(leftMs, now)]),
  ]
}

function endLine(leftMs: number, now: number): HeadLine {
  const { short, long } = leftWords(leftMs)
  if (leftMs < 0) return soft(short, long)
  const end = clock(now + leftMs)
  return soft(`${short}, ${end}`, `until about ${end}`)
}

function soft(short: string, long = short): HeadLine {
  return { short, long, tone: 'soft', sign: null }
}

function stoppedLine({ slaves }: HeadScene): HeadLine | null {
  const [first] = slaves
  if (!first) return null
  const { label, detail } = first.words
  const short = lowerFirst(label)
  return {
    short,
    long: `${first.slave.name}: ${short}${detail ? `, ${detail}` : ''}`,
    tone: 'amber',
    sign: null,
  }
}

/** Times of day keep their capitals. */
export function lowerFirst(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1)
}

function redLine(
  { first, lastGood }: NonNullable<HeadScene['red']>,
  blamed: HeadScene['blamed'],
): HeadLine {
  const since = `red since #${first.number}`
  const of = (short: string, long = short): HeadLine => ({ short, long, tone: 'bad', sign: null })
  if (!lastGood) return of(since, `${since}, never green`)
  if (!blamed || blamed.changes === 0) return of(since)
  const changes = blamed.subject ? `“${blamed.subject}”` : count(blamed.changes, 'change')
  if (blamed.who === null) return of(since, `${since}, ${changes}`)
  const by = `${since}, ${personName(blamed.who)}`
  return of(by, `${by}: ${changes}`)
}
