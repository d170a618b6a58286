import { ListRestart } from 'lucide-react'
import type { Build, Step, StepId } from '../bridge.ts'
import { useNow } from '../store/hooks.ts'
import { duration } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'

/** The steps of a build on its own time axis. */
export function StepList({
  build,
  steps,
  selected,
  onSelect,
  retry,
}: {
  build: Build
  steps: readonly Step[]
  selected?: StepId | undefined
  onSelect?: (step: Step) => void
  /** From which steps the build can be retried, and what does so. */
  retry: { readonly steps: readonly string[]; from(step: string): void }
}) {
  const now = useNow(1000)
  const end = build.completeAt ?? now
  const whole = Math.max(1, end - build.startedAt)
  const share = (moment: number) => ((Math.min(end, moment) - build.startedAt) / whole) * 100
  return (
    <ol className="step-list">
      {steps.map(step => {
        const look = lookOf(step.results)
        const from = share(step.startedAt)
        const to = share(step.completeAt ?? now)
        const inside = (
          <>
            <ResultGlyph look={look} />
            <span className="cut step-name">{step.name}</span>
            <span className="track" aria-hidden>
              <i
                className={look}
                style={{ left: `${from}%`, width: `${Math.max(0, to - from)}%` }}
              />
            </span>
            <span className="step-time">
              <span className="visually-hidden">{LOOK_WORDS[look]}, </span>
              {look === 'skipped' ? 'skipped' : duration((step.completeAt ?? now) - step.startedAt)}
            </span>
          </>
        )
        return (
          <li key={step.id} className={look}>
            {onSelect ? (
              <button
                type="button"
                aria-pressed={step.id === selected}
                onClick={() => onSelect(step)}
              >
                {inside}
              </button>
            ) : (
              <div className="row">{inside}</div>
            )}
            {retry.steps.includes(step.name) && (
              <button
                type="button"
                className="retry-step"
                aria-label={`Retry from ${step.name}`}
                title={`Retry from ${step.name}: steps before it stand as they were`}
                onClick={() => retry.from(step.name)}
              >
                <ListRestart />
              </button>
            )}
            {step.stateString && look !== 'success' && (
              <p className="step-state">{step.stateString}</p>
            )}
          </li>
        )
      })}
    </ol>
  )
}
