import {
  CircleDashed,
  Hourglass,
  LogOut,
  Pause,
  ShieldAlert,
  TriangleAlert,
  Unlink,
} from 'lucide-react'
import type { ReactElement } from 'react'
import { ResultGlyph } from '../ui/result.tsx'
import type { SlaveSign } from './slave-words.ts'

/** The sign of a slave's state; the words beside it say the same. */
export function SlaveSignGlyph({ sign }: { sign: SlaveSign }) {
  return (
    <span className="slave-sign" aria-hidden>
      {SIGNS[sign]}
    </span>
  )
}

const SIGNS: Record<SlaveSign, ReactElement> = {
  building: <ResultGlyph look="running" size={14} />,
  idle: <i className="dot" />,
  paused: <Pause />,
  draining: <LogOut />,
  quarantine: <ShieldAlert />,
  lost: <Unlink />,
  starting: <Hourglass />,
  asleep: <CircleDashed />,
  missing: <TriangleAlert />,
  offline: <i className="dot off" />,
}

/** Signs that ask for a look; the others are calm. */
export const NEEDS_LOOK: ReadonlySet<SlaveSign> = new Set([
  'paused',
  'quarantine',
  'lost',
  'missing',
])
