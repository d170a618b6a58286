/**
 * The file of a worker thread of the master: its TypeScript beside us in a
 * checkout (Node strips the types), a bundle of its own in what is built.
 *
 * @param module Path within main/master without the ending, as in `logs/log-writer`.
 */
export function workerFile(module: string): URL {
  if (import.meta.url.endsWith('.ts')) return new URL(`./${module}.ts`, import.meta.url)
  // Shared code may stand in chunks/, one folder below the entries.
  const entries = import.meta.url.includes('/chunks/') ? '..' : '.'
  return new URL(`${entries}/${module.split('/').at(-1)}.js`, import.meta.url)
}
