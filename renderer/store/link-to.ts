import { bridge } from '../bridge.ts'

/** A link to a place that can be sent to somebody: of the app, or of the address of this page. */
export function linkTo(path: string): string {
  return bridge.shell === 'desktop'
    ? `triphammer:/${path}`
    : `${location.origin}${location.pathname}#${path}`
}
