import { existsSync } from 'node:fs'
import type { NetConnectOpts } from 'node:net'
import { isAbsolute, join } from 'node:path'
import { answers } from '../host/answers.ts'

const X_PORT = 6000

/** Where the variables say that a window can be shown; `undefined` when they name no display. */
export function displayOf(
  env: Readonly<Record<string, string | undefined>>,
): { readonly name: string; readonly at: NetConnectOpts } | undefined {
  const wayland = env.WAYLAND_DISPLAY
  if (wayland) {
    const path = isAbsolute(wayland) ? wayland : join(env.XDG_RUNTIME_DIR ?? '/', wayland)
    // Many desktops name both, and an X server stands in for a Wayland that has gone.
    if (existsSync(path) || !env.DISPLAY) return { name: wayland, at: { path } }
  }
  const name = env.DISPLAY
  const [, host, number] = /^(?:unix)?([^:]*):(\d+)(?:\.\d+)?$/.exec(name ?? '') ?? []
  if (!name) return undefined
  if (number === undefined) return { name, at: { path: name } }
  return host
    ? { name, at: { host, port: X_PORT + Number(number) } }
    : { name, at: { path: `/tmp/.X11-unix/X${number}` } }
}

/** Whether a window can be shown, and why not. */
export async function findDisplay(): Promise<{ readonly problem: string | null }> {
  if (process.platform !== 'linux') return { problem: null }
  const display = displayOf(process.env)
  if (!display) return { problem: 'there is no display' }
  // A variable of yesterday's login, or of another machine, names one that is gone.
  if (await answers(display.at)) return { problem: null }
  return { problem: `the display ${display.name} does not answer` }
}
