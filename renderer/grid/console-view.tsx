import { Link } from 'wouter'
import type { Builder } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { duration, exact, personName, shortRevision, when } from '../ui/format.ts'
import { LOOK_WORDS } from '../ui/look.ts'
import { Avatar } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { buildersOf, countBroken, fate, type Held, type HeldChange } from './held.ts'
import { HeldView } from './held-view.tsx'
import { useHeld } from './use-held.ts'
import './grid.css'

/** Did my change break anything? Each change with the builds that hold it, and those still to come. */
export function ConsoleView() {
  const view = useHeld(routes.console, 'me')
  const { whose, me } = view
  const now = useNow(1000)
  return (
    <HeldView title="Console" view={view}>
      {changes => (
        <>
          <p className="console-sum soft">
            {whose === 'me' && <>Changes by {me?.name ?? me?.email}: </>}
            {countBroken(changes)}
          </p>
          <ol className="console">
            {changes.map(one => (
              <Entry key={one.change.id} held={one} now={now} />
            ))}
          </ol>
        </>
      )}
    </HeldView>
  )
}

function Entry({ held, now }: { held: HeldChange; now: number }) {
  const all = useDesk(desk => desk.builders)
  const queue = useDesk(desk => desk.queue)
  const schedule = useDesk(desk => desk.schedule)
  const { change, at } = held
  const broke = [...at.values()].some(one => one.broke > 0)
  const builders = buildersOf([held], all).filter(builder => at.has(builder.id))
  const order = [...builders].sort(
    (a, b) => importance(at.get(a.id)!) - importance(at.get(b.id)!) || a.position - b.position,
  )
  return (
    <li>
      <Avatar who={change.who} />
      <div className="console-change">
        <h2 className="cut">{change.subject || '(no message)'}</h2>
        <p className="cut dim">
          {change.project} <bdi>{change.branch}</bdi>{' '}
          <span className="mono">{shortRevision(change.revision)}</span>,{' '}
          <bdi>{personName(change.who)}</bdi>,{' '}
          <time title={exact(change.receivedAt)}>{when(change.receivedAt, now)}</time>
        </p>
        <p className={broke ? 'bad' : 'soft'}>{fate(held, schedule, now)}</p>
      </div>
      <ul className="console-builds">
        {order.map(builder => (
          <li key={builder.id}>
            <HeldBuild
              held={at.get(builder.id)!}
              builder={builder}
              now={now}
              reason={queue.find(entry => entry.builderId === builder.id)?.reason}
            />
          </li>
        ))}
      </ul>
    </li>
  )
}

function HeldBuild({
  held,
  builder,
  now,
  reason,
}: {
  held: Held
  builder: Builder
  now: number
  reason: string | undefined
}) {
  const { build, look, broke, waits } = held
  if (!build)
    return (
      <span className="held-build">
        <ResultGlyph look="queued" />
        <span className="cut">{builder.name}</span>
        <span className="amber cut">to come{reason ? `: ${reason}` : ''}</span>
      </span>
    )
  return (
    <Link
      className={`held-build${broke > 0 ? ' broke' : ''}`}
      href={routes.build(builder, build)}
      title={build.stateString}
    >
      <ResultGlyph look={look} />
      <span className="cut">
        {builder.name} <span className="soft">#{build.number}</span>
      </span>
      <span className={broke > 0 ? 'bad' : 'dim'}>
        {broke === 1
          ? 'broke it'
          : broke > 1
            ? `one of ${broke} changes broke it`
            : look === 'running'
              ? duration(now - build.startedAt)
              : LOOK_WORDS[look]}
        {waits && ', another to come'}
      </span>
    </Link>
  )
}

const ORDER = ['failure', 'exception', 'running', 'queued', 'warnings', 'success'] as const

// What needs to be looked at first.
function importance({ look, broke }: Held): number {
  if (broke > 0) return -1
  const at = (ORDER as readonly string[]).indexOf(look)
  return at < 0 ? ORDER.length : at
}
