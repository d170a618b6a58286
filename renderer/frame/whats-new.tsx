import { useDesk } from '../store/hooks.ts'
import './whats-new.css'

interface Release {
  readonly version: string
  readonly news: readonly string[]
}

/** Newest first. A line for what a person can do now and could not before. */
const RELEASES: readonly Release[] = [
  {
    version: '0.2.0',
    news: [
      'Attach any machine: type its address and a code, let it dial in, or start it on demand with docker, ssh or kubectl. Workers of Buildbot attach, too.',
      'Builds outlive a lost link, a quit, a crash and an update of this app.',
      'Backups each day and before each update; export, import, and the history of a Buildbot.',
      'A history that can’t be used says what is safe, and offers ways on.',
      'Updates that never end a build by themselves.',
      'A shell in the folder of a build.',
      'Beside the waterfall: who broke what, by change and by person; trends; tests over many builds; two builds compared down to their logs; what needs you; and a wall for a big screen.',
      'A tray, notifications, links that open a build, a start at login.',
    ],
  },
  {
    version: '0.1.0',
    news: ['The first one: from a folder to a green build in a minute, in a waterfall.'],
  },
]

/** What a new version brings. */
export function WhatsNew() {
  const version = useDesk(desk => desk.version)
  return (
    <section className="view scroll whats-new" aria-label="What’s new">
      <h1>What’s new</h1>
      {RELEASES.map(release => (
        <section key={release.version}>
          <h2>
            {release.version}
            {release.version === version && <span className="dim"> this version</span>}
          </h2>
          <ul>
            {release.news.map(line => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  )
}
