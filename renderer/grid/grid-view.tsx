import { Link } from 'wouter'
import type { Builder } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { exact, personName, shortRevision, when } from '../ui/format.ts'
import { LOOK_WORDS } from '../ui/look.ts'
import { Avatar } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { buildersOf, fate, type Held, type HeldChange, heldWords, shortName } from './held.ts'
import { HeldView } from './held-view.tsx'
import { useHeld } from './use-held.ts'
import { walkCells } from './walk-cells.ts'
import './grid.css'

/** Changes down, builders across: the pattern of red. */
export function GridView() {
  const view = useHeld(routes.grid, 'all')
  const all = useDesk(desk => desk.builders)
  return (
    <HeldView title="Grid" view={view}>
      {changes => <Matrix changes={changes} builders={buildersOf(changes, all)} />}
    </HeldView>
  )
}

function Matrix({
  changes,
  builders,
}: {
  changes: readonly HeldChange[]
  builders: readonly Builder[]
}) {
  const now = useNow(60_000)
  const groups = [...Map.groupBy(builders, builder => builder.project)]
  return (
    <table className="grid" onKeyDown={walkCells}>
      <thead>
        <tr>
          <th rowSpan={2} scope="col" className="grid-corner">
            Change
          </th>
          {groups.map(([project, own]) => (
            <th key={project} scope="colgroup" colSpan={own.length} className="grid-project">
              <span className="cut">{project || 'no project'}</span>
            </th>
          ))}
        </tr>
        <tr>
          {builders.map(builder => (
            <th key={builder.id} scope="col" className="grid-builder">
              <Link className="cut" href={routes.builder(builder)} title={builder.name}>
                {shortName(builder)}
              </Link>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {changes.map(one => (
          <tr key={one.change.id}>
            <th scope="row" className="grid-change">
              <ChangeWords held={one} now={now} />
            </th>
            {builders.map(builder => (
              <td key={builder.id}>
                <Cell held={one.at.get(builder.id)} builder={builder} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function ChangeWords({ held, now }: { held: HeldChange; now: number }) {
  const { change } = held
  const schedule = useDesk(desk => desk.schedule)
  return (
    <div className="grid-words" title={`${personName(change.who)}, ${exact(change.receivedAt)}`}>
      <Avatar who={change.who} />
      <span className="grow">
        <span className="cut grid-subject">{change.subject || '(no message)'}</span>
        <small className="cut">
          <span className="mono">{shortRevision(change.revision)}</span> <bdi>{change.branch}</bdi>,{' '}
          {when(change.receivedAt, now)}
        </small>
        <span className="visually-hidden">, {fate(held, schedule, now)}</span>
      </span>
    </div>
  )
}

function Cell({ held, builder }: { held: Held | undefined; builder: Builder }) {
  if (!held) return <span className="visually-hidden">not built</span>
  const words = heldWords(held, builder, LOOK_WORDS[held.look])
  if (!held.build)
    return (
      <span className="grid-cell" title={words}>
        <ResultGlyph look="queued" label={words} />
      </span>
    )
  return (
    <Link
      className={`grid-cell ${held.look}${held.broke > 0 ? ' broke' : ''}`}
      href={routes.build(builder, held.build)}
      aria-label={words}
      title={`${words}\n${held.build.stateString}`}
    >
      <ResultGlyph look={held.look} />
      <span>{held.build.number}</span>
    </Link>
  )
}
