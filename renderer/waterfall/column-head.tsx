import { Unlink } from 'lucide-react'
import { memo, useMemo } from 'react'
import { Link } from 'wouter'
import type { Build, Builder, BuildId } from '../bridge.ts'
import { NEEDS_LOOK } from '../slaves/slave-sign.tsx'
import { describeSlave } from '../slaves/slave-words.ts'
import { builderOf } from '../store/actions.ts'
import { buildsOf, buildsOfSlave, standingIn } from '../store/builds-of.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { ago, exact } from '../ui/format.ts'
import { LOOK_WORDS, type Look, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { LEAST_FOR_WORDS } from './column-plan.ts'
import { type HeadFacts, headFacts, headLines, lowerFirst } from './head-facts.ts'
import type { Column } from './model.ts'
import { weight } from './summary.ts'
import { useBlame } from './use-blame.ts'

/** What stands above a column. */
export const ColumnHead = memo(ColumnHeadNow, (a, b) => {
  // Where its boxes are says nothing to it, and they are elsewhere in each frame that is zoomed.
  const [one, other] = [a.column, b.column]
  return (
    a.stays === b.stays &&
    one.plan === other.plan &&
    one.x === other.x &&
    one.width === other.width &&
    one.last === other.last &&
    one.future.waiting === other.future.waiting &&
    one.future.reason === other.future.reason &&
    one.future.running.length === other.future.running.length
  )
})

interface HeadProps {
  readonly column: Column
  /** While the others are scrolled to the side. */
  readonly stays: boolean
}

function ColumnHeadNow({ column, stays }: HeadProps) {
  if (column.plan.of === 'group') return <GroupHead column={column} />
  if (column.width < LEAST_FOR_WORDS) return <NarrowHead column={column} stays={stays} />
  return (
    <div
      className={stays ? 'head stays' : 'head'}
      data-column={column.plan.key}
      style={{ width: column.width, left: column.x }}
    >
      <FullHead column={column} />
    </div>
  )
}

/** All that is said of a column. `whole` has each line in full; else the most urgent in few words. */
export function FullHead({ column, whole = false }: { column: Column; whole?: boolean }) {
  return column.plan.of === 'slave' ? (
    <SlaveHead column={column} />
  ) : (
    <BuilderHead column={column} whole={whole} />
  )
}

/** As many as there is room for. */
const MOST_LINES = 3
/** In a column as wide as this a line in full has room. */
const LEAST_FOR_LONG = 220

/** A builder's name, last result and age, last 20 results, and what it does or waits for. */
function BuilderHead({ column, whole }: { column: Column; whole: boolean }) {
  const builder = column.plan.builders[0]!
  const now = useNow(1000)
  const facts = useHeadFacts(
    useDesk(desk => buildsOf(desk.builds, builder.id)),
    now,
  )
  const lines = useLines(column, builder, facts, now)
  const inFull = whole || column.width >= LEAST_FOR_LONG
  return (
    <>
      <Link href={routes.builder(builder)} className="name cut">
        {builder.name}
      </Link>
      <LastResult last={facts.last} now={now} />
      <Sparkline builds={facts.recent} />
      {(whole ? lines : lines.slice(0, MOST_LINES)).map(line => (
        <div
          key={line.long}
          className={`activity ${line.tone}`}
          data-more={!whole && lines.length > MOST_LINES ? '' : undefined}
        >
          {line.sign === 'link-lost' && <Unlink size={11} aria-hidden />}
          {line.sign !== null && line.sign !== 'link-lost' && (
            <ResultGlyph look={line.sign} size={11} />
          )}
          <span className={whole ? undefined : 'cut'}>{inFull ? line.long : line.short}</span>
        </div>
      ))}
      {whole && builder.description && <p className="dim">{builder.description}</p>}
    </>
  )
}

function useLines({ future }: Column, builder: Builder, facts: HeadFacts, now: number) {
  const all = useDesk(desk => desk.slaves)
  const next = useDesk(desk => desk.schedule.find(one => one.builderId === builder.id)) ?? null
  const blamed = useBlame(facts.red?.first.id)
  const slaves = all
    .filter(slave => slave.active && builder.slaves.includes(slave.name))
    .map(slave => ({ slave, words: describeSlave(slave, { now, ...NOTHING_BUILT }) }))
  // A builder that nobody would build for is not simply idle.
  const stopped = slaves.length > 0 && slaves.every(({ words }) => NEEDS_LOOK.has(words.sign))
  const waiting = future.waiting > 0 ? { count: future.waiting, reason: future.reason } : null
  const { monitor } = builder
  return headLines({ ...facts, now, waiting, slaves, stopped, blamed, next, monitor })
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
  const facts = useHeadFacts(
    useDesk(desk => buildsOfSlave(desk.builds, name)),
    now,
  )
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
          <span className="cut">{lowerFirst(words.label)}</span>
        </div>
      )}
    </>
  )
}

/** No room for words: the name stands upright, and the whole head floats above when it is pointed at. */
function NarrowHead({ column, stays }: HeadProps) {
  const { plan, future } = column
  const look = useLastLook(column)
  const running = future.running.length > 0
  const state = running ? 'running' : future.waiting > 0 ? 'waiting' : ''
  return (
    <Link
      href={plan.of === 'slave' ? routes.slave(plan.name) : routes.builder(plan)}
      className={`head upright ${look} ${state && `is-${state}`}${stays ? ' stays' : ''}`}
      style={{ width: column.width, left: column.x, lineHeight: `${column.width}px` }}
      data-column={plan.key}
      aria-label={`${plan.name}, ${LOOK_WORDS[look]}${state && `, ${state}`}`}
    >
      {plan.name}
    </Link>
  )
}

function useLastLook({ plan, last }: Column): Look {
  const id = plan.builders[0]?.id
  // Of hundreds of narrow heads those render that are another.
  return useDesk(({ builds }) => {
    const telling = id === undefined ? last : standingIn(builds, id).last
    return telling ? lookOf(telling.results) : 'none'
  })
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
    const { last } = standingIn(builds, id)
    const running = buildsOf(builds, id).filter(build => build.completeAt === null)
    return last ? [last, ...running] : running
  })
  const heaviestFirst = told.sort((a, b) => weight(b) - weight(a))
  const looks = Map.groupBy(heaviestFirst, ({ results }) => lookOf(results))
  return new Map([...looks].map(([look, own]) => [look, own.length]))
}

const NOTHING_BUILT = { building: [], last: null, waiting: 0 }

/** Columns as high as the builds were long, coloured by result; a failure reaches below the line. */
function Sparkline({ builds }: { builds: HeadFacts['recent'] }) {
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

function useHeadFacts(own: readonly Build[], now: number) {
  const steps = useDesk(desk => desk.steps)
  const sleeps = useDesk(desk => sleepsOf(desk.events))
  return useMemo(() => headFacts(own, steps, now, sleeps), [own, steps, now, sleeps])
}
