import type { Change } from '../bridge.ts'
import { useNow } from '../store/hooks.ts'
import { exact, personName, shortRevision, when } from '../ui/format.ts'
import { Avatar } from '../ui/parts.tsx'

export function ChangeList({ changes }: { changes: readonly Change[] }) {
  const now = useNow(60_000)
  return (
    <ul className="change-list">
      {[...changes].reverse().map(change => (
        <li key={change.id}>
          <Avatar who={change.who} />
          <div className="grow">
            <div>{change.subject || '(no message)'}</div>
            <small>
              <span className="mono">{shortRevision(change.revision)}</span>{' '}
              <bdi>{change.branch}</bdi>, {personName(change.who)},{' '}
              <time title={exact(change.at)}>{when(change.at, now)}</time>,{' '}
              {change.files.length === 1 ? change.files[0] : `${change.files.length} files`}
            </small>
          </div>
        </li>
      ))}
    </ul>
  )
}
