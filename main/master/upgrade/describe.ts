import type { Prepared } from './prepare.ts'
import type { Upgraded } from './upgrade.ts'

/** What a start has to say of the history that it found, for the waterfall and the app's log. */
export function describePrepared({
  found,
  upgraded,
}: Prepared): { kind: string; subject: string; detail: string }[] {
  const said: { kind: string; subject: string; detail: string }[] = []
  if (found.kind === 'cut-short')
    said.push({
      kind: 'upgrade-cut-short',
      subject: found.version,
      detail: 'nothing had been changed; it was begun again',
    })
  if (found.kind === 'finished') said.push(describe(found.intent))
  if (upgraded) said.push(describe({ ...upgraded, wroteVersion: upgraded.from }))
  return said
}

function describe(
  what: Pick<Upgraded, 'version' | 'files' | 'backup' | 'quarantined'> & { wroteVersion: string },
) {
  const files = what.files.map(({ name, from, to }) => `${name} from schema ${from} to ${to}`)
  const odd = what.quarantined > 0 ? `; ${what.quarantined} odd rows were put aside and kept` : ''
  return {
    kind: 'history-upgraded',
    subject: what.version,
    detail: `${files.join(', ')}; what ${what.wroteVersion} left is in backups/${what.backup}${odd}`,
  }
}
