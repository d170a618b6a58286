import { join } from 'node:path'
import { APP_ROOT } from '../host/app-root.ts'
import type { Host } from '../host/host.ts'
import { describeTrouble } from '../host/state-store.ts'
import { VERSION } from '../host/version.ts'
import { addRepository } from './add-repository.ts'
import { type Command, serveBridge } from './bridge-ipc.ts'
import { type Citizen, openCitizen } from './citizen/citizen.ts'
import { describeDesk } from './citizen/diagnostics.ts'
import type { LoginFacts } from './citizen/login.ts'
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
  /** Shows a place in the window. */
  open(place: string): void
  /** Adds a repository and builds it. */
  add(repository: string): void
  /** Whether the app goes on when its last window is closed. */
  readonly staysInBackground: boolean
  /** The master goes, and with it what is shown of it outside the windows. */
  stop(): void
}

/** Opens the desk. The app has to be ready. */
export function openDesk(
  electron: ElectronPorts,
  host: Host,
  quit: QuitMachine,
  page: PageAddress,
  developing: boolean,
  { login, hidden }: { readonly login: LoginFacts; readonly hidden: boolean },
): Desk {
  const { app, dialog, shell, nativeTheme } = electron
  const { state, log, master, handlers } = host
  const windows = new Set<WindowPort>()
  // The one that a person used last.
  let window: WindowPort | undefined
  let citizen: Citizen | undefined
  let stopped = false

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
        openWindow: () => void open(),
        openWall: () => bridge.command(open().webContents, 'go:/wall'),
        showLog: () => shell.showItemInFolder(join(master.options.dataDir, 'app.log')),
        copyDiagnostics: () =>
          void electron.clipboard.writeText(describeDesk(master, process.versions)),
      }),
    ),
  )
  app.setAboutPanelOptions({
    applicationName: 'Triphammer',
    applicationVersion: VERSION,
    copyright: 'MIT licence',
  })
  void host.whenRunning.then(() => {
    if (stopped) return
    citizen = openCitizen(electron, host, login, {
      show,
      open: goTo,
      openWindow: place => bridge.command(open().webContents, `go:${place}`),
      windows: () => [...windows],
    })
    host.serveDesktop(citizen)
  })
  if (!hidden || !state.get('desktop').tray) show()
  tellTrouble()
  return {
    show: () => void show(),
    open: goTo,
    add,
    get staysInBackground() {
      return citizen?.staysInBackground ?? false
    },
    stop() {
      stopped = true
      citizen?.stop()
    },
  }

  function show(): WindowPort {
    const last = window
    if (!last) return open()
    bringToFront(last)
    return last
  }

  function goTo(place: string) {
    command(`go:${place}`)
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
    windows.add(opened)
    window = opened
    opened.on('focus', () => {
      window = opened
      citizen?.seen()
    })
    opened.on('closed', () => {
      windows.delete(opened)
      if (window === opened) window = [...windows].at(-1)
    })
    return opened
  }

  function command(command: Command) {
    bridge.command(show().webContents, command)
  }

  function add(repository: string) {
    addRepository(host, repository).then(
      unready => unready !== null && command(`look-at:${unready}`),
      (error: Error) => {
        log(`${repository} could not be added: ${error.message}`)
        void dialog.showMessageBox({
          type: 'error',
          message: 'The repository could not be added',
          detail: error.message,
        })
      },
    )
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
