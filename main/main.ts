// Entry of the desktop app: hands Electron to main/app, and holds no logic. It must not wait for
// the app to be ready, since `ready` waits for it.
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
} from 'electron'
import { startApp } from './app/app.ts'
import { createElectronStore } from './app/electron-store.ts'
import { loadElectronUpdater } from './app/electron-updater.ts'

startApp({
  app,
  dialog,
  ipcMain,
  menu: Menu,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  shell,
  defaultSession: () => session.defaultSession,
  createWindow: options => new BrowserWindow(options),
  createStore: createElectronStore,
  loadUpdater: loadElectronUpdater,
})
