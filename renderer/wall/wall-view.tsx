import { useEffect, useRef, useState } from 'react'
import { buildsOf } from '../store/builds-of.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { useKeys } from '../store/keys.ts'
import { go, routes } from '../store/route.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { ago, clock, count, roughly } from '../ui/format.ts'
import { LOOK_WORDS } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { leftWords } from '../waterfall/estimate.ts'
import { headFacts } from '../waterfall/head-facts.ts'
import { planWall, type Tile, tileOf } from './tiles.ts'
import './wall.css'

/** A screen on a wall: how everything stands, to be read from afar. It has no controls. */
export function WallView() {
  const screen = useRef<HTMLElement>(null)
  const title = useDesk(desk => desk.title)
  const connected = useDesk(desk => desk.connected)
  const now = useNow(1000)
  const tiles = useTiles(now)
  const { width, height } = useSize(screen)
  const plan = planWall(tiles, width, height)
  useKeys({
    Escape: () => go(routes.waterfall),
    f: () =>
      void (
        document.fullscreenElement
          ? document.exitFullscreen()
          : document.documentElement.requestFullscreen()
      ).catch(() => {}),
  })
  const red = tiles.filter(tile => tile.red !== null).length
  const running = tiles.filter(tile => tile.running).length
  return (
    <main className="wall" aria-label="Wall">
      <header>
        <h1 className="cut">{title}</h1>
        <p className={red > 0 ? 'bad' : undefined} role="status">
          {!connected
            ? 'disconnected'
            : red > 0
              ? `${red} red`
              : tiles.length > 0
                ? 'nothing red'
                : ''}
          {running > 0 && <span className="soft">, {running} building</span>}
        </p>
        <time>{clock(now)}</time>
      </header>
      <section
        ref={screen}
        className="wall-tiles"
        aria-label="Builders"
        style={{
          gridTemplateColumns: `repeat(${plan.columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${plan.rows}, minmax(0, 1fr))`,
        }}
      >
        {plan.tiles.map(tile => (
          <TileBox key={tile.builder.id} tile={tile} now={now} />
        ))}
        {plan.more > 0 && (
          <article className="tile more-tiles">
            <h2>and {count(plan.more, 'builder')} more</h2>
            <p className="soft">none of them redder</p>
          </article>
        )}
        {tiles.length === 0 && (
          <p className="wall-none soft">No builder is configured yet: there is nothing to show.</p>
        )}
      </section>
    </main>
  )
}

function TileBox({ tile, now }: { tile: Tile; now: number }) {
  const { builder, look, last, red, running, waiting } = tile
  return (
    <article className={`tile ${red ? 'red' : running ? 'running' : look}`}>
      <div className="tile-name">
        <ResultGlyph look={look} size={40} label={LOOK_WORDS[look]} />
        <h2 className="cut">{builder.name}</h2>
      </div>
      <p>
        {red
          ? `red since #${red.first.number}, ${ago(now - (red.first.completeAt ?? now))}`
          : last
            ? `#${last.number}, ${ago(now - (last.completeAt ?? now))}`
            : 'not built yet'}
      </p>
      {running ? (
        <p className="tile-now">
          <ResultGlyph look="running" size={22} />
          <span className="cut">
            {running.step}
            {`, ${
              running.leftMs === null
                ? roughly(now - running.build.startedAt)
                : leftWords(running.leftMs).long
            }`}
          </span>
        </p>
      ) : waiting > 0 ? (
        <p className="tile-now">{waiting} waiting</p>
      ) : null}
    </article>
  )
}

function useTiles(now: number): readonly Tile[] {
  const builders = useDesk(desk => desk.builders)
  const builds = useDesk(desk => desk.builds)
  const steps = useDesk(desk => desk.steps)
  const queue = useDesk(desk => desk.queue)
  const sleeps = useDesk(desk => sleepsOf(desk.events))
  return builders
    .filter(builder => builder.active)
    .map(builder =>
      tileOf(builder, headFacts(buildsOf(builds, builder.id), steps, now, sleeps), queue),
    )
}

function useSize(ref: React.RefObject<HTMLElement | null>) {
  const [size, setSize] = useState({ width: innerWidth, height: innerHeight - 100 })
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setSize(entry!.contentRect))
    observer.observe(ref.current!)
    return () => observer.disconnect()
  }, [ref])
  return size
}
