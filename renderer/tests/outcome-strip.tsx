import { recentWords } from './test-words.ts'
import './outcome-strip.css'

const MOST = 40

/** How a test ended, run by run, the newest at the right: low for passed, high for failed. */
export function OutcomeStrip({ recent }: { recent: string }) {
  const shown = recent.slice(-MOST)
  return (
    <span className="outcomes" role="img" aria-label={recentWords(recent)}>
      {[...shown].map((letter, i) => (
        <i key={i} className={letter === 'f' ? 'failed' : 'passed'} />
      ))}
    </span>
  )
}
