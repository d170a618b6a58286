import type {
  ApplyOrder,
  UpdateAnswer,
  UpdateOutcome,
  UpdatePhase,
  UpdateStatus,
} from '../../bridge/contract.ts'
import type { UpdateSettings } from '../../host/state.ts'
import type { Clock } from '../../master/clock.ts'
import type { BuildId, Moment, Stop } from '../../master/model.ts'
import { isSigned } from './feed-signature.ts'
import { explainUpdateError } from './update-error.ts'
import type { Installed, Release, UpdaterPort } from './updater-port.ts'

export interface UpdatesOptions {
  /** That runs. */
  readonly version: string
  readonly installed: Installed
  /** What became of the update before this start. */
  readonly outcome: UpdateOutcome | null
  readonly openPort: () => Promise<UpdaterPort>
  /** Where a feed has to be signed by us; elsewhere the system checks the app's own signature. */
  readonly feedKeys: readonly string[] | null
  readonly clock: Clock
  readonly random: () => number
  readonly settings: { get(): UpdateSettings; set(settings: UpdateSettings): void }
  readonly runningBuilds: () => readonly BuildId[]
  /** Whether requests wait that could be built. */
  readonly anyWaiting: () => boolean
  /** Calls back when a build has begun or ended. */
  readonly onBuilds: (listener: () => void) => Stop
  /** Starts no more builds, and says why; `null` lets them start again. */
  readonly hold: (reason: string | null) => void
  /** Everything that must be safe before the app is replaced: a verified backup and the intent. */
  readonly prepare: (to: string, onStep: (words: string) => void) => Promise<void>
  /** Stops the master and closes its files. */
  readonly leave: () => Promise<void>
  /** Starts this version again, when nothing replaced it. */
  readonly startAgain: () => void
  readonly tell: (status: UpdateStatus) => void
  readonly log: (text: string) => void
}

export interface Updates {
  status(): UpdateStatus
  /** Looks for a newer version now. Resolves when it is known, not when it is downloaded. */
  check(): Promise<void>
  apply(order: ApplyOrder): UpdateAnswer
  /** Takes back what was chosen; the downloaded update stays. */
  cancel(): void
  configure(settings: Partial<Pick<UpdateSettings, 'check' | 'channel' | 'apply'>>): void
  /** A person quits: puts the update in when that was chosen. Resolves with whether it goes in. */
  onQuit(): Promise<boolean> | false
  stop: Stop
}

const FIRST_CHECK_MS = 20_000
const DAY_MS = 24 * 3_600_000
const JITTER_MS = 2 * 3_600_000
const AFTER_FAILURE_MS = 3_600_000
// Nothing has run for this long: it is quiet.
export const QUIET_MS = 60_000
/** An installer that has not ended this process after this long does not come any more. */
export const INSTALL_MS = 60_000
// An update that did not take twice is not tried a third time by itself.
const MOST_TRIES = 2
const PROGRESS_MS = 500

/**
 * One owner of everything that has to do with updates. It downloads in the
 * background, and never ends a build by itself: an update goes in when a person says
 * so and has seen which builds that concerns, when it is quiet, or at a quit.
 */
