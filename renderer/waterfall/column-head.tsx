import { useMemo } from 'react'
import { Link } from 'wouter'
import type { BuilderId } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { ago, duration, exact, roughly } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { type Column, headFacts } from './model.ts'

/** A builder's name, last result and age, last 20 results, and what it does or waits for. */
export function ColumnHead({ column }: { column: Column; now: number }) {
  const { builder, width, future } = column
  const now = useNow(1000)
  const facts = useFacts(builder.id, now)
  const { last, running, recent, redSince } = facts
  const look = last ? lookOf(last.results) : 'none'

  return (
    <div className="head" style={{ width }}>
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
        <div key={build.id} className="activity">
          <ResultGlyph look="running" size={11} />
          <span className="cut">
            {step || 'starting'}
            {leftMs !== null && <span className="soft">, {timeLeft(leftMs)}</span>}
          </span>
        </div>
      ))}
      {running.length === 0 && future.waiting === 0 && (
        <div className="activity soft">{redSince ? `red since #${redSince.number}` : 'idle'}</div>
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
}

function timeLeft(ms: number): string {
  return ms >= 0 ? `${roughly(ms)} left` : `${duration(-ms)} over`
}

/** Columns as high as the builds were long, coloured by result; a failure reaches below the line. */
function Sparkline({ builds }: { builds: ReturnType<typeof headFacts>['recent'] }) {
  const longest = Math.max(1, ...builds.map(build => build.completeAt! - build.startedAt))
  return (
    <svg
      className="spark"
      width="100%"
      height="16"
      aria-hidden
      preserveAspectRatio="none"
      viewBox="0 0 100 16"
    >
      {builds.map((build, i) => {
        const look = lookOf(build.results)
        const height = 4 + ((build.completeAt! - build.startedAt) / longest) * 9
        const x = i * 5
        return (
          <rect
            key={build.id}
            className={`bar ${look}`}
            x={x}
            width="3.6"
            y={14 - height}
            height={look === 'failure' || look === 'exception' ? height + 2 : height}
          />
        )
      })}
    </svg>
  )
}

function useFacts(id: BuilderId, now: number) {
  const builds = useDesk(desk => desk.builds)
  const steps = useDesk(desk => desk.steps)
  const own = useMemo(
    () =>
      [...builds.values()]
        .filter(build => build.builderId === id)
        .sort((a, b) => b.number - a.number),
    [builds, id],
  )
  return useMemo(() => headFacts(own, steps, now), [own, steps, now])
}
