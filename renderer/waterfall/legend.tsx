import { CircleHelp } from 'lucide-react'
import { createCell, useCell } from '../store/cell.ts'
import { LOOK_WORDS, type Look } from '../ui/look.ts'
import { Modal, ToolPopover } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'

// All that a build can look like, but for what only another version knows.
const SHOWN: readonly Look[] = [
  'success',
  'warnings',
  'failure',
  'exception',
  'running',
  'queued',
  'skipped',
  'cancelled',
  'retry',
]

const MEANINGS: Partial<Record<Look, string>> = {
  exception: 'the fault is not the code’s: a slave, the configuration or Triphammer',
  retry: 'a slave or the master went away; the same request is built again',
  queued: 'the reason stands beside it',
}

const OF_THE_WATERFALL: readonly (readonly [sign: string, meaning: string])[] = [
  [
    'the line across',
    'now. What is expected stands above it, dashed; the soft end is how far it may be off',
  ],
  ['bands in a box', 'steps, the first at the foot. The one that decided is solid and hatched'],
  ['side by side', 'at the same time, also within a column: builds that ran in parallel'],
  ['red line beside builds', 'from the first failure to the repair'],
  ['quiet 3 h', 'a stretch in which nothing ran is folded, and says how long it was'],
  ['hatched stretch', 'the machine slept; that time is not counted'],
  ['dotted lines', 'releases, configuration, slaves, updates: “Marks” chooses which'],
  ['days in a column', 'far out: the worst result of each day, and how many builds it had'],
  [
    'other grounds',
    'by slave, branch, author or duration where “Columns” says so; edge, pattern and sign stay the result’s',
  ],
  ['lit boxes', 'they hold the change that is picked at the left'],
  [
    'strip at the right',
    'all history, now at its top: a longer bar is more builds, red those that failed',
  ],
]

const TITLE = 'What the signs mean'

const shown = createCell(false)

/** Shows the legend, whatever is open. */
export function showLegend(now = true): void {
  shown.write(now)
}

/** The legend by itself, from the palette and from the help of keys. */
export function LegendDialog() {
  return (
    <Modal
      title={TITLE}
      open={useCell(shown)}
      onClose={() => showLegend(false)}
      className="legend-dialog"
    >
      <div className="dialog-body legend">
        <Signs />
      </div>
    </Modal>
  )
}

/** What the signs mean. */
export function Legend() {
  return (
    <ToolPopover icon={<CircleHelp />} label="Legend" title={TITLE} className="legend">
      <Signs />
    </ToolPopover>
  )
}

function Signs() {
  return (
    <>
      <dl>
        {SHOWN.map(look => (
          <div key={look}>
            <dt>
              <ResultGlyph look={look} />
              {LOOK_WORDS[look]}
            </dt>
            {MEANINGS[look] && <dd>{MEANINGS[look]}</dd>}
          </div>
        ))}
      </dl>
      <dl className="legend-more">
        {OF_THE_WATERFALL.map(([sign, meaning]) => (
          <div key={sign}>
            <dt>{sign}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
