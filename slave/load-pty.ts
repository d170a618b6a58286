import type * as NodePty from 'node-pty'
import { withArchives } from './archives.ts'

let loading: Promise<Pick<typeof NodePty, 'spawn'>> | undefined

/**
 * Loads node-pty, once. A slave does so when it starts: the app that it came from may be replaced
 * while builds go on. Rejects where there is no node-pty, as on machines that are started on demand.
 */
export function loadPty(): Promise<Pick<typeof NodePty, 'spawn'>> {
  loading ??= import('node-pty').then(({ spawn }) => ({
    // On Windows the first spawn loads the native part, from the app's own archive.
    spawn: (...args) => withArchives(() => spawn(...args)),
  }))
  return loading
}
