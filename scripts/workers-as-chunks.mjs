import { dirname, resolve } from 'node:path'

const WORKER = /new URL\(('[^']+')\s*,\s*import\.meta\.url\)/g

/**
 * Bundles the window's workers as parts of the window. Vite bundles each apart and takes its path
 * for a URL, so that no checkout could be built in a folder with # or ? in its path.
 */
export function workersAsChunks() {
  return {
    name: 'workers-as-chunks',
    apply: 'build',
    // Before Vite's own sees them.
    enforce: 'pre',
    transform(code, id) {
      if (!code.includes('new Worker(')) return null
      return code.replaceAll(WORKER, (_, path) => {
        const file = resolve(dirname(id), path.slice(1, -1))
        const chunk = this.emitFile({ type: 'chunk', id: file })
        return `import.meta.ROLLUP_FILE_URL_${chunk}`
      })
    },
  }
}
