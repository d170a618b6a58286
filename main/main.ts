// Entry of the desktop app: hands Electron to main/app, and holds no logic. It must not wait for
// the app to be ready, since `ready` waits for it.
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
} from 'electron'
import { startApp } from './app/app.ts'
import { createElectronStore } from './app/electron-store.ts'
import { loadElectronUpdater } from './app/electron-updater.ts'

startApp({
  app,
  clipboard,
  dialog,
  ipcMain,
  menu: Menu,
  nativeImage,
  nativeTheme,
  notifications: {
    isSupported: () => Notification.isSupported(),
    create: options => new Notification(options),
  },
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  shell,
  defaultSession: () => session.defaultSession,
  createTray: image => new Tray(image),
  createWindow: options => new BrowserWindow(options),
  createStore: createElectronStore,
  loadUpdater: loadElectronUpdater,
})
