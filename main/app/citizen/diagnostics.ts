import { readFileSync } from 'node:fs'
import { arch, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { describeProblem } from '../../master/config/status.ts'
import type { Master } from '../../master/master.ts'

const LOG_LINES = 60

/**
 * What somebody who helps needs to know, as text: versions, sizes, how slaves fare,
 * the end of the app's log. Nothing of what is built, and no environment.
 */
export function describeDesk(
  { data, config, options }: Pick<Master, 'data' | 'config' | 'options'>,
  versions: Readonly<Record<string, string | undefined>>,
): string {
  const { problems } = config.status
  const lines = [
    `Triphammer ${options.version} (${options.shell})`,
    `Electron ${versions.electron ?? 'none'}, Chromium ${versions.chrome ?? 'none'}, Node ${versions.node}`,
    `${process.platform} ${arch()} ${release()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${data.builders().length} builders, newest build ${data.builds({ limit: 1 })[0]?.id ?? 0}`,
    `configuration: ${problems.length === 0 ? 'in force' : problems.map(describeProblem).join('; ')}`,
    ...data
      .slaves()
      .map(
        slave =>
          `slave ${slave.name}: ${slave.kind}, ${slave.state}${slave.reason ? ` (${slave.reason})` : ''}, ${String(slave.info.version ?? 'no version')}`,
      ),
    '',
    ...lastLines(join(options.dataDir, 'app.log')),
  ]
  return `${lines.join('\n')}\n`
}

function lastLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_LINES)
  } catch {
    return ['app.log could not be read']
  }
}
