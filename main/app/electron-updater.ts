import type { AppUpdater, CancellationToken } from 'electron-updater'

export type { AppUpdater, ProgressInfo, UpdateInfo } from 'electron-updater'

/** electron-updater, as far as the app knows it. */
export interface ElectronUpdater {
  readonly updater: AppUpdater
  readonly createToken: () => CancellationToken
}

/** Loads it. It asks Electron for the app when it is made, and nobody needs it in the first seconds. */
export async function loadElectronUpdater(): Promise<ElectronUpdater> {
  const { default: module } = await import('electron-updater')
  return { updater: module.autoUpdater, createToken: () => new module.CancellationToken() }
}
