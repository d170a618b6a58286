import {
  type ChartConfiguration,
  Chart as ChartJs,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js'
import { useEffect, useRef, useState } from 'react'
import type { Measure } from './measures.ts'

ChartJs.register(LineController, LineElement, PointElement, LinearScale, Tooltip)

export interface Line {
  readonly name: string
  readonly values: readonly (number | null)[]
}

/** Each line has a hue and a mark of its own, so that grey print tells them apart. */
export const MARKS = ['circle', 'triangle', 'rect', 'rectRot', 'crossRot', 'star'] as const

const MANY_PARTS = 40
/** Room for the label of a mark on the axis of time. */
const LABEL_PX = 84

/** Lines over time on a canvas. What it shows has to be said in words beside it. */
export function Chart({
  lines,
  from,
  partMs,
  label,
  words,
  when,
  scale,
  onPick,
}: {
  lines: readonly Line[]
  from: number
  partMs: number
  label: string
  words: (value: number) => string
  when: (moment: number) => string
  scale: Pick<Measure, 'top' | 'step'>
  onPick: (moment: number) => void
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const pick = useRef(onPick)
  pick.current = onPick
  // What is drawn is another when the numbers are, not with each rendering.
  const key = JSON.stringify([lines, from, partMs, label, theme])

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` holds all of it.
  useEffect(() => {
    const config = configOf({
      lines,
      from,
      partMs,
      words,
      when,
      scale,
      pick: at => pick.current(at),
    })
    const chart = new ChartJs(canvas.current!, config)
    return () => chart.destroy()
  }, [key])

  return (
    <div className="chart">
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
}

function configOf(options: {
  lines: readonly Line[]
  from: number
  partMs: number
  words: (value: number) => string
  when: (moment: number) => string
  scale: Pick<Measure, 'top' | 'step'>
  pick: (moment: number) => void
}): ChartConfiguration<'line', { x: number; y: number | null }[]> {
  const { lines, from, partMs, words, when, scale, pick } = options
  const token = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 }
  const ink = token('text-3')
  const grid = { color: token('line-faint'), tickColor: 'transparent' }
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const parts = Math.max(0, ...lines.map(line => line.values.length))
  return {
    type: 'line',
    data: {
      datasets: lines.map(({ name, values }, i) => {
        const colour = token(`series-${i + 1}`)
        return {
          label: name,
          data: values.map((y, part) => ({ x: from + (part + 0.5) * partMs, y })),
          borderColor: colour,
          backgroundColor: colour,
          borderWidth: 1.5,
          pointStyle: MARKS[i % MARKS.length]!,
          pointRadius: parts > MANY_PARTS ? 2 : 3,
          // A mark at the very edge is drawn whole.
          clip: 8,
          pointHoverRadius: 5,
          spanGaps: true,
          // Across a gap nothing was measured.
          segment: {
            borderDash: ({ p0DataIndex, p1DataIndex }) =>
              p1DataIndex - p0DataIndex > 1 ? [3, 3] : undefined,
          },
        }
      }),
    },
    options: {
      animation: still ? false : { duration: 120 },
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      interaction: { mode: 'index', intersect: false },
      onClick: (_event, picked) => {
        if (picked[0]) pick(from + (picked[0].index + 1) * partMs)
      },
      scales: {
        x: {
          type: 'linear',
          min: from,
          max: from + parts * partMs,
          grid,
          border: { color: token('line') },
          ticks: {
            color: ink,
            font,
            maxRotation: 0,
            autoSkipPadding: 18,
            callback: value => when(Number(value)),
          },
          // Whole parts, not round numbers of milliseconds.
          afterBuildTicks: axis => {
            const step = Math.max(1, Math.ceil((parts * LABEL_PX) / Math.max(1, axis.width)))
            axis.ticks = Array.from({ length: Math.ceil(parts / step) }, (_, i) => ({
              value: from + i * step * partMs,
            }))
          },
        },
        y: {
          min: 0,
          ...('fixed' in scale.top ? { max: scale.top.fixed } : { suggestedMax: scale.top.least }),
          grid,
          border: { display: false },
          ticks: {
            color: ink,
            font,
            maxTicksLimit: 6,
            ...(scale.step && { stepSize: scale.step(highest(options)) }),
            callback: value => words(Number(value)).replace(/ 0 (s|min|h)$/, ''),
          },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: token('raised'),
          titleColor: token('text-2'),
          bodyColor: token('text'),
          borderColor: token('line-strong'),
          borderWidth: 1,
          titleFont: { ...font, weight: 'normal' },
          bodyFont: font,
          usePointStyle: true,
          boxPadding: 4,
          filter: item => item.parsed.y !== null,
          callbacks: {
            title: items => (items[0] ? when(items[0].parsed.x! - partMs / 2) : ''),
            label: item => `${item.dataset.label}: ${words(item.parsed.y!)}`,
          },
        },
      },
    },
    plugins: [HOVER_LINE],
  }
}

function highest({
  lines,
  scale,
}: Pick<Parameters<typeof configOf>[0], 'lines' | 'scale'>): number {
  const least = 'fixed' in scale.top ? scale.top.fixed : scale.top.least
  return Math.max(least, ...lines.flatMap(line => line.values.map(value => value ?? 0)))
}

/** A line through what the pointer is at, in all charts the same. */
const HOVER_LINE: Plugin<'line'> = {
  id: 'hover-line',
  beforeDatasetsDraw(chart) {
    const [active] = chart.getActiveElements()
    if (!active) return
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.strokeStyle = getComputedStyle(chart.canvas).getPropertyValue('--line-strong')
    ctx.beginPath()
    ctx.moveTo(active.element.x, chartArea.top)
    ctx.lineTo(active.element.x, chartArea.bottom)
    ctx.stroke()
    ctx.restore()
  },
}

/** The theme that is shown. A canvas has to be painted again when it is another. */
function useTheme(): string | undefined {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme)
  useEffect(() => {
    const read = () => setTheme(document.documentElement.dataset.theme)
    const observer = new MutationObserver(read)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  }, [])
  return theme
}
