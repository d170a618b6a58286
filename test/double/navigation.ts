import { DoubleEvent } from './emitter.ts'
import { fromBrowser } from './protocol.ts'
import type { WebContents } from './web-contents.ts'

interface Paused {
  readonly requestId: string
  readonly frameId: string
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> }
  readonly redirectedRequestId?: string
}

/**
 * Tells the app where a page wants to go, and keeps the page where it is when the
 * app says so. Where the app itself sends a page is not asked about, as in Electron.
 */
export function watchNavigation(contents: WebContents): void {
  const { page, targetId } = contents
  // Where a frame's own page wants it to go.
  const wished = new Map<string, string>()

  page.on('Page.frameRequestedNavigation', ({ frameId, url }) => wished.set(frameId, url))
  page.on('Page.frameStartedNavigating', ({ frameId, url, navigationType }) => {
    const isMainFrame = frameId === targetId
    const isSameDocument = /same/i.test(navigationType)
    contents.emit('did-start-navigation', navigationEvent(url, isMainFrame, isSameDocument))
  })
  page.on('Fetch.requestPaused', (paused: Paused) => {
    const { requestId } = paused
    const answer = mayGo(paused)
      ? page.send('Fetch.continueRequest', { requestId })
      : page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    // The page may have gone meanwhile.
    answer.catch(() => {})
  })

  function mayGo({ request, frameId, redirectedRequestId }: Paused): boolean {
    const { url, headers } = request
    // A download is asked for like a document, but without this.
    if (!headers['Upgrade-Insecure-Requests']) return true
    const ask = (name: string) => {
      const event = navigationEvent(url, frameId === targetId, false)
      contents.emit(name, event)
      return !event.defaultPrevented
    }
    if (redirectedRequestId) return ask('will-redirect')
    if (wished.get(frameId) !== url) return true
    wished.delete(frameId)
    return ask('will-frame-navigate') && (frameId !== targetId || ask('will-navigate'))
  }
}

function navigationEvent(url: string, isMainFrame: boolean, isSameDocument: boolean) {
  return Object.assign(new DoubleEvent(), {
    url: fromBrowser(url),
    isMainFrame,
    isSameDocument,
    frame: null,
  })
}
