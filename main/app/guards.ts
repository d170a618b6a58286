import type { PageAddress } from './page-address.ts'
import type { AppPort, ContentsPort, SessionPort, ShellPort } from './ports.ts'

/**
 * Keeps every page where it is: no window shows anything but our page, whatever
 * a log or a commit message makes a person click on.
 */
export function guardContents(
  app: Pick<AppPort, 'on'>,
  shell: Pick<ShellPort, 'openExternal'>,
  page: PageAddress,
  log: (text: string) => void,
): void {
  app.on('web-contents-created', (_event, contents) => guard(contents))

  function guard(contents: ContentsPort) {
    // Emitted for every frame, and for the main one before `will-navigate`.
    contents.on('will-frame-navigate', details => stay(contents, details))
    contents.on('will-redirect', details => stay(contents, details))
    contents.on('will-attach-webview', event => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      openOutside(url)
      return { action: 'deny' }
    })
  }

  function stay(contents: ContentsPort, details: { readonly url: string; preventDefault(): void }) {
    const { url } = details
    if (page.isOurs(url) && !page.isDownload(url)) return
    details.preventDefault()
    // From a page that Vite serves, a link to a download leads away.
    if (page.isDownload(url) && page.isOurs(contents.getURL())) contents.downloadURL(url)
    else log(`a page may not go to ${url}`)
  }

  function openOutside(url: string) {
    if (URL.parse(url)?.protocol !== 'https:') return log(`${url} may not be opened`)
    shell
      .openExternal(url)
      .catch((error: Error) => log(`${url} could not be opened: ${error.message}`))
  }
}

/** Electron grants what is not asked about. We grant two things: our page may copy, and fill a screen. */
export function guardPermissions(session: SessionPort, page: PageAddress): void {
  const granted: readonly string[] = ['clipboard-sanitized-write', 'fullscreen']
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(granted.includes(permission) && page.isOurs(details.requestingUrl)),
  )
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => granted.includes(permission) && page.isOurs(origin),
  )
  session.setDevicePermissionHandler(() => false)
}
