import { useHashLocation } from 'wouter/use-hash-location'
import type { Build, Builder } from '../bridge.ts'

/** What the page of a build can show. */
export const BUILD_TABS = [
  'steps',
  'tests',
  'changes',
  'properties',
  'files',
  'timeline',
  'terminal',
] as const
export type BuildTab = (typeof BUILD_TABS)[number]

/** Where things are in this window. Addresses hold names, so that they can be read and kept. */
export const routes = {
  waterfall: '/waterfall',
  console: '/console',
  grid: '/grid',
  trends: '/trends',
  board: '/board',
  wall: '/wall',
  builds: '/builds',
  changes: '/changes',
  slaves: '/slaves',
  search: '/search',
  add: '/add',
  settings: '/settings',
  build: (builder: Pick<Builder, 'name'>, build: Pick<Build, 'number'>, tab: BuildTab = 'steps') =>
    `/builds/${encodeURIComponent(builder.name)}/${build.number}${tab === 'steps' ? '' : `/${tab}`}`,
  /** A line of a log, counted from 0. */
  line: (builder: Pick<Builder, 'name'>, build: Pick<Build, 'number'>, place: LinePlace) =>
    `${routes.build(builder, build)}?${lineQuery(place)}`,
  searchFor: (text: string) => `/search?${new URLSearchParams({ q: text })}`,
  builder: (builder: Pick<Builder, 'name'>) => `/builds/${encodeURIComponent(builder.name)}`,
  /** Two builds side by side: what is new in the first, against the second. */
  compare: (a: BuildAddress, b: BuildAddress) => `/compare/${addressOf(a)}/${addressOf(b)}`,
  tests: '/tests',
  /** The history of one test. */
  test: (builder: Pick<Builder, 'name'>, test: { readonly suite: string; readonly name: string }) =>
    `/tests?${new URLSearchParams({ builder: builder.name, suite: test.suite, test: test.name })}`,
  slave: (name: string, tab = 'console') =>
    `/slaves/${encodeURIComponent(name)}${tab === 'console' ? '' : `/${tab}`}`,
} as const

/** A build as an address names it. */
export interface BuildAddress {
  readonly builder: string
  readonly number: number
}

function addressOf({ builder, number }: BuildAddress): string {
  return `${encodeURIComponent(builder)}:${number}`
}

/** A build out of an address; `undefined` when it names none. */
export function buildIn(part: string): BuildAddress | undefined {
  const found = /^(.+):(\d{1,9})$/.exec(nameIn(part))
  return found ? { builder: found[1]!, number: Number(found[2]) } : undefined
}

export interface LinePlace {
  readonly step: string
  readonly log: string
  /** From 0. */
  readonly line: number
  /** The last line of a range. */
  readonly to?: number
}

/** What names a line, or some, in the address of a build. People count lines from 1. */
export function lineQuery({ step, log, line, to }: LinePlace): URLSearchParams {
  return new URLSearchParams({
    step,
    ...(log !== 'stdio' && { log }),
    line: to === undefined || to === line ? `${line + 1}` : `${line + 1}-${to + 1}`,
  })
}

/** The lines that an address names, counted from 0; anybody may write one. */
export function lineIn(text: string | null): { line: number; to: number } | undefined {
  const [, first, last = first] = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(text ?? '') ?? []
  const line = Number(first) - 1
  const to = Number(last) - 1
  return line >= 0 && to >= line ? { line, to } : undefined
}

/** The path of the view; what follows a `?` is the state of that view. */
export const useLocation: typeof useHashLocation = options => {
  const [location] = useHashLocation(options)
  // The router decodes what it is given, and whoever reads a name out of it does so too: once is right.
  return [location.split('?')[0]!.replaceAll('%', '%25'), navigate]
}
Object.assign(useLocation, { hrefs: (href: string) => `#${href}` })

// The library's own would take what follows a `?` out of the hash, where we keep the state of views.
function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (!options.replace) {
    go(to)
    return
  }
  history.replaceState(null, '', `#${to}`)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

/** A name out of an address. Anybody may write one: what can't be decoded is taken as it stands. */
export function nameIn(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The state of the view that its address holds. */
export function readQuery(): URLSearchParams {
  return new URLSearchParams(location.hash.split('?')[1] ?? '')
}

/** Writes the state of the view that is open into its address, without a step in the history of the window. */
export function writeQuery(path: string, query: URLSearchParams): void {
  if (location.hash.split('?')[0] !== `#${path}`) return
  const text = query.toString()
  history.replaceState(null, '', `#${path}${text && `?${text}`}`)
}

/** The address of a saved view. */
export function viewPath(name: string): string {
  return `/view/${encodeURIComponent(name)}`
}

/** Goes to a place that stands for this one: going back leads to where one was before. */
export function replacePlace(path: string): void {
  location.replace(`#${path}`)
}

/** Goes to another view from outside of a component. */
export function go(path: string): void {
  location.hash = path
}
