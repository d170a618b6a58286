import type { HeldView } from './use-held.ts'

/** The ways to older changes and back. */
export function HeldFoot({ view: { older, newest } }: { view: HeldView }) {
  if (!older && !newest) return null
  return (
    <div className="more">
      {newest && (
        <button type="button" className="button" onClick={newest}>
          Newest changes
        </button>
      )}{' '}
      {older && (
        <button type="button" className="button" onClick={older}>
          Older changes
        </button>
      )}
    </div>
  )
}
