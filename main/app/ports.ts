import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Clipboard,
  Dialog,
  IpcMain,
  Menu,
  NativeImage,
  NativeTheme,
  Notification,
  NotificationConstructorOptions,
  PowerMonitor,
  PowerSaveBlocker,
  Protocol,
  SafeStorage,
  Screen,
  Session,
  Shell,
  Tray,
  WebContents,
  WebFrameMain,
} from 'electron'
import type { FileStore, StateStoreOptions } from '../host/state-store.ts'
import type { ElectronUpdater } from './electron-updater.ts'

// What the app uses of Electron, and nothing else of it: everything in this folder takes these
// as parameters. So a change of Electron's typings breaks the build here, tests hand in fakes,
// and a test compares this list with the double.

export type AppPort = Pick<
  App,
  | 'commandLine'
  | 'enableSandbox'
  | 'exit'
  | 'getAppPath'
  | 'getLoginItemSettings'
  | 'getPath'
  | 'isPackaged'
  | 'on'
  | 'quit'
  | 'relaunch'
  | 'releaseSingleInstanceLock'
  | 'requestSingleInstanceLock'
  | 'setAboutPanelOptions'
  | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient'
  | 'setBadgeCount'
  | 'setLoginItemSettings'
  | 'setName'
  | 'setPath'
  | 'whenReady'
>

export type ContentsPort = Pick<
  WebContents,
  | 'downloadURL'
  | 'getURL'
  | 'id'
  | 'isDestroyed'
  | 'on'
  | 'reload'
  | 'send'
  | 'setWindowOpenHandler'
>

export interface WindowPort
  extends Pick<
    BrowserWindow,
    | 'close'
    | 'focus'
    | 'getNormalBounds'
    | 'isDestroyed'
    | 'isMaximized'
    | 'isMinimized'
    | 'loadURL'
    | 'maximize'
    | 'on'
    | 'once'
    | 'restore'
    | 'setOverlayIcon'
    | 'setProgressBar'
    | 'show'
  > {
  readonly webContents: ContentsPort
}

export type DialogPort = Pick<
  Dialog,
  'showErrorBox' | 'showMessageBox' | 'showMessageBoxSync' | 'showOpenDialog'
>
export type FramePort = Pick<WebFrameMain, 'origin' | 'parent'>
export type IpcPort = Pick<IpcMain, 'handle' | 'on'>
export type MenuPort = Pick<typeof Menu, 'buildFromTemplate' | 'setApplicationMenu'>
export type ThemePort = Pick<NativeTheme, 'shouldUseDarkColors' | 'themeSource'>
export type PowerPort = Pick<PowerMonitor, 'on' | 'onBatteryPower'>
export type SaveBlockerPort = Pick<PowerSaveBlocker, 'start' | 'stop'>
export type ProtocolPort = Pick<Protocol, 'handle' | 'registerSchemesAsPrivileged'>
export type SafeStoragePort = Pick<
  SafeStorage,
  | 'decryptStringAsync'
  | 'encryptStringAsync'
  | 'getSelectedStorageBackend'
  | 'isAsyncEncryptionAvailable'
>
export type ScreenPort = Pick<Screen, 'getAllDisplays' | 'getPrimaryDisplay'>
export type SessionPort = Pick<
  Session,
  'setDevicePermissionHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler'
>
export type ShellPort = Pick<Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>
export type ClipboardPort = Pick<Clipboard, 'writeText'>
export type ImagePort = Pick<typeof Electron.nativeImage, 'createFromBitmap'>
export type TrayPort = Pick<Tray, 'destroy' | 'on' | 'setContextMenu' | 'setImage' | 'setToolTip'>
export type NotificationPort = Pick<Notification, 'on' | 'show'>

/** Electron, as far as the app knows it. */
export interface ElectronPorts {
  readonly app: AppPort
  readonly clipboard: ClipboardPort
  readonly dialog: DialogPort
  readonly ipcMain: IpcPort
  readonly menu: MenuPort
  readonly nativeImage: ImagePort
  readonly nativeTheme: ThemePort
  readonly notifications: {
    isSupported(): boolean
    create(options: NotificationConstructorOptions): NotificationPort
  }
  readonly powerMonitor: PowerPort
  readonly powerSaveBlocker: SaveBlockerPort
  readonly protocol: ProtocolPort
  readonly safeStorage: SafeStoragePort
  readonly screen: ScreenPort
  readonly shell: ShellPort
  /** There is none before the app is ready. */
  readonly defaultSession: () => SessionPort
  readonly createTray: (image: NativeImage) => TrayPort
  readonly createWindow: (options: BrowserWindowConstructorOptions) => WindowPort
  /** electron-store, which asks Electron for a folder even when it is told one. */
  readonly createStore: (options: StateStoreOptions) => FileStore
  /** electron-updater, which asks Electron for the app. */
  readonly loadUpdater: () => Promise<ElectronUpdater>
}
