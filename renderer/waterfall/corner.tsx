import { memo, useMemo } from 'react'
import type { Build } from '../bridge.ts'
import { isGood } from '../results.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { count, day, roughly } from '../ui/format.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { redStretches } from './model.ts'

/** What is red, what runs and what waits, in three lines. */
export const Corner = memo(function Corner() {
  const now = useNow(10_000)
  const builders = useDesk(desk => desk.builders)
  const builds = useDesk(desk => desk.builds)
  const queue = useDesk(desk => desk.queue)
  const active = builders.filter(builder => builder.active)
  const red = useMemo(() => redSince([...builds.values()], now), [builds, now])
  const shown = red.filter(one => active.some(builder => builder.id === one.builderId))
  const running = [...builds.values()].filter(build => build.completeAt === null).length
  const waiting = queue.reduce((sum, entry) => sum + entry.count, 0)
  const longest = Math.max(0, ...shown.map(one => now - one.completeAt!))

  return (
    <div className="corner">
      <b>{count(active.length, 'builder')}</b>
      <span className={shown.length > 0 ? 'bad' : undefined}>
        <ResultGlyph look={shown.length > 0 ? 'failure' : 'success'} size={11} />
        {shown.length > 0 ? `${shown.length} red, ${roughly(longest)}` : 'nothing red'}
      </span>
      <span>
        <ResultGlyph look={running > 0 ? 'running' : 'none'} size={11} />
        {running > 0 ? `${count(running, 'build')} running` : 'nothing running'}
      </span>
      <span>
        <ResultGlyph look={waiting > 0 ? 'queued' : 'none'} size={11} />
        {waiting > 0 ? `${waiting} waiting` : 'nothing waiting'}
      </span>
      <span className="dim corner-day">{day(now)}</span>
    </div>
  )
})

// The first bad build of each builder that is red now.
function redSince(builds: readonly Build[], now: number): Build[] {
  const byBuilder = Map.groupBy(builds, build => build.builderId)
  return [...byBuilder.values()].flatMap(own => {
    const newestFirst = own.sort((a, b) => b.number - a.number)
    const last = redStretches(newestFirst, { y: () => 0 }, now).at(-1)
    return last && last.repaired === null && !isGood(last.first.results!) ? [last.first] : []
  })
}
