/** Where the page is, and which addresses are part of it. */
export interface PageAddress {
  readonly url: string
  /** As Electron names the origin of a frame. */
  readonly origin: string
  /** Whether a window may go to this address. */
  isOurs(url: string): boolean
  /** Whether this is the address of a log or an artifact. */
  isDownload(url: string): boolean
}

export const PAGE_SCHEME = 'app'
export const PAGE_HOST = 'triphammer'
const BUILT = `${PAGE_SCHEME}://${PAGE_HOST}`

/** @param devUrl Where Vite serves the page while the app is being developed. */
export function pageAddress(devUrl: string | undefined): PageAddress {
  const url = devUrl ?? `${BUILT}/`
  const base = new URL(url)
  return {
    url,
    // The URL parser gives "null" as the origin of a scheme that it does not know.
    origin: devUrl === undefined ? BUILT : base.origin,
    isOurs(other) {
      const parsed = URL.parse(other)
      return parsed?.protocol === base.protocol && parsed.host === base.host
    },
    isDownload: other => other.startsWith(`${BUILT}/download/`),
  }
}
