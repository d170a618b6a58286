import { useEffect, useState } from 'react'
import { bridge, type SessionInfo } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useNow } from '../store/hooks.ts'
import { exact, when } from '../ui/format.ts'

/** The browsers that are signed in, each with what ends that. */
export function SessionsSection() {
  const [sessions, setSessions] = useState<readonly SessionInfo[]>()
  const now = useNow(60_000)
  const load = () =>
    void bridge.request('sessions:list').then(setSessions, () => setSessions(undefined))
  useEffect(load, [])
  if (!sessions) return null
  const own = bridge.session ?? null
  const end = (ids: readonly string[], done: string) =>
    void act(bridge.request('sessions:end', { ids }), done).then(load)
  const others = sessions.filter(one => one.id !== own)
  return (
    <section>
      <h2>Signed-in browsers</h2>
      <p className="soft">
        A session ends after 30 days without use, or here. A browser signs in by the link that the
        terminal shows, or by that of <code>triphammer open</code>.
      </p>
      {sessions.length === 0 ? (
        <p className="soft">No browser is signed in.</p>
      ) : (
        <ul className="sessions">
          {sessions.map(({ id, browser, since, seenAt }) => (
            <li key={id}>
              <span>
                {browser}
                {id === own && <span className="soft"> (this one)</span>}
              </span>
              <span className="dim">
                <time title={exact(since)}>signed in {when(since, now)}</time>,{' '}
                <time title={exact(seenAt)}>used {when(seenAt, now)}</time>
              </span>
              <button
                type="button"
                className="button"
                aria-label={`Sign out ${id === own ? 'this browser' : browser}`}
                onClick={() =>
                  id === own ? void bridge.signOut?.() : end([id], `${browser} was signed out`)
                }
              >
                Sign out
              </button>
            </li>
          ))}
        </ul>
      )}
      {others.length > 1 && (
        <button
          type="button"
          className="button"
          onClick={() =>
            end(
              others.map(one => one.id),
              'All other browsers were signed out',
            )
          }
        >
          Sign out all others
        </button>
      )}
    </section>
  )
}
