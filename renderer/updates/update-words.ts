import type { UpdateStatus } from '../bridge.ts'
import { count } from '../ui/format.ts'

type Phase = UpdateStatus['phase']
type Outcome = NonNullable<UpdateStatus['outcome']>

/** What the status bar says of updates; `null` when there is nothing to say. */
export function shortWords(phase: Phase, running: number): string | null {
  switch (phase.kind) {
    case 'found':
      return `${phase.version} is out`
    case 'downloading':
      return `${phase.version}, ${Math.floor(phase.fraction * 100)} % downloaded`
    case 'ready':
      return `${phase.version} ready${READY[phase.apply](running)}`
    case 'preparing':
      return `Updating to ${phase.version}: ${phase.words}`
    case 'given-up':
      return `${phase.version} could not be installed`
    default:
      return null
  }
}

type Ready = Extract<Phase, { kind: 'ready' }>
const READY: Readonly<Record<Ready['apply'], (running: number) => string>> = {
  ask: () => '',
  wait: running => `, waits for ${count(running, 'build')}`,
  quit: () => ', goes in at quit',
  quiet: () => ', waits for quiet',
}

/** The same at length, for the settings. */
export function longWords({ phase, version }: UpdateStatus): string {
  switch (phase.kind) {
    case 'off':
      return phase.reason
    case 'current':
      return `${version} is the newest version known.`
    case 'checking':
      return 'Looking for a newer version.'
    case 'found':
      return `Version ${phase.version} is out. This copy came with a system package, so you install it:`
    case 'downloading':
      return `Version ${phase.version} is being downloaded, ${Math.floor(phase.fraction * 100)} %. Builds go on.`
    case 'ready':
      return `Version ${phase.version} has been downloaded and verified. It never ends a build by itself.`
    case 'preparing':
      return `Updating to ${phase.version}: ${phase.words}.`
    case 'failed':
      return phase.message
    case 'given-up':
      return `Version ${phase.version} was tried ${count(phase.failures, 'time')}, and this version started again each time. It is not tried again; install it by hand, or wait for the next one. History is as it was.`
  }
}

/** Said once, after a start. */
export function outcomeWords(outcome: Outcome): { readonly text: string; readonly bad: boolean } {
  const { from, to } = outcome
  switch (outcome.kind) {
    case 'updated':
      return {
        text: `Updated to ${to}, ${count(outcome.builds, 'build')} carried over`,
        bad: false,
      }
    case 'not-taken':
      return {
        text: `The update to ${to} did not take; this is still ${from}, and nothing was lost`,
        bad: true,
      }
    case 'incomplete':
      return {
        text: `After the update to ${to} something is missing (${outcome.missing}). Everything from before is in the backup ${outcome.backup}`,
        bad: true,
      }
  }
}
