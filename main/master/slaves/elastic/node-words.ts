import { NO_FOLDER, OLDEST_NODE, TOO_OLD } from './bootstrap.ts'
import type { PipedExit } from './piped-program.ts'

const NO_NODE = /not found|no such file|executable file not found/i

/** What is wrong with the Node over there; `where` is "image alpine" or "build.example.org". */
export function explainNode(
  exit: PipedExit,
  where: string,
  node: string,
  preposition: 'in' | 'on' = 'in',
): string | undefined {
  const { status, lastLines } = exit
  // By the words: kubectl does not hand the status on.
  const after = (words: string) =>
    lastLines.findLast(line => line.startsWith(words))?.slice(words.length)
  const old = after(TOO_OLD)
  if (old !== undefined)
    return `${where} has Node ${old}, and a slave needs Node ${OLDEST_NODE} or later: install it there, or say with "node:" where it is`
  const folder = after(NO_FOLDER)
  if (folder !== undefined)
    return `${where} has no folder for builds that can be written (${folder}): say with "basedir:" where one is`
  if (status === 127 || (status === 126 && lastLines.some(line => NO_NODE.test(line))))
    return `there is no "${node}" ${preposition} ${where}: a slave needs Node ${OLDEST_NODE} or later there; install it, or say with "node:" where it is`
  return undefined
}

/** The client ended in a way that nobody foresaw. */
export function explainOther(exit: PipedExit, what: string): string {
  const { status, failure, lastLines } = exit
  if (failure !== null) return `${what} could not be started: ${failure}`
  if (status === 0) return 'its slave has left'
  const last = lastLines.at(-1)
  const how = status < 0 ? 'was ended by a signal' : `ended with exit status ${status}`
  return last === undefined ? `${what} ${how}` : `${what} ${how}: ${last}`
}
