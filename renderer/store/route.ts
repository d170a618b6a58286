import { useHashLocation } from 'wouter/use-hash-location'
import type { Build, Builder } from '../bridge.ts'

/** Where things are in this window. Addresses hold names, so that they can be read and kept. */
export const routes = {
  waterfall: '/waterfall',
  builds: '/builds',
  changes: '/changes',
  slaves: '/slaves',
  add: '/add',
  settings: '/settings',
  build: (builder: Pick<Builder, 'name'>, build: Pick<Build, 'number'>, tab?: 'terminal') =>
    `/builds/${encodeURIComponent(builder.name)}/${build.number}${tab ? `/${tab}` : ''}`,
  builder: (builder: Pick<Builder, 'name'>) => `/builds/${encodeURIComponent(builder.name)}`,
  slave: (name: string, tab = 'console') =>
    `/slaves/${encodeURIComponent(name)}${tab === 'console' ? '' : `/${tab}`}`,
} as const

export const useLocation = useHashLocation

/** Goes to another view from outside of a component. */
export function go(path: string): void {
  location.hash = path
}
