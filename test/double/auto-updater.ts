import { DoubleEmitter } from './emitter.ts'
import { refuse } from './refuse.ts'

/**
 * Electron's own `autoUpdater`, which only macOS uses. electron-updater tells by it, on every
 * system, that the app quits to be replaced.
 */
class NativeUpdater extends DoubleEmitter {
  constructor() {
    super('autoUpdater', ['before-quit-for-update'])
  }

  setFeedURL = () => refuse('autoUpdater.setFeedURL()')
  checkForUpdates = () => refuse('autoUpdater.checkForUpdates()')
  quitAndInstall = () => refuse('autoUpdater.quitAndInstall()')
}

export const autoUpdater = new NativeUpdater()
