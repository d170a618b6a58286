import type { MasterEvent } from '../bridge.ts'
import { clock, exact, roughly } from '../ui/format.ts'
import type { Mark } from './marks.ts'

const MOST_LINES = 12

/** What happened at a mark, each event with its exact time. */
export function markWords({ events }: Mark): string {
  const lines = events.slice(0, MOST_LINES).map(event => `${exact(event.at)}: ${eventWords(event)}`)
  if (events.length > MOST_LINES) lines.push(`and ${events.length - MOST_LINES} more`)
  return lines.join('\n')
}

/** An event in words. History may hold kinds that this version does not know. */
export function eventWords({ kind, subject, detail }: MasterEvent): string {
  const words = Object.hasOwn(WORDS, kind)
    ? WORDS[kind]!(subject, detail)
    : `${kind.replaceAll('-', ' ')} ${subject}`
  return words.trim()
}

const because = (detail: string) => (detail ? `: ${detail}` : '')

const WORDS: Readonly<Record<string, (subject: string, detail: string) => string>> = {
  'tag-made': subject => `${subject} was tagged`,
  'config-loaded': subject => `configuration read again from ${subject}`,
  'machine-slept': (from, ms) =>
    `the machine slept ${roughly(Number(ms))}, ${clock(Number(from))} to ${clock(Number(from) + Number(ms))}`,
  'master-started': version => `Triphammer ${version} started`,
  'app-updated': version => `Triphammer was updated to ${version}`,
  'app-not-taken': version => `the update to ${version} did not go in`,
  'app-incomplete': version => `rows are missing since the update to ${version}`,
  'history-locked': ms =>
    `another program kept history.sqlite locked for ${roughly(Number(ms))}; builds waited for it`,
  'history-upgraded': (version, detail) => `history brought to ${version}${because(detail)}`,
  'history-damaged': (file, reason) => `${file} is damaged${because(reason)}`,
  'slave-attached': (name, version) => `slave ${name} attached${version && `, version ${version}`}`,
  'slave-detached': name => `slave ${name} detached`,
  'slave-missing': (name, reason) => `slave ${name} stays away${because(reason)}`,
  'slave-paused': (name, reason) => `slave ${name} paused${because(reason)}`,
  'slave-unpaused': (name, detail) => `slave ${name} takes builds again${because(detail)}`,
  'slave-draining': name => `slave ${name} takes no new builds`,
  'slave-wanted': name => `slave ${name} takes builds again`,
  'slave-killed': (name, by) => `slave ${name} was ended${by && ` by ${by}`}`,
  'slave-paired': (name, address) => `slave ${name} paired${address && ` at ${address}`}`,
  'slave-invited': name => `slave ${name} may dial in`,
  'slave-revoked': name => `the keys of slave ${name} were taken away`,
  'bisect-ended': (build, found) => `bisect of ${build}: ${found}`,
  'branch-deleted': subject => `branch deleted: ${subject}`,
  'branch-reset': subject => `branch reset: ${subject}`,
  'commits-left-out': (subject, count) =>
    `${subject}: ${count} older commits of one push are no changes`,
  'tags-left-out': (project, count) => `${project}: ${count} more tags were made at once`,
  'refs-passed-over': (project, why) => `${project}: refs are passed over${because(why)}`,
  'monitor-away': (name, reason) => `${name} can't be looked at${because(reason)}`,
  'monitor-back': name => `${name} can be looked at again`,
  'backup-made': (reason, name) => `backup made (${reason})${because(name)}`,
  'backup-failed': (which, reason) => `${which} backup failed${because(reason)}`,
}
