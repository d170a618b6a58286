import { memo, useMemo } from 'react'
import { runningIn, standingIn } from '../store/builds-of.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { count, day, roughly } from '../ui/format.ts'
import { ResultGlyph } from '../ui/result.tsx'

/** What is red, what runs and what waits, in three lines. */
export const Corner = memo(function Corner() {
  const now = useNow(10_000)
  const builders = useDesk(desk => desk.builders)
  const builds = useDesk(desk => desk.builds)
  const queue = useDesk(desk => desk.queue)
  const active = useMemo(() => builders.filter(builder => builder.active), [builders])
  const red = useMemo(
    () => active.flatMap(({ id }) => standingIn(builds, id).red?.first ?? []),
    [active, builds],
  )
  const running = runningIn(builds).length
  const waiting = queue.reduce((sum, entry) => sum + entry.count, 0)
  const longest = Math.max(0, ...red.map(one => now - one.completeAt!))

  return (
    <div className="corner">
      <b>{count(active.length, 'builder')}</b>
      <span className={red.length > 0 ? 'bad' : undefined}>
        <ResultGlyph look={red.length > 0 ? 'failure' : 'success'} size={11} />
        {red.length > 0 ? `${red.length} red, ${roughly(longest)}` : 'nothing red'}
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
