import type { Build, Builder, BuilderId, BuildRequestId } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { BISECT_SCHEDULER } from '../results.ts'
import { readDesk } from './desk.ts'
import { linkTo } from './link-to.ts'
import { tell } from './messages.ts'
import { go, routes } from './route.ts'

/** Does something on the master, and says in the status bar how it went. */
export async function act<T>(
  doing: Promise<T>,
  done: string | ((value: T) => string),
): Promise<T | undefined> {
  try {
    const value = await doing
    tell(typeof done === 'string' ? done : done(value))
    return value
  } catch (error) {
    return tellError(error as Error)
  }
}

/** For a request whose answer alone matters: why there is none is said in the status bar. */
export function tellError(error: Error): undefined {
  tell(error.message, 'problem')
}

/** Puts a link to a place in the window on the clipboard. */
export function copyLink(place: string, what: string): Promise<void> {
  return copyText(linkTo(place), `A link to ${what} was copied`)
}

/** Puts text on the clipboard, and says so. */
export async function copyText(text: string, done = 'Copied'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    tell(done)
  } catch {
    // Over plain HTTP from another machine there is no clipboard at all.
    tell('The browser does not let us copy; select the text instead', 'problem')
  }
}

/** The name of the builder whose build it is. */
export function builderOf(build: Pick<Build, 'builderId'>): string {
  return readDesk().builders.find(one => one.id === build.builderId)?.name ?? '?'
}

/** Shows a build on its own page. */
export function openBuild(build: Build): void {
  go(routes.build({ name: builderOf(build) }, build))
}

export function stopBuild(build: Build): void {
  const order = { id: build.id, reason: 'stopped by hand in the window' }
  void act(bridge.request('build:stop', order), `Build ${build.number} is being stopped`)
}

/** Whether builds of a builder can be asked for here. */
export function canBeForced({ active, monitor }: Pick<Builder, 'active' | 'monitor'>): boolean {
  return active && monitor === null
}

export function rebuild(build: Build): void {
  void act(
    bridge.request('build:rebuild', { id: build.id }),
    `Build ${build.number} will be built again`,
  )
}

/** Whether it was asked for: why it can't be is said in the status bar. */
export async function retryFrom(build: Build, step: string): Promise<boolean> {
  const asked = await act(
    bridge.request('build:retryFrom', { id: build.id, step }),
    `Build ${build.number} will be retried from ${step}`,
  )
  return asked !== undefined
}

/** Whether builds are made to find why one of this builder failed. */
export function isBisected(builder: BuilderId): boolean {
  return readDesk().requests.some(
    one => one.builderId === builder && one.scheduler === BISECT_SCHEDULER,
  )
}

/** Looks for the change that made a build fail. */
export function bisect(build: Build): void {
  void act(bridge.request('build:bisect', { id: build.id }), ({ requestId }) =>
    requestId === null
      ? `What was built before tells why build ${build.number} failed`
      : `Changes are built to find why build ${build.number} failed`,
  )
}

/** @param build Any of the builder that is bisected. */
export function stopBisect(build: Build): void {
  void act(bridge.request('build:stopBisect', { id: build.id }), 'The bisect was stopped')
}

export function cancelRequest(id: BuildRequestId): void {
  void act(bridge.request('request:cancel', { id }), 'The request was taken out of the queue')
}
