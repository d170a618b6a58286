import type { DesktopInfo, Handlers, TerminalCommand } from './contract.ts'
import { mustBe } from './refused.ts'

/** What the window may ask of the desktop that it is on. */
export interface DesktopDoor {
  info(): DesktopInfo
  configure(change: Partial<DesktopInfo>): DesktopInfo
  /** See `desktop:command`. */
  command(on: boolean | null): TerminalCommand
  /** Shows a place in a window of its own. */
  openWindow(place: string): void
  diagnostics(): string
  quit(): void
}

type DesktopHandlers = Pick<
  Handlers,
  | 'desktop:show'
  | 'desktop:configure'
  | 'desktop:command'
  | 'desktop:diagnostics'
  | 'desktop:quit'
  | 'window:open'
>

/** @param door Comes after the handlers are made, and in the desktop app only. */
export function desktopHandlers(door: () => DesktopDoor | undefined): DesktopHandlers {
  const there = () =>
    mustBe(door(), 'this is for the desktop app; a browser has no desktop of its own')
  return {
    'desktop:show': () => there().info(),
    'window:open'({ place }) {
      mustBe(door(), 'a browser opens its windows by itself').openWindow(place)
    },
    'desktop:diagnostics': () => there().diagnostics(),
    'desktop:quit': () => there().quit(),
    'desktop:command': ({ on }) => there().command(on),
    'desktop:configure': change => there().configure(change),
  }
}
