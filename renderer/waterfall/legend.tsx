import { Popover } from '@base-ui/react/popover'
import { CircleHelp } from 'lucide-react'
import { LOOK_WORDS, type Look } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'

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

/** What the signs mean. */
export function Legend() {
  return (
    <Popover.Root>
      <Popover.Trigger className="button quiet">
        <CircleHelp />
        <span className="words">Legend</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="popover-place">
          <Popover.Popup className="popover legend">
            <Popover.Title render={<h2 />}>What the signs mean</Popover.Title>
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
            <p>
              Time goes up: the line is now, what is expected is dashed above it. Boxes side by side
              happened at the same time. Quiet stretches are folded, and say how long they were.
            </p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
