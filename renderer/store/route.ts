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
  build: (builder: Pick<Builder, 'name'>, build: Pick<Build, 'number'>) =>
    `/builds/${encodeURIComponent(builder.name)}/${build.number}`,
  builder: (builder: Pick<Builder, 'name'>) => `/builds/${encodeURIComponent(builder.name)}`,
  slave: (name: string) => `/slaves/${encodeURIComponent(name)}`,
} as const

export const useLocation = useHashLocation

/** Goes to another view from outside of a component. */
export function go(path: string): void {
  location.hash = path
}
