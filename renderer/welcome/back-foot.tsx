import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'

/** The foot of what leads back to the first screen, and on by what is at its right end. */
export function BackFoot({ onBack, children }: { onBack: () => void; children: ReactNode }) {
  return (
    <footer className="proposal-foot">
      <button type="button" className="button quiet big" onClick={onBack}>
        <ArrowLeft />
        Back
      </button>
      <span className="grow" />
      {children}
    </footer>
  )
}
