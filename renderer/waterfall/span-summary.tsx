import { X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Answer, Summary } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { count, duration, exact, roughly, when } from '../ui/format.ts'
import type { Span } from './axis.ts'

const MOST_BUILDERS = 8
const MOST_SLAVES = 4

interface Known {
  readonly summary: Summary
  readonly load: Answer<'history:load'>
}

/** What was built in a span of time: how much, how much of it failed, how long it took, and who was busy. */
export function SpanSummary({ span, onClose }: { span: Span; onClose: () => void }) {
  const { from, to } = span
  const [known, setKnown] = useState<Known | null>(null)
  const [problem, setProblem] = useState('')
  const builders = useDesk(desk => desk.builders)
  const slaves = useDesk(desk => desk.slaves)
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    let wanted = true
    setKnown(null)
    setProblem('')
    close.current?.focus()
    Promise.all([
      bridge.request('history:summary', { from, to }),
      bridge.request('history:load', { from, to, parts: 1, now: to }),
    ]).then(
      ([summary, load]) => wanted && setKnown({ summary, load }),
      (error: Error) => wanted && setProblem(error.message),
    )
    return () => {
      wanted = false
    }
  }, [from, to])

  const nameOf = (id: number) => builders.find(one => one.id === id)?.name ?? '?'
  const roomOf = (name: string) => slaves.find(one => one.name === name)?.maxBuilds ?? 1
  return (
    <div
      className="span-summary"
      role="dialog"
      aria-label="Summary of a span of time"
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}
    >
      <header>
        <b title={`${exact(from)} to ${exact(to)}`}>
          {when(from, to)} to {when(to, from)}
        </b>
        <span className="dim">{roughly(to - from)}</span>
        <span className="grow" />
        <button
          ref={close}
          type="button"
          className="button quiet square"
          aria-label="Close"
          onClick={onClose}
        >
          <X />
        </button>
      </header>
      {problem && <p className="bad">{problem}</p>}
      {known && <p>{sums(known.summary)}</p>}
      {known && known.summary.builders.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>Builder</th>
              <th>Builds</th>
              <th>Bad</th>
              <th>Median</th>
            </tr>
          </thead>
          <tbody>
            {known.summary.builders.slice(0, MOST_BUILDERS).map(one => (
              <tr key={one.builderId}>
                <td className="cut">{nameOf(one.builderId)}</td>
                <td>{one.builds}</td>
                <td className={one.failed + one.exceptions > 0 ? 'bad' : undefined}>
                  {one.failed + one.exceptions || ''}
                </td>
                <td>{one.medianMs === null ? '' : duration(one.medianMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {known && known.summary.builders.length > MOST_BUILDERS && (
        <p className="dim">and {known.summary.builders.length - MOST_BUILDERS} more builders</p>
      )}
      {known?.load.slice(0, MOST_SLAVES).map(({ slave, busyMs }) => (
        <p key={slave} className="dim">
          {slave} was {share(busyMs / ((to - from) * roomOf(slave)))} busy
        </p>
      ))}
    </div>
  )
}

function sums({ builds, failed, exceptions, medianMs }: Summary): string {
  if (builds === 0) return 'Nothing was built.'
  return [
    count(builds, 'build'),
    `${failed} failed`,
    exceptions > 0 && count(exceptions, 'exception'),
    `median ${duration(medianMs ?? 0)}`,
  ]
    .filter(Boolean)
    .join(', ')
}

const PERCENT = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 })

function share(of: number): string {
  return of > 0 && of < 0.01 ? `less than ${PERCENT.format(0.01)}` : PERCENT.format(of)
}
