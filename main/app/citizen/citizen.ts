import type { DesktopInfo } from '../../bridge/contract.ts'
import type { DesktopDoor } from '../../bridge/desktop.ts'
import type { Host } from '../../host/host.ts'
import type { MasterEvent, Stop } from '../../master/model.ts'
import type { ElectronPorts, WindowPort } from '../ports.ts'
import { readCharge, wantsAwake } from './awake.ts'
import {
  type CommandFacts,
  findCommand,
  healCommand,
  putCommand,
  removeCommand,
} from './command.ts'
import { describeDesk } from './diagnostics.ts'
import { drawIcon } from './icon.ts'
import { hasAutostart, healAutostart, type LoginFacts, setLogin } from './login.ts'
import { noticeOf, noticeOfEvent } from './notices.ts'
import { createNotifier } from './notifier.ts'
import { type DeskStanding, type Ended, watchStanding } from './standing.ts'
import { openTray } from './tray.ts'

export interface CitizenActions {
  /** Shows the window. */
  show(): void
  /** Shows the window at a place. */
  open(place: string): void
  /** Opens another window at a place. */
  openWindow(place: string): void
  /** The windows that are open. */
  windows(): readonly WindowPort[]
}

export interface Citizen extends DesktopDoor {
  /** Whether the app goes on without a window: a person could not reach one that has no tray. */
  readonly staysInBackground: boolean
  /** A person looks: what is new is no longer new. */
  seen(): void
  stop: Stop
}

/** What a desktop app owes its desk: tray, badge, progress, notifications, login, keeping awake. */
export function openCitizen(
  electron: ElectronPorts,
  host: Pick<Host, 'handlers' | 'log' | 'master' | 'state'>,
  login: LoginFacts,
  actions: CitizenActions,
): Citizen {
  const { app, powerMonitor, powerSaveBlocker } = electron
  const { master, state } = host
  const { platform } = login
  const unseen = new Set<string>()
  let blocker: number | undefined
  let stopped = false
  const notifier = createNotifier(electron, host, actions.open)
  const watch = watchStanding(master, update, onEnded)
  let tray = state.get('desktop').tray ? startTray() : undefined
  const stops = [
    watch.stop,
    master.mq.subscribe('event/new', onEvent),
    () => tray?.close(),
    letSleep,
  ]
  powerMonitor.on('on-battery', onPower)
  powerMonitor.on('on-ac', onPower)
  update(watch.now())
  try {
    healAutostart(login)
  } catch (error) {
    host.log(`the autostart file cannot be renewed: ${(error as Error).message}`)
  }
  try {
    // A checkout takes the command away from nobody.
    if (app.isPackaged) healCommand(commandFacts())
  } catch (error) {
    host.log(`the command "triphammer" cannot be renewed: ${(error as Error).message}`)
  }

  return {
    get staysInBackground() {
      return tray !== undefined && state.get('desktop').background
    },
    seen() {
      if (stopped) return
      unseen.clear()
      showBadge()
    },
    info,
    openWindow: actions.openWindow,
    command(on) {
      const facts = commandFacts()
      if (on === false) removeCommand(facts)
      const hint = on ? putCommand(facts) : ''
      return { file: findCommand(facts), hint }
    },
    diagnostics: () => describeDesk(master, process.versions),
    // The answer goes out first.
    quit: () => void setImmediate(() => app.quit()),
    configure(change) {
      const before = state.get('desktop')
      const next = { ...before, ...change }
      state.set('desktop', next)
      if (next.tray !== before.tray) {
        tray?.close()
        tray = next.tray ? startTray() : undefined
      }
      if (next.login !== before.login) setLogin(app, next.login, login)
      update(watch.now())
      return info()
    },
    stop() {
      stopped = true
      for (const stop of stops) stop()
    },
  }

  function info(): DesktopInfo {
    const settings = state.get('desktop')
    // On Linux a person may have removed the file.
    return platform === 'linux' ? { ...settings, login: hasAutostart(login) } : settings
  }

  // The PATH that counts is that of the person's shell, which may have been read anew.
  function commandFacts(): CommandFacts {
    const { home, execPath, env } = login
    return {
      platform,
      env: master.options.env,
      home,
      execPath,
      appPath: app.getAppPath(),
      appImage: env.APPIMAGE,
    }
  }

  function startTray() {
    return openTray(electron, platform, watch.now(), {
      show: actions.show,
      open: actions.open,
      quit: () => app.quit(),
    })
  }

  function update(standing: DeskStanding) {
    tray?.update(standing)
    showProgress(standing)
    keepAwake(standing)
  }

  function showProgress({ running, share }: DeskStanding) {
    // -1 takes it away, more than 1 is work of unknown length.
    const progress = running.length === 0 ? -1 : (share ?? 2)
    for (const window of actions.windows()) window.setProgressBar(progress)
  }

  function showBadge() {
    if (platform !== 'win32') {
      app.setBadgeCount(unseen.size)
      return
    }
    const { worst } = watch.now()
    const { pixels, size } = drawIcon(worst, false, 16)
    const image = electron.nativeImage.createFromBitmap(pixels, { width: size, height: size })
    for (const window of actions.windows())
      window.setOverlayIcon(
        unseen.size > 0 ? image : null,
        unseen.size > 0 ? `${unseen.size} new failures` : '',
      )
  }

  function keepAwake({ running }: DeskStanding) {
    const local = running.filter(({ build }) => isLocal(build.slave)).length
    const power = {
      onBattery: powerMonitor.onBatteryPower,
      charge: powerMonitor.onBatteryPower ? readCharge() : null,
    }
    const wanted = wantsAwake(state.get('desktop').keepAwake, local, power)
    if (wanted) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else letSleep()
  }

  function letSleep() {
    if (blocker !== undefined) powerSaveBlocker.stop(blocker)
    blocker = undefined
  }

  function isLocal(name: string): boolean {
    return master.data.slave(name)?.kind === 'local'
  }

  // Electron's listeners outlive us, and may not ask a master that has gone.
  function onPower() {
    if (!stopped) update(watch.now())
  }

  function onEvent(event: MasterEvent) {
    const notice = noticeOfEvent(event)
    if (notice) notifier.tell(notice)
  }

  function onEnded(ended: Ended) {
    const notice = noticeOf(ended)
    if (notice.occasion === 'failure' || notice.occasion === 'exception') unseen.add(ended.name)
    else unseen.delete(ended.name)
    showBadge()
    notifier.tell(notice)
  }
}
