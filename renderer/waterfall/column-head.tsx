import { Unlink } from 'lucide-react'
import { memo, useMemo } from 'react'
import { Link } from 'wouter'
import type { Build, Builder, BuilderId, BuildId } from '../bridge.ts'
import { RETRY } from '../results.ts'
import { NEEDS_LOOK } from '../slaves/slave-sign.tsx'
import { describeSlave } from '../slaves/slave-words.ts'
import { builderOf } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { ago, duration, exact, roughly } from '../ui/format.ts'
import { LOOK_WORDS, type Look, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { buildsOf } from './builds-of.ts'
import { LEAST_FOR_WORDS } from './column-plan.ts'
import { type Column, headFacts } from './model.ts'
import { weight } from './summary.ts'

/** What stands above a column. */
export const ColumnHead = memo(function ColumnHead({ column }: { column: Column }) {
  if (column.plan.of === 'group') return <GroupHead column={column} />
  if (column.width < LEAST_FOR_WORDS) return <NarrowHead column={column} />
  return (
    <div
      className="head"
      data-column={column.plan.key}
      style={{ width: column.width, left: column.x }}
    >
      <FullHead column={column} />
    </div>
  )
})

/** All that is said of a column; for a narrow one it floats above it. */
export function FullHead({ column }: { column: Column }) {
  return column.plan.of === 'slave' ? (
    <SlaveHead column={column} />
  ) : (
    <BuilderHead column={column} />
  )
}

/** A builder's name, last result and age, last 20 results, and what it does or waits for. */
function BuilderHead({ column }: { column: Column }) {
  const { future } = column
  const builder = column.plan.builders[0]!
  const now = useNow(1000)
  const { last, running, recent, redSince } = useFacts(builder.id, now)
  return (
    <>
      <Link
        href={routes.builder(builder)}
        className="name cut"
        title={builder.description || builder.name}
      >
        {builder.name}
      </Link>
      <LastResult last={last} now={now} />
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
    </>
  )
}

function LastResult({ last, now }: { last: Build | null; now: number }) {
  const look = last ? lookOf(last.results) : 'none'
  return (
    <div className={`last ${look}`} title={last?.completeAt ? exact(last.completeAt) : undefined}>
      <ResultGlyph look={look} size={13} />
      <span className="cut">
        {last?.completeAt ? ago(now - last.completeAt) : LOOK_WORDS.none}
        <span className="visually-hidden"> {LOOK_WORDS[look]}</span>
      </span>
    </div>
  )
}

/** A slave's name, how it stands, its last 20 builds, and what it builds. */
function SlaveHead({ column }: { column: Column }) {
  const { name } = column.plan
  const now = useNow(1000)
  const slave = useDesk(desk => desk.slaves.find(one => one.name === name))
  const builds = useDesk(desk => desk.builds)
  const own = useMemo(() => {
    const all = [...builds.values()].filter(build => build.slave === name)
    return all.sort((a, b) => b.startedAt - a.startedAt)
  }, [builds, name])
  const facts = useHeadFacts(own, now)
  if (!slave) return <span className="name cut">{name}</span>
  const words = describeSlave(slave, { now, ...NOTHING_BUILT })
  const amber = NEEDS_LOOK.has(words.sign) ? ' amber' : ' soft'
  return (
    <>
      <Link href={routes.slave(name)} className="name cut" title={name}>
        {name}
      </Link>
      <LastResult last={facts.last} now={now} />
      <Sparkline builds={facts.recent} />
      {facts.running.map(({ build }) => (
        <div key={build.id} className="activity">
          <ResultGlyph look="running" size={11} />
          <span className="cut">
            {builderOf(build)} #{build.number}
          </span>
        </div>
      ))}
      {(facts.running.length === 0 || amber === ' amber') && (
        <div className={`activity${amber}`} title={words.detail}>
          <span className="cut">{words.label.toLowerCase()}</span>
        </div>
      )}
    </>
  )
}

/** No room for words: the name stands upright, and the whole head floats above when it is pointed at. */
function NarrowHead({ column }: { column: Column }) {
  const { plan, future } = column
  const look = useLastLook(column)
  const running = column.boxes.some(box => box.build.completeAt === null)
  const state = running ? 'running' : future.waiting > 0 ? 'waiting' : ''
  return (
    <Link
      href={plan.of === 'slave' ? routes.slave(plan.name) : routes.builder(plan)}
      className={`head upright ${look} ${state}`}
      style={{ width: column.width, left: column.x, lineHeight: `${column.width}px` }}
      data-column={plan.key}
      aria-label={`${plan.name}, ${LOOK_WORDS[look]}${state && `, ${state}`}`}
    >
      {plan.name}
    </Link>
  )
}

function useLastLook({ plan, last }: Column): Look {
  const builds = useDesk(desk => desk.builds)
  const id = plan.builders[0]?.id
  const newest =
    id === undefined ? last : buildsOf(builds, id).find(build => build.completeAt !== null)
  return newest ? lookOf(newest.results) : 'none'
}

/** A folded group: how many of its members stand how, the worst first. */
function GroupHead({ column }: { column: Column }) {
  const { plan } = column
  const builds = useDesk(desk => desk.builds)
  const looks = useMemo(() => countLooks(plan.builders, builds), [plan.builders, builds])
  return (
    <div
      className="head folded"
      data-column={plan.key}
      style={{ width: column.width, left: column.x }}
      title={`${plan.name}: ${[...looks].map(([look, n]) => `${n} ${LOOK_WORDS[look]}`).join(', ')}`}
    >
      <span className="name cut">{plan.name}</span>
      <span>
        {[...looks].slice(0, 5).map(([look, n]) => (
          <span key={look} className={`last ${look}`}>
            <ResultGlyph look={look} size={13} label={LOOK_WORDS[look]} />
            {n}
          </span>
        ))}
      </span>
    </div>
  )
}

// How each of them ended last, and what runs, the worst first.
function countLooks(
  builders: readonly Builder[],
  builds: ReadonlyMap<BuildId, Build>,
): ReadonlyMap<Look, number> {
  const told = builders.flatMap(({ id }): Pick<Build, 'results'>[] => {
    const own = buildsOf(builds, id)
    const last = own.find(build => build.completeAt !== null && build.results !== RETRY)
    const running = own.filter(build => build.completeAt === null)
    return last ? [last, ...running] : running
  })
  const heaviestFirst = told.sort((a, b) => weight(b) - weight(a))
  const looks = Map.groupBy(heaviestFirst, ({ results }) => lookOf(results))
  return new Map([...looks].map(([look, own]) => [look, own.length]))
}

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
  return useHeadFacts(
    buildsOf(
      useDesk(desk => desk.builds),
      id,
    ),
    now,
  )
}

function useHeadFacts(own: readonly Build[], now: number) {
  const steps = useDesk(desk => desk.steps)
  return useMemo(() => headFacts(own, steps, now), [own, steps, now])
}
