import type { Build, BuildRequestId } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { tell } from './messages.ts'

/** Does something on the master, and says in the status bar how it went. */
export async function act<T>(doing: Promise<T>, done: string): Promise<T | undefined> {
  try {
    const value = await doing
    tell(done)
    return value
  } catch (error) {
    tell((error as Error).message, 'problem')
    return undefined
  }
}

export function stopBuild(build: Build): void {
  const order = { id: build.id, reason: 'stopped by hand in the window' }
  void act(bridge.request('build:stop', order), `Build ${build.number} is being stopped`)
}

export function rebuild(build: Build): void {
  void act(
    bridge.request('build:rebuild', { id: build.id }),
    `Build ${build.number} will be built again`,
  )
}

export function cancelRequest(id: BuildRequestId): void {
  void act(bridge.request('request:cancel', { id }), 'The request was taken out of the queue')
}
