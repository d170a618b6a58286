import type { Host } from '../host/host.ts'
import { startProgress } from './progress.ts'
import { print, tell } from './terminal.ts'

/** Tells on stderr what a host does while its master can't start, and what a person can do. */
export function tellRecovery(host: Host): { end(): void } {
  const progress = startProgress(false)
  let told = ''
  let on = true
  host.recovery.onChange(show)
  show()
  return {
    end() {
      on = false
      progress.end()
    },
  }

  function show() {
    const status = host.recovery.status()
    if (!on) return
    if (status.phase === 'upgrading') progress.tell(status.progress.what, status.progress.share)
    if (status.phase !== 'recovery') return
    const { headline, lead } = status.facts
    const words = status.failed ?? `${headline.join(' ')} ${lead}`
    if (words === told) return
    progress.end()
    // Not "listening on": whoever waits for that waits for a master.
    if (host.http && !told) print(`recovery on ${host.http.url}`)
    told = words
    tell(`triphammer: ${words}`)
    const url = process.stderr.isTTY ? host.http?.terminalUrl() : host.http?.ticketUrl()
    tell(
      `"triphammer check" says more${url ? `; open ${url} in a browser to choose what to do` : ''}`,
    )
  }
}
