type Ending = () => unknown

const ofFile: Ending[] = []
let ofTest: Ending[] | undefined

/** Ends what a helper started: after the test, or after the file for what `beforeAll` started. */
export function later(end: Ending): void {
  ;(ofTest ?? ofFile).push(end)
}

/** Ends what helpers share between the tests of a file. */
export function afterFile(end: Ending): void {
  ofFile.push(end)
}

/** Called by setup.ts around each test. */
export function beginTest(): void {
  ofTest = []
}

/** Runs what is due, the newest first, all of it even when some of it fails. */
export async function runEndings(of: 'test' | 'file'): Promise<void> {
  const due = of === 'test' ? (ofTest ?? []) : ofFile
  if (of === 'test') ofTest = undefined
  const faults: unknown[] = []
  for (let end = due.pop(); end; end = due.pop()) {
    try {
      await end()
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0]
}
