import { memo, type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Density } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { day, month } from '../ui/format.ts'
import type { Pen } from '../ui/pen.ts'
import { paintOn, usePalette } from './canvas.tsx'
import type { Model } from './model.ts'
import { coloursOf, type Palette } from './palette.ts'
import { topOf } from './place.ts'
import { goToMoment, readPosition, subscribePosition } from './position.ts'

export const MINIMAP_PX = 46
const ROW_PX = 3
const PAGE_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const SHORTEST_MS = 5 * MINUTE_MS
/** It is looked at anew after so many builds, or when its beginning is another. */
const RENEW_BUILDS = 20

/** All of history at the side, now at the top: how much was built, and how much of it failed. */
export const Minimap = memo(function Minimap({
  model,
  height,
  now,
}: {
  model: Model
  height: number
  now: number
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const sight = useRef<HTMLDivElement>(null)
  const palette = usePalette()
  const { beginning, end, parts } = useDensity(Math.floor(height / ROW_PX), now)
  const length = Math.max(SHORTEST_MS, end - beginning)
  const yOf = (moment: number) => Math.min(height, Math.max(0, ((end - moment) / length) * height))
  const momentAt = (y: number) => end - (y / height) * length

  useEffect(() => {
    paintOn(canvas, { width: MINIMAP_PX, height, palette }, (pen, own) =>
      paintDensity(pen, own, parts, height),
    )
  }, [parts, palette, height])

  useEffect(() => {
    const show = () => {
      if (!sight.current) return
      const top = topOf(model.axis, readPosition())
      const from = yOf(model.axis.moment(Math.max(0, top)))
      const to = yOf(model.axis.moment(Math.max(0, top + height)))
      sight.current.style.transform = `translateY(${Math.min(height - 6, from)}px)`
      sight.current.style.height = `${Math.max(6, to - from)}px`
    }
    show()
    return subscribePosition(show)
  })

  const travel = (event: PointerEvent<HTMLElement>) => {
    if (parts.length === 0) return
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top
    void goToMoment(Math.round(momentAt(y)), now).catch(() => {})
  }
  const pageBy = (ms: number) => {
    const at = readPosition()?.moment ?? now
    void goToMoment(Math.max(beginning, at + ms), now).catch(() => {})
  }
  return (
    <div
      className="minimap"
      role="scrollbar"
      aria-label="All of history"
      aria-orientation="vertical"
      aria-controls="waterfall-board"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(((end - (readPosition()?.moment ?? end)) / length) * 100)}
      aria-valuetext={day(readPosition()?.moment ?? now)}
      tabIndex={0}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        travel(event)
      }}
      onPointerMove={event => event.buttons === 1 && travel(event)}
      onKeyDown={event => {
        const step = { ArrowUp: PAGE_MS, ArrowDown: -PAGE_MS }[event.key]
        if (step === undefined) return
        event.preventDefault()
        event.stopPropagation()
        pageBy(step)
      }}
    >
      <canvas ref={canvas} aria-hidden style={{ width: MINIMAP_PX, height }} />
      <span className="minimap-end">{beginning < end - 2 * PAGE_MS ? month(beginning) : ''}</span>
      <div className="minimap-sight" ref={sight} />
    </div>
  )
})

function paintDensity(pen: Pen, palette: Palette, parts: readonly Density[], height: number) {
  pen.fillStyle = palette.future
  pen.fillRect(0, 0, MINIMAP_PX, height)
  const most = Math.max(1, ...parts.map(part => part.builds))
  const room = MINIMAP_PX - 10
  parts.toReversed().forEach((part, i) => {
    if (part.builds === 0) return
    const wide = 3 + (room - 3) * Math.sqrt(part.builds / most)
    const bad = part.bad === 0 ? 0 : Math.max(3, wide * (part.bad / part.builds))
    pen.globalAlpha = 0.5
    pen.fillStyle = coloursOf(palette, 'success').solid
    pen.fillRect(5 + bad, i * ROW_PX, wide - bad, ROW_PX - 1)
    pen.globalAlpha = 1
    pen.fillStyle = coloursOf(palette, 'failure').solid
    pen.fillRect(5, i * ROW_PX, bad, ROW_PX - 1)
  })
}

function useDensity(rows: number, now: number) {
  const [found, setFound] = useState<{
    beginning: number
    end: number
    parts: readonly Density[]
  }>({ beginning: now, end: now, parts: [] })
  const news = useDesk(desk => Math.floor(desk.builds.size / RENEW_BUILDS))
  const started = useDesk(desk => desk.startedAt)
  // What is begun of an hour, of a minute in a young history, is in it too.
  const grainMs = now - found.beginning < PAGE_MS ? MINUTE_MS : HOUR_MS
  const end = Math.ceil(now / grainMs) * grainMs
  // biome-ignore lint/correctness/useExhaustiveDependencies: with new builds, or another master, it is to look again
  useEffect(() => {
    if (rows < 1) return
    let wanted = true
    const ask = async () => {
      const first = (await bridge.request('history:beginning')) ?? end
      const beginning = Math.min(first, end - SHORTEST_MS)
      const parts = await bridge.request('history:density', {
        from: beginning,
        to: end,
        parts: rows,
      })
      if (wanted) setFound({ beginning, end, parts })
    }
    ask().catch(() => {})
    return () => {
      wanted = false
    }
  }, [rows, end, news, started])
  return found
}
