import { TriangleAlert } from 'lucide-react'
import type { AttachTrouble } from '../../bridge.ts'

/** What stood in the way, and what to do about it. */
export function TroubleNote({
  trouble,
  onAgain,
}: {
  trouble: Pick<AttachTrouble, 'message' | 'nextStep'>
  onAgain?: () => void
}) {
  return (
    <div className="note trouble" role="alert">
      <TriangleAlert aria-hidden />
      <p>
        <b>{trouble.message}</b> {trouble.nextStep}
      </p>
      {onAgain && (
        <button type="button" className="button" onClick={onAgain}>
          Look again
        </button>
      )}
    </div>
  )
}
