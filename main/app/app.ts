import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { openAppLog } from '../host/app-log.ts'
import { appDataOfWindows, ensureDataDirectory } from '../host/data-dir.ts'
import { type Host, startHost } from '../host/host.ts'
import { DataDirectoryBusyError } from '../host/lock.ts'
import { isFromLauncher, readShellEnvironment } from '../host/shell-environment.ts'
import { systemClock } from '../master/clock.ts'
import { configAmong, linkAmong, placeOf, takeLinks } from './citizen/deep-link.ts'
import { isHiddenStart, type LoginFacts } from './citizen/login.ts'
import { watchCrashes } from './crash.ts'
import { type Desk, openDesk } from './desk.ts'
import { argumentsAgain, type Launch, readLaunch } from './launch.ts'
import { pageAddress } from './page-address.ts'
import { registerPageScheme } from './page-protocol.ts'
import type { AppPort, DialogPort, ElectronPorts } from './ports.ts'
import { watchQuit } from './quit.ts'
import { askAboutBuilds, type QuittingBuild } from './quit-dialogue.ts'
import { startAgain } from './start-again.ts'
import { systemSealing } from './system-sealing.ts'
import { openUpdates } from './update/open-updates.ts'
import type { Updates } from './update/updates.ts'

/** What one start of the app tells another that is there already. */
interface Poke {
  readonly repository: string | null
  /** A link of ours that the system was asked to open. */
  readonly link?: string
}

/** As in electron-builder.yml; Windows ties notifications and the taskbar to it. */
const APP_ID = 'org.triphammer.desktop'

/**
 * Starts the app. It returns before the app is ready: `ready` waits for the entry
 * module, so nothing on the way there may wait for `ready`.
 */
export function startApp(electron: ElectronPorts): void {
  const { app, dialog } = electron
  const appData = process.platform === 'win32' ? appDataOfWindows() : app.getPath('appData')
  const launch = readLaunch(process.argv, process.env, process.cwd(), appData)
  const { dataDir } = launch
  let host: Host | undefined
  let updates: Updates | undefined
  const log = (text: string) => (host?.log ?? openAppLog(join(dataDir, 'app.log')))(text)

  app.setName('Triphammer')
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID)
  if (!pinPaths(app, dialog, launch)) {
    app.exit(1)
    return
  }
  // Whoever is second leaves before it opens anything; the first has been told.
  const link = linkAmong(process.argv, dataDir)
  const poke: Poke = { repository: launch.repository ?? null, ...(link !== undefined && { link }) }
  if (!app.requestSingleInstanceLock({ ...poke })) {
    app.quit()
    return
  }

  sandboxEveryPage(app)
  registerPageScheme(electron.protocol)
  const checkpoint = () => host?.checkpoint()
  watchCrashes(process, app, dialog, { log, checkpoint })
  const starting = startHost({
    dataDir,
    shell: 'desktop',
    node: nodeOfSlaves(),
    ...(isFromLauncher(process.env, process.platform, process.stdin.isTTY ?? false) && {
      readEnvironment: () =>
        readShellEnvironment({ env: process.env, node: nodeOfSlaves(), now: systemClock.now() }),
    }),
    chooseFolder: folderDialogue(dialog),
    showPath: async path => (await electron.shell.openPath(path)) === '',
    createStore: electron.createStore,
    sealing: systemSealing(app, electron.safeStorage),
  }).then(started => (host = started))
  let opened: Desk | undefined
  const quit = watchQuit(app, systemClock, {
    checkpoint,
    log,
    takeOver: () => updates?.onQuit() ?? false,
    ask() {
      if (runningBuilds(host).length === 0) return undefined
      return askAboutBuilds(dialog, () => runningBuilds(host))
    },
    stop: builds =>
      starting.then(
        started => {
          updates?.stop()
          opened?.stop()
          return started.stop(builds)
        },
        () => {},
      ),
  })
  const opening = app.whenReady().then(async (): Promise<Desk | undefined> => {
    const started = await starting
    if (quit.phase !== 'running') return undefined
    const devUrl = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
    const desk = openDesk(electron, started, quit, pageAddress(devUrl), devUrl !== undefined, {
      login: loginFacts(app, dataDir),
      hidden: isHiddenStart(app, started.state.get('desktop').login),
    })
    opened = desk
    void started.whenRunning.then(() => {
      updates = openUpdates(electron, started, quit)
    })
    if (launch.repository !== undefined) desk.add(launch.repository)
    follow(desk, link)
    tellForeign(dialog, configAmong(process.argv), dataDir)
    return desk
  })
  opening.catch((error: Error) => refuse(app, dialog, error))
  // The master's own failure is told when there can be a dialogue.
  starting.catch(() => {})

  let comingBack = false
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const repository = repositoryOf(data)
    if (quit.phase !== 'running') {
      // Asked for while it is leaving: it starts again when it has left, once.
      if (!comingBack)
        startAgain(app, {
          appImage: process.env.APPIMAGE,
          args: argumentsAgain(process.argv, repository ?? undefined),
          log,
        })
      comingBack = true
      return
    }
    void opening.then(desk => {
      desk?.show()
      if (repository !== null) desk?.add(repository)
      if (desk) follow(desk, linkOf(data))
    })
  })
  // macOS hands links over by an event, also before the app is ready.
  app.on('open-url', (event, url) => {
    event.preventDefault()
    void opening.then(desk => {
      if (desk) follow(desk, url)
    })
  })
  // A checkout is no place to send the system's links to.
  if (app.isPackaged) takeLinks(app, launch)
  // The Dock of macOS.
  app.on('activate', () => void opening.then(desk => desk?.show()))
  let staysInBackground = () => false
  void opening.then(desk => {
    if (desk) staysInBackground = () => desk.staysInBackground
  })
  // Without a listener Electron would quit on macOS, too.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && !staysInBackground()) app.quit()
  })
}

