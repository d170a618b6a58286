import type { Result } from '../../master/results.ts'
import { EXCEPTION, FAILURE } from '../../master/results.ts'
import { escapeXml } from './markup.ts'
import type { ToldStanding } from './standing.ts'

/** The feed that CCTray and its kin read: https://cctray.org/v1/ */
export function ccTray(standings: readonly ToldStanding[], origin: string): string {
  const projects = standings.map(standing => `  ${projectOf(standing, origin)}\n`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Projects>\n${projects.join('')}</Projects>\n`
}

function projectOf({ builder, last, running }: ToldStanding, origin: string): string {
  const page = `${origin}/#/builds/${encodeURIComponent(builder.name)}`
  const attributes = {
    name: builder.name,
    category: builder.project,
    activity: running ? 'Building' : 'Sleeping',
    lastBuildStatus: last ? statusOf(last.results) : 'Unknown',
    lastBuildLabel: last ? String(last.number) : '',
    lastBuildTime: last?.completeAt ? new Date(last.completeAt).toISOString() : '',
    webUrl: last ? `${page}/${last.number}` : page,
  }
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escapeXml(value)}"`)
  return `<Project ${written.join(' ')}/>`
}

function statusOf(results: Result | null): string {
  if (results === FAILURE) return 'Failure'
  return results === EXCEPTION ? 'Exception' : 'Success'
}
