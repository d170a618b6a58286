import type { BuildId } from '../master/model.ts'
import type { DialogPort } from './ports.ts'
import type { QuitAnswer } from './quit.ts'

/** A build that runs while a person quits. */
export interface QuittingBuild {
  readonly id: BuildId
  /** `calc-linux #12` */
  readonly title: string
  readonly slave: string
  /** Whether it can go on without the app. */
  readonly survives: boolean
  /** How long its slave goes on by itself. */
  readonly leaseMs: number
}

const ANSWERS: readonly QuitAnswer[] = ['leave', 'stop', 'cancel']
const ANSWERS_IF_NONE_SURVIVES: readonly QuitAnswer[] = ['stop', 'cancel']
// A dialogue does not scroll.
const MOST_LINES = 8

/**
 * Asks what is to become of the builds that run. Builds may begin while the question
 * is open: who has answered for two is asked again when there are three.
 */
export async function askAboutBuilds(
  dialog: Pick<DialogPort, 'showMessageBox'>,
  running: () => readonly QuittingBuild[],
): Promise<QuitAnswer> {
  for (;;) {
    const asked = running()
    if (asked.length === 0) return 'leave'
    const { response } = await dialog.showMessageBox({ ...questionAbout(asked), noLink: true })
    const answers = asked.some(build => build.survives) ? ANSWERS : ANSWERS_IF_NONE_SURVIVES
    const answer = answers[response] ?? 'cancel'
    const known = new Set(asked.map(build => build.id))
    if (answer === 'cancel' || running().every(build => known.has(build.id))) return answer
  }
}

export function questionAbout(builds: readonly QuittingBuild[]) {
  const able = builds.filter(build => build.survives)
  const unable = builds.filter(build => !build.survives)
  const one = builds.length === 1
  const [it, is] = one ? ['it', 'it is'] : ['them', 'they are']
  const paragraphs = [
    listed(builds.map(build => `${build.title} on ${build.slave}`)),
    able.length > 0 && describeAble(able, builds.length),
    unable.length > 0 && describeUnable(unable, builds.length),
    able.length > 0 && `Stop ${it}: ${is} ended now, and built again after the next start.`,
  ]
  return {
    type: 'question' as const,
    title: 'Quit Triphammer',
    message: one ? 'A build is running.' : `${builds.length} builds are running.`,
    detail: paragraphs.filter(Boolean).join('\n\n'),
    buttons: [...(able.length > 0 ? [`Let ${it} finish`, `Stop ${it}`] : ['Quit']), 'Cancel'],
    defaultId: 0,
    cancelId: able.length > 0 ? 2 : 1,
  }
}

function describeAble(able: readonly QuittingBuild[], total: number): string {
  const one = able.length === 1
  const who = able.length < total ? `${able.length} of them` : one ? 'it' : 'they'
  const lease = inWords(Math.min(...able.map(build => build.leaseMs)))
  return (
    `Let ${total === 1 ? 'it' : 'them'} finish: ${who} ${one ? 'goes' : 'go'} on without Triphammer, ` +
    `and the next start shows how ${one ? 'it' : 'they'} ended. When Triphammer does not come back ` +
    `within ${lease}, ${one ? 'it is' : 'they are'} ended.`
  )
}

function describeUnable(unable: readonly QuittingBuild[], total: number): string {
  const who =
    unable.length < total
      ? unable.map(build => build.title).join(', ')
      : total === 1
        ? 'It'
        : 'They'
  return `${who} can not go on without Triphammer, and will be built again after the next start.`
}

function inWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`
}

function listed(lines: readonly string[]): string {
  if (lines.length <= MOST_LINES) return lines.join('\n')
  const shown = lines.slice(0, MOST_LINES - 1)
  return [...shown, `and ${lines.length - shown.length} more`].join('\n')
}
