import type { Clock } from '../../clock.ts'
import type { AsyncStop, Stop } from '../../model.ts'
import { type AttachmentOptions, createAttachment } from '../attachment.ts'
import type { Engine, Machine } from './engine.ts'
import { openStdioLink } from './stdio-link.ts'

export interface ElasticSlaveOptions extends AttachmentOptions {
  readonly clock: Clock
  readonly engine: Engine
  readonly idleTimeoutMs: number
  readonly startTimeoutMs: number
  /** Whether a build runs on it. */
  readonly isBusy: () => boolean
  /** Calls back when that may have changed. */
  readonly onBuilds: (look: () => void) => Stop
  readonly onConsole: (text: string) => void
}

/** A slave that is there when a build wants it. */
export interface ElasticSlave {
  /** Whether it would come up now. It rests a while after it failed. */
  canWake(): boolean
  /** A build wants it. Does nothing while it is there, comes, or goes. */
  wake(): void
  readonly stop: AsyncStop
}

const ON_DEMAND = 'starts on demand'

const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 5 * 60_000
// A machine that stayed this long was sound; the next pause is short again.
const SOUND_MS = 60_000
// Longer than a slave takes to end what its steps left.
const LEAVE_MS = 10_000

type Phase = 'off' | 'starting' | 'online' | 'leaving' | 'pausing'

/**
 * Brings up a machine when a build wants it, and lets it go when it has had
 * nothing to do for a while. The machine lives as long as its link: when either
 * ends, the other is ended, and what ran there is built again.
 */
export function startElasticSlave(options: ElasticSlaveOptions): ElasticSlave {
  const { clock, engine, onState, onConsole } = options
  let phase: Phase = 'off'
  let stopping = false
  let machine: Machine | undefined
  const unwanted = new AbortController()
  let pauseMs = FIRST_PAUSE_MS
  let cancelPause: Stop | undefined
  let cancelIdle: Stop | undefined
  let life: Promise<void> = Promise.resolve()
  const attachment = createAttachment({
    ...options,
    // That the link has ended is told with its cause, once the machine has gone.
    onState: (state, reason) => {
      if (state === 'online') onState(state, reason)
    },
  })
  const forget = options.onBuilds(watchIdle)
  onState('offline', ON_DEMAND)

  return {
    canWake: () => phase === 'off' && !stopping,
    wake() {
      if (phase === 'off' && !stopping) life = live()
    },
    async stop() {
      stopping = true
      unwanted.abort()
      forget()
      cancelPause?.()
      leave()
      await life
      onState('offline', 'the master has stopped')
    },
  }

  async function live(): Promise<void> {
    phase = 'starting'
    const startedAt = clock.now()
    onState('starting', engine.what)
    const wanted = await runOnce().then(
      reason => ({ reason, faulty: (phase as Phase) !== 'leaving' }),
      (error: Error) => ({ reason: error.message, faulty: true }),
    )
    cancelIdle?.()
    cancelIdle = undefined
    attachment.giveUp(wanted.reason, wanted.faulty && !stopping)
    if (stopping) return
    if (!wanted.faulty) {
      phase = 'off'
      pauseMs = FIRST_PAUSE_MS
      onConsole('[let go: it had nothing to do]\r\n')
      onState('offline', ON_DEMAND)
      return
    }
    if (clock.now() - startedAt > SOUND_MS) pauseMs = FIRST_PAUSE_MS
    phase = 'pausing'
    onConsole(`[${wanted.reason}; it can be started again in ${pauseMs / 1000} s]\r\n`)
    onState('offline', wanted.reason)
    cancelPause = clock.after(pauseMs, () => {
      phase = 'off'
      // Whoever waits for it hears that it can be had again; what was wrong stays to be read.
      onState('offline', `${ON_DEMAND}; the last time: ${wanted.reason}`)
    })
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }

  /** Resolves with the reason when the machine has gone. */
  async function runOnce(): Promise<string> {
    const late = Promise.withResolvers<never>()
    const minutes = Math.round(options.startTimeoutMs / 6000) / 10
    const cancelLate = clock.after(options.startTimeoutMs, () =>
      late.reject(new Error(`${engine.what} did not come up within ${minutes} min`)),
    )
    late.promise.catch(() => {})
    try {
      const launched = await engine.launch(unwanted.signal)
      machine = launched
      try {
        if (stopping) throw new Error('the master has stopped')
        // It says best itself why it ended.
        const early = launched.exited.then(reason => Promise.reject(new Error(reason)))
        early.catch(() => {})
        const opened = openStdioLink(launched.stdout, launched.stdin, onConsole).catch(error =>
          Promise.race([early, pauseThen(error)]),
        )
        const socket = await Promise.race([opened, early, late.promise])
        cancelLate()
        const { ended } = await attachment.take(socket)
        if (phase === 'starting') phase = 'online'
        if (stopping) leave()
        watchIdle()
        // A slave whose link has ended leaves; one that does not is of no use.
        void ended.then(() => launched.stdin.end())
        void ended.then(() => killLater(launched))
        return await launched.exited
      } finally {
        launched.kill()
        await launched.exited
        await launched.tidy()
        machine = undefined
      }
    } finally {
      cancelLate()
    }
  }

  function watchIdle() {
    if (phase !== 'online' || options.isBusy()) {
      cancelIdle?.()
      cancelIdle = undefined
      return
    }
    cancelIdle ??= clock.after(options.idleTimeoutMs, () => {
      cancelIdle = undefined
      if (phase === 'online' && !options.isBusy()) leave()
    })
  }

  function leave() {
    if (phase === 'off' || phase === 'pausing') return
    const { session } = attachment
    phase = 'leaving'
    onState('stopping', '')
    if (!machine) return
    if (session) {
      session.shutdown().catch(() => {})
      killLater(machine)
    } else machine.kill()
  }

  // Of real time: it is about the patience of whoever waits.
  function killLater(one: Machine) {
    const impatient = setTimeout(one.kill, LEAVE_MS)
    void one.exited.then(() => clearTimeout(impatient))
  }
}

// A stream ends a moment before its program does, which knows why.
function pauseThen(error: Error): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(() => reject(error), 2000))
}
