import ElectronStore from 'electron-store'
import type { FileStore, StateStoreOptions } from '../host/state-store.ts'

/**
 * The file store of state.json in the app. electron-store calls a file's name
 * otherwise than conf.
 *
 * It has to be loaded with the entry module, never later. A package below it
 * listens to signals and raises them again; Electron puts its own handlers, which
 * quit in order, in their place once the entry module is loaded.
 */
export function createElectronStore(options: StateStoreOptions): FileStore {
  return new ElectronStore({ ...options, name: options.configName })
}