function runningBuilds(host: Host | undefined): QuittingBuild[] {
  if (!host?.isRunning) return []
  const { data, slaves, config } = host.master
  return data.runningBuilds().map(build => {
    const leaseMs = config.current.slaves.find(one => one.name === build.slave)?.lease.leaseMs ?? 0
    return {
      id: build.id,
      title: `${data.builder(build.builderId)?.name ?? '?'} #${build.number}`,
      slave: build.slave,
      survives: slaves.survives(build.slave),
      leaseMs,
    }
  })
}

function follow(desk: Desk, link: string | undefined) {
  const place = link === undefined ? undefined : placeOf(link)
  if (place !== undefined) desk.open(place)
}

// What stands in it would be built: nobody's double click starts that.
function tellForeign(
  dialog: Pick<DialogPort, 'showErrorBox'>,
  config: string | undefined,
  dataDir: string,
) {
  if (config === undefined || dirname(config) === dataDir) return
  dialog.showErrorBox(
    'This is another master.yml',
    `${config} is not that of this app, whose data is in ${dataDir}. To run a master with it: triphammer --data "${dirname(config)}"`,
  )
}

function linkOf(data: unknown): string | undefined {
  const { link } = (data ?? {}) as Partial<Poke>
  return typeof link === 'string' ? link : undefined
}

function loginFacts(app: Pick<AppPort, 'getAppPath' | 'isPackaged'>, dataDir: string): LoginFacts {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    execPath: process.execPath,
    args: [...(app.isPackaged ? [] : [app.getAppPath()]), `--data=${dataDir}`],
  }
}

// Another version may have sent this.
function repositoryOf(data: unknown): string | null {
  const { repository } = (data ?? {}) as Partial<Poke>
  return typeof repository === 'string' ? repository : null
}

// Where the system has no sandbox to offer, as for root, somebody passed --no-sandbox. Electron
// would take that away here, and its own processes would not start. Windows ask for a sandbox by
// themselves.
function sandboxEveryPage(app: Pick<AppPort, 'commandLine' | 'enableSandbox'>) {
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
}

/**
 * Chromium's caches stay apart from history, and no rename of the app moves either.
 * False when there can be no data directory; the person has been told.
 */
function pinPaths(
  app: Pick<AppPort, 'setPath'>,
  dialog: Pick<DialogPort, 'showErrorBox'>,
  { dataDir }: Launch,
): boolean {
  const sessionData = join(dataDir, 'browser')
  const crashDumps = join(sessionData, 'Crashpad')
  try {
    ensureDataDirectory(dataDir)
    // Electron takes only folders that are there.
    mkdirSync(crashDumps, { recursive: true, mode: 0o700 })
  } catch (error) {
    dialog.showErrorBox('Triphammer can not start', (error as Error).message)
    return false
  }
  app.setPath('userData', dataDir)
  app.setPath('sessionData', sessionData)
  app.setPath('crashDumps', crashDumps)
  return true
}

// Electron is Node when it is told so. On macOS its main program is one that shows in the Dock;
// a helper beside it does not.
function nodeOfSlaves(): { file: string; env: Record<string, string> } {
  const { helperExecPath } = process as { helperExecPath?: string }
  const file = (process.platform === 'darwin' && helperExecPath) || process.execPath
  return { file, env: { ELECTRON_RUN_AS_NODE: '1' } }
}

function folderDialogue(dialog: Pick<DialogPort, 'showOpenDialog'>): () => Promise<string | null> {
  let last: string | undefined
  return async () => {
    const { canceled, filePaths } = await dialog.showOpenDialog({
      title: 'Add a repository',
      properties: ['openDirectory'],
      ...(last !== undefined && { defaultPath: last }),
    })
    const [chosen] = filePaths
    if (canceled || chosen === undefined) return null
    last = dirname(chosen)
    return chosen
  }
}

function refuse(
  app: Pick<AppPort, 'exit'>,
  dialog: Pick<DialogPort, 'showErrorBox'>,
  error: Error,
) {
  if (error instanceof DataDirectoryBusyError)
    dialog.showErrorBox(
      'Triphammer is already running',
      `${error.message}\n\nStop it first, or open its window with "triphammer open".`,
    )
  else dialog.showErrorBox('Triphammer can not start', error.message)
  app.exit(1)
}
