// The fs of Electron, which is our Node in the desktop app, takes a file *.asar for a folder. It
// decides so when a function is called.
const electron = process as { noAsar?: boolean }

/** From here on a file *.asar is a file: checkouts and build results have such files. */
export function takeArchivesForFiles(): void {
  electron.noAsar = true
}

/** Does something, all of it at once, that reads the archive in which the app itself is. */
export function withArchives<T>(work: () => T): T {
  const { noAsar = false } = electron
  electron.noAsar = false
  try {
    return work()
  } finally {
    electron.noAsar = noAsar
  }
}
