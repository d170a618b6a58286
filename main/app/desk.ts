import { join } from 'node:path'
import { APP_ROOT } from '../host/app-root.ts'
import type { Host } from '../host/host.ts'
import { describeTrouble } from '../host/state-store.ts'
import { addRepository } from './add-repository.ts'
import { type Command, serveBridge } from './bridge-ipc.ts'
import { watchPage } from './crash.ts'
import { guardContents, guardPermissions } from './guards.ts'
import { menuTemplate } from './menu.ts'
import type { PageAddress } from './page-address.ts'
import { servePage } from './page-protocol.ts'
import type { ElectronPorts, WindowPort } from './ports.ts'
import type { QuitMachine } from './quit.ts'
import { bringToFront, openWindow } from './window.ts'

/** The visible side of a running master: its window and its menu. */
export interface Desk {
  /** Shows the window; opens it where there is none. */
  show(): void
  /** Adds a repository and builds it. */
  add(repository: string): void
}

/** Opens the desk. The app has to be ready. */
export function openDesk(
  electron: ElectronPorts,
  host: Host,
  quit: QuitMachine,
  page: PageAddress,
  developing: boolean,
): Desk {
  const { app, dialog, shell, nativeTheme } = electron
  const { state, log, master, handlers } = host
  let window: WindowPort | undefined

  servePage(electron.protocol, master, log)
  guardContents(app, shell, page, log)
  guardPermissions(electron.defaultSession(), page)
  const bridge = serveBridge(electron.ipcMain, host, page)
  // Listening for it makes Linux hold the shutdown until the listener has run.
  electron.powerMonitor.on('shutdown', () => quit.osIsShuttingDown())
  nativeTheme.themeSource = state.get('theme')
  electron.menu.setApplicationMenu(
    electron.menu.buildFromTemplate(
      menuTemplate({
        theme: state.get('theme'),
        developing,
        platform: process.platform,
        setTheme(theme) {
          nativeTheme.themeSource = theme
          state.set('theme', theme)
        },
        command,
        reloadConfiguration: () => void handlers['config:reload'](),
        openDataFolder: () => void openDataFolder(),
      }),
    ),
  )
  show()
  tellTrouble()
  return { show: () => void show(), add }

  function show(): WindowPort {
    if (window && !window.isDestroyed()) bringToFront(window)
    else window = open()
    return window
  }

  function open(): WindowPort {
    const opened = openWindow(electron, {
      state,
      clock: master.clock,
      url: page.url,
      preload: join(APP_ROOT, 'out', 'preload', 'preload.cjs'),
      log,
    })
    watchPage(opened.webContents, dialog, master.clock, log)
    // Windows tells windows, and ends the process when the second listener returns.
    opened.on('query-session-end', () => quit.osIsShuttingDown())
    opened.on('session-end', () => quit.osIsShuttingDown())
    return opened
  }

  function command(command: Command) {
    bridge.command(show().webContents, command)
  }

  function add(repository: string) {
    addRepository(host, repository).catch((error: Error) => {
      log(`${repository} could not be added: ${error.message}`)
      void dialog.showMessageBox({
        type: 'error',
        message: 'The repository could not be added',
        detail: error.message,
      })
    })
  }

  function tellTrouble() {
    if (!state.trouble) return
    void dialog.showMessageBox({
      type: 'warning',
      message: 'The preferences could not be read',
      detail: describeTrouble(state.trouble),
    })
  }

  async function openDataFolder() {
    const wrong = await shell.openPath(master.options.dataDir)
    if (wrong) log(`the data folder could not be opened: ${wrong}`)
  }
}