export function startUpdates(options: UpdatesOptions): Updates {
  const { version, installed, outcome, clock, settings, log } = options
  let phase: UpdatePhase =
    installed.kind === 'never' ? { kind: 'off', reason: installed.reason } : { kind: 'current' }
  let checkedAt: Moment | null = null
  let opening: Promise<UpdaterPort> | undefined
  let cancelTimer: Stop | undefined
  let cancelQuiet: Stop | undefined
  let stopped = false
  const stopListening = options.onBuilds(lookAtBuilds)

  forgetTaken()
  if (installed.kind !== 'never' && settings.get().check)
    checkIn(FIRST_CHECK_MS * (0.5 + options.random()))

  return {
    status,
    check,
    apply,
    cancel,
    configure(change) {
      settings.set({ ...settings.get(), ...change })
      if (phase.kind === 'ready' && change.apply) choose(change.apply)
      if (change.channel && phase.kind !== 'off') void check()
      tell()
    },
    onQuit() {
      if (phase.kind !== 'ready' || phase.apply !== 'quit') return false
      return go(phase.version)
    },
    stop() {
      stopped = true
      cancelTimer?.()
      cancelQuiet?.()
      stopListening()
    },
  }

  function status(): UpdateStatus {
    const { check, channel, apply } = settings.get()
    return { version, checkedAt, settings: { check, channel, apply }, phase, outcome }
  }

  function tell() {
    if (!stopped) options.tell(status())
  }

  function enter(next: UpdatePhase) {
    phase = next
    tell()
  }

  function checkIn(delayMs: number) {
    cancelTimer?.()
    cancelTimer = clock.after(delayMs, () => void check())
  }

  async function check(): Promise<void> {
    if (phase.kind === 'off' || isBusy(phase)) return
    enter({ kind: 'checking' })
    try {
      const port = await (opening ??= options.openPort())
      const release = await port.check(settings.get().channel)
      checkedAt = clock.now()
      take(release, port)
      if (settings.get().check) checkIn(DAY_MS + (options.random() - 0.5) * JITTER_MS)
    } catch (error) {
      fail(error as Error)
    }
  }

  function take(release: Release | null, port: UpdaterPort) {
    if (!release) return enter({ kind: 'current' })
    const { feedKeys } = options
    if (feedKeys && !isSigned(release, release.signature, feedKeys))
      throw new Error(
        `the release ${release.version} is not signed by Triphammer; nothing was downloaded`,
      )
    const { tried } = settings.get()
    if (tried?.version === release.version && tried.failures >= MOST_TRIES)
      return enter({ kind: 'given-up', version: release.version, failures: tried.failures })
    const { notes } = release
    if (installed.kind === 'told')
      return enter({
        kind: 'found',
        version: release.version,
        notes,
        command: installed.command(release),
      })
    void download(release, port)
  }

  async function download(release: Release, port: UpdaterPort) {
    const { version: to, notes } = release
    enter({ kind: 'downloading', version: to, fraction: 0, bytesPerSecond: 0 })
    let toldAt = clock.now()
    try {
      await port.download(progress => {
        if (phase.kind !== 'downloading') return
        phase = { ...phase, ...progress }
        if (clock.now() - toldAt < PROGRESS_MS) return
        toldAt = clock.now()
        tell()
      })
      log(`version ${to} has been downloaded`)
      enter({ kind: 'ready', version: to, notes, apply: settings.get().apply })
      lookAtBuilds()
    } catch (error) {
      fail(error as Error)
    }
  }

  function fail(error: Error) {
    const message = explainUpdateError(error)
    log(`updates: ${error.message}`)
    if (settings.get().check) checkIn(AFTER_FAILURE_MS)
    enter({ kind: 'failed', message })
  }

  function apply({ how, agreed }: ApplyOrder): UpdateAnswer {
    if (phase.kind !== 'ready') return { kind: 'not-ready' }
    if (how !== 'now') {
      choose(how)
      return { kind: 'chosen' }
    }
    // Builds may have begun while the person was reading; consent was to those that were named.
    const builds = options.runningBuilds()
    if (builds.some(build => !agreed.includes(build))) return { kind: 'ask', builds }
    void go(phase.version)
    return { kind: 'going' }
  }

  function choose(how: Exclude<ApplyOrder['how'], 'now'> | 'ask') {
    if (phase.kind !== 'ready') return
    options.hold(how === 'wait' ? `Triphammer waits to be updated to ${phase.version}` : null)
    enter({ ...phase, apply: how })
    lookAtBuilds()
  }

  function cancel() {
    choose('ask')
  }

  function lookAtBuilds() {
    cancelQuiet?.()
    cancelQuiet = undefined
    if (phase.kind !== 'ready' || options.runningBuilds().length > 0) return
    const { version: to, apply: how } = phase
    if (how === 'wait') void go(to)
    if (how === 'quiet' && !options.anyWaiting())
      cancelQuiet = clock.after(QUIET_MS, () => {
        if (options.runningBuilds().length === 0 && !options.anyWaiting()) void go(to)
      })
  }

  /** Resolves with whether the update goes in. */
  async function go(to: string): Promise<boolean> {
    const step = (words: string) => enter({ kind: 'preparing', version: to, words })
    step('no more builds are started')
    options.hold(`Triphammer is being updated to ${to}`)
    const port = await opening!
    try {
      await port.verify()
      await options.prepare(to, step)
    } catch (error) {
      options.hold(null)
      log(`the update to ${to} was not begun: ${(error as Error).message}`)
      enter({
        kind: 'failed',
        message: `Version ${to} was not installed, and nothing was changed: ${(error as Error).message}`,
      })
      return false
    }
    count(to)
    step('the master stops')
    await options.leave()
    step('the app is replaced')
    log(`installing version ${to}`)
    // The installer ends this process. When it does not, the app would stay up with nothing in it.
    clock.after(INSTALL_MS, () => {
      log(`version ${to} did not take over within a minute; version ${version} starts again`)
      options.startAgain()
    })
    port.install()
    return true
  }

  function count(to: string) {
    const before = settings.get()
    const failures = before.tried?.version === to ? before.tried.failures : 0
    settings.set({ ...before, tried: { version: to, failures: failures + 1 } })
  }

  // A try that took is no failure.
  function forgetTaken() {
    const now = settings.get()
    if (now.tried?.version === version) settings.set({ ...now, tried: null })
  }
}

function isBusy({ kind }: UpdatePhase): boolean {
  return kind === 'checking' || kind === 'downloading' || kind === 'ready' || kind === 'preparing'
}
