import { dirname, resolve } from 'node:path'
import type { Names, Part } from './build.ts'
import { parseDuration } from './duration.ts'
import type { MonitorConfig } from './model.ts'
import { didYouMean } from './nearest.ts'
import type { Problems } from './parse.ts'
import type { OuterShape } from './schema.ts'

const POLL_MS = 5 * 60_000
// GitHub answers sixty questions an hour to whoever shows no token.
const SHORTEST_POLL_MS = 60_000
const GITHUB = 'https://github.com'

/** Reads the workflows of other CIs that are shown among the builders. */
export function buildMonitors(
  parts: readonly Part<NonNullable<OuterShape['monitors']>[number]>[],
  file: string,
  { projects, builders }: Names,
  problems: Problems,
): MonitorConfig[] {
  return parts.map(({ part, at }) => {
    const { name, kind, repository, workflow, project = '', tokenFile } = part
    const path = ['monitors', at]
    if (builders?.includes(name))
      problems.add([...path, 'name'], `there is a builder "${name}" already`)
    if (project !== '' && projects && !projects.includes(project))
      problems.add(
        [...path, 'project'],
        `there is no project "${project}"${didYouMean(project, projects)}`,
      )
    const pollMs = part.poll === undefined ? POLL_MS : parseDuration(part.poll)!
    if (pollMs < SHORTEST_POLL_MS) problems.add([...path, 'poll'], 'must be at least 1m')
    const site = (part.url ?? GITHUB).replace(/\/+$/, '')
    return {
      name,
      kind,
      repository,
      workflow,
      branch: part.branch ?? null,
      project,
      description: part.description ?? '',
      tags: part.tags ?? [],
      pollMs,
      api: site === GITHUB ? 'https://api.github.com' : `${site}/api/v3`,
      url: `${site}/${repository}/actions/workflows/${workflow}`,
      tokenFile: tokenFile === undefined ? null : resolve(dirname(resolve(file)), tokenFile),
    }
  })
}
