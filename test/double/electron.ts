// Electron's module for the main process, as far as the app uses it.
import { app } from './app.ts'
import { autoUpdater } from './auto-updater.ts'
import { BrowserWindow } from './browser-window.ts'
import { ipcMain } from './ipc.ts'
import { Menu, MenuItem } from './menu.ts'
import { net } from './net.ts'
import { protocol } from './protocol.ts'
import { session } from './session.ts'
import { dialog, nativeTheme, powerMonitor, safeStorage, screen, shell } from './system.ts'
import { webContents } from './web-contents.ts'

const electron = {
  app,
  autoUpdater,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  webContents,
}

export {
  app,
  autoUpdater,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  webContents,
}

// biome-ignore lint/style/noDefaultExport: electron-store takes the module as a whole
export default electron
