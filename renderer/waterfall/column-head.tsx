import { Unlink } from 'lucide-react'
import { memo, useMemo } from 'react'
import { Link } from 'wouter'
import type { Build, BuilderId } from '../bridge.ts'
import { NEEDS_LOOK } from '../slaves/slave-sign.tsx'
import { describeSlave } from '../slaves/slave-words.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { ago, duration, exact, roughly } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { buildsOf } from './builds-of.ts'
import { type Column, headFacts } from './model.ts'

/** A builder's name, last result and age, last 20 results, and what it does or waits for. */
export const ColumnHead = memo(function ColumnHead({ column }: { column: Column }) {
  const { builder, width, future } = column
  const now = useNow(1000)
  const facts = useFacts(builder.id, now)
  const { last, running, recent, redSince } = facts
  const look = last ? lookOf(last.results) : 'none'

  return (
    <div className="head" style={{ width, left: column.x }}>
      <Link
        href={routes.builder(builder)}
        className="name cut"
        title={builder.description || builder.name}
      >
        {builder.name}
      </Link>
      <div className={`last ${look}`} title={last?.completeAt ? exact(last.completeAt) : undefined}>
        <ResultGlyph look={look} size={13} />
        <span className="cut">
          {last?.completeAt ? ago(now - last.completeAt) : LOOK_WORDS.none}
          <span className="visually-hidden"> {LOOK_WORDS[look]}</span>
        </span>
      </div>
      <Sparkline builds={recent} />
      {running.map(({ build, leftMs, step }) => (
        <Activity key={build.id} build={build} leftMs={leftMs} step={step} now={now} />
      ))}
      {running.length === 0 && future.waiting === 0 && (
        <Idle slaves={builder.slaves} redSince={redSince} now={now} />
      )}
      {future.waiting > 0 && (
        <div className="activity amber" title={future.reason}>
          <ResultGlyph look="queued" size={11} />
          <span className="cut">
            {future.waiting} waiting: {future.reason}
          </span>
        </div>
      )}
    </div>
  )
})

function Activity({
  build,
  leftMs,
  step,
  now,
}: {
  build: Build
  leftMs: number | null
  step: string
  now: number
}) {
  const slave = useDesk(desk => desk.slaves.find(one => one.name === build.slave))
  if (slave?.state === 'lost')
    return (
      <div className="activity amber" title={`The build goes on at ${slave.name}.`}>
        <Unlink size={11} aria-hidden />
        <span className="cut">link lost {duration(now - slave.since)}, build goes on</span>
      </div>
    )
  return (
    <div className="activity">
      <ResultGlyph look="running" size={11} />
      <span className="cut">
        {step || 'starting'}
        {leftMs !== null && <span className="soft">, {timeLeft(leftMs)}</span>}
      </span>
    </div>
  )
}

// A builder that nobody would build for is not simply idle.
function Idle({
  slaves,
  redSince,
  now,
}: {
  slaves: readonly string[]
  redSince: Build | null
  now: number
}) {
  const all = useDesk(desk => desk.slaves)
  const own = all.filter(slave => slave.active && slaves.includes(slave.name))
  const words = own.map(slave => describeSlave(slave, { now, ...NOTHING_BUILT }))
  const [first] = words
  if (first && words.every(({ sign }) => NEEDS_LOOK.has(sign)))
    return (
      <div className="activity amber" title={`${own[0]!.name}: ${first.detail || first.label}`}>
        <span className="cut">{first.label.toLowerCase()}</span>
      </div>
    )
  return <div className="activity soft">{redSince ? `red since #${redSince.number}` : 'idle'}</div>
}

const NOTHING_BUILT = { building: [], last: null, waiting: 0 }

function timeLeft(ms: number): string {
  return ms >= 0 ? `${roughly(ms)} left` : `${duration(-ms)} over`
}

/** Columns as high as the builds were long, coloured by result; a failure reaches below the line. */
function Sparkline({ builds }: { builds: ReturnType<typeof headFacts>['recent'] }) {
  const longest = Math.max(1, ...builds.map(build => build.completeAt! - build.startedAt))
  // A path for each result: twenty elements in each of many heads are too many.
  const looks = new Map<string, string[]>()
  builds.forEach((build, i) => {
    const look = lookOf(build.results)
    const height = 4 + ((build.completeAt! - build.startedAt) / longest) * 9
    const foot = look === 'failure' || look === 'exception' ? 16 : 14
    const bar = `M${i * 5} ${14 - height}h3.6V${foot}h-3.6z`
    looks.set(look, [...(looks.get(look) ?? []), bar])
  })
  return (
    <svg
      className="spark"
      width="100%"
      height="16"
      aria-hidden
      preserveAspectRatio="none"
      viewBox="0 0 100 16"
    >
      {[...looks].map(([look, own]) => (
        <path key={look} className={`bar ${look}`} d={own.join('')} />
      ))}
    </svg>
  )
}

function useFacts(id: BuilderId, now: number) {
  const builds = useDesk(desk => desk.builds)
  const steps = useDesk(desk => desk.steps)
  const own = buildsOf(builds, id)
  return useMemo(() => headFacts(own, steps, now), [own, steps, now])
}
