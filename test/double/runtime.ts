import type { Chromium } from './chromium.ts'

/** A window, as far as the end of the app is concerned with it. */
export interface Closable {
  readonly id: number
  close(): void
  destroy(): void
  /** Its page has gone. */
  gone(): void
}

/** What the parts of the double know in common. */
export const runtime = {
  packageJson: {} as {
    name?: string
    productName?: string
    version?: string
    main?: string
    desktopName?: string
  },
  appPath: '',
  /** Chromium's switches, from the command line and from the app. */
  switches: new Map<string, string>(),
  chromium: undefined as Chromium | undefined,
  isReady: false,
  windows: new Map<number, Closable>(),
}
