import { isPlain } from '../../../slave/protocol/capabilities.ts'
import { expandBraces } from '../braces.ts'
import { onSlave } from '../process/build-folder.ts'
import type { StepContext } from './step.ts'

/**
 * Finds files on the slave by a pattern relative to the workdir; the answers are, too.
 * `undefined` when the slave could not look.
 */
export async function glob(
  context: StepContext,
  pattern: string,
): Promise<readonly string[] | undefined> {
  const { workdir, session } = context
  if (!isPlain(session.capabilities)) {
    const { rc, files } = await context.run('glob', { path: pattern, workdir })
    return rc === 0 ? files : undefined
  }
  // Buildbot's workers take absolute patterns, give absolute paths and know no braces.
  const { system } = session.info
  const found = new Set<string>()
  for (const one of expandBraces(pattern)) {
    const path = onSlave(escapeGlob(workdir), one, system)
    const { rc, files } = await context.run('glob', { path })
    if (rc !== 0) return undefined
    for (const file of files) found.add(relativeTo(workdir, file))
  }
  return [...found].sort()
}

function escapeGlob(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}

function relativeTo(folder: string, file: string): string {
  const inside = file.startsWith(folder) && /^[\\/]/.test(file.slice(folder.length))
  return inside ? file.slice(folder.length + 1).replaceAll('\\', '/') : file
}
