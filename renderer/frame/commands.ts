/** A command of the window. What it does stands in the palette. */
export interface Command {
  readonly label: string
  readonly detail: string
  /** The key that does the same, as `?` shows it. */
  readonly key?: string
  /** The item of the app's menu that does the same. */
  readonly menu?: string
  /** Only where there is a desktop. */
  readonly desktop?: boolean
}

/** What can be done wherever one is, in the order in which it is offered. */
export const COMMANDS = {
  add: { label: 'Add repository', detail: 'a folder or a URL', key: 'a', menu: 'add-repository' },
  force: { label: 'Force a build', detail: 'of a builder that you choose', key: 'F' },
  filter: { label: 'Filter, or force a build', detail: 'what the key does here', key: 'f' },
  attach: { label: 'Attach a slave', detail: 'another machine that builds' },
  waterfall: { label: 'Waterfall', detail: 'go to', key: 'g w', menu: 'waterfall' },
  date: { label: 'Go to a date', detail: 'in the waterfall', key: 'g d' },
  console: { label: 'Console', detail: 'my changes, and which builds hold them', key: 'g m' },
  grid: { label: 'Grid', detail: 'changes by builders', key: 'g r' },
  board: { label: 'Board', detail: 'what needs you', key: 'g o', menu: 'board' },
  wall: { label: 'Wall', detail: 'for a big screen', menu: 'wall' },
  builds: { label: 'Builds', detail: 'go to', key: 'g b' },
  changes: { label: 'Changes', detail: 'go to', key: 'g c' },
  trends: { label: 'Trends', detail: 'duration, queue time, success and log size', key: 'g t' },
  tests: { label: 'Tests', detail: 'how each fared in many builds', key: 'g y' },
  flaky: { label: 'Flaky tests', detail: 'go to' },
  slow: { label: 'Slowest tests', detail: 'go to' },
  slaves: { label: 'Slaves', detail: 'go to', key: 'g s' },
  search: { label: 'Search all logs', detail: 'go to', key: 'g /', menu: 'search' },
  settings: { label: 'Settings', detail: 'go to', key: 'g ,', menu: 'settings' },
  palette: { label: 'Commands', detail: 'this list', key: 'Ctrl K', menu: 'palette' },
  keys: { label: 'Keys', detail: 'what each does', key: '?' },
  legend: { label: 'Legend', detail: 'what the signs mean' },
  poll: { label: 'Look for new commits', detail: 'in all repositories' },
  reload: {
    label: 'Read the configuration again',
    detail: 'master.yml',
    menu: 'reload-configuration',
  },
  backup: { label: 'Back up now', detail: 'history, logs and configuration' },
  demo: { label: 'Show the demo project', detail: 'for those who only want to look' },
  noDemo: { label: 'Remove the demo project', detail: 'and nothing else' },
  light: { label: 'Light theme', detail: 'look', menu: 'theme-light' },
  dark: { label: 'Dark theme', detail: 'look', menu: 'theme-dark' },
  system: { label: 'Theme of the system', detail: 'look', menu: 'theme-system' },
  window: { label: 'New window', detail: 'of this desk', menu: 'new-window', desktop: true },
  news: { label: 'What’s new', detail: 'in this version', menu: 'whats-new' },
  terminal: {
    label: 'Command line',
    detail: 'the command triphammer in a terminal',
    menu: 'command-line',
    desktop: true,
  },
  folder: { label: 'Open data folder', detail: 'history, logs, master.yml', menu: 'data-folder' },
  log: { label: 'Show the app’s log', detail: 'app.log', menu: 'show-log' },
  diagnostics: {
    label: 'Copy diagnostics',
    detail: 'for who helps',
    menu: 'diagnostics',
    desktop: true,
  },
  quit: { label: 'Quit Triphammer', detail: 'builds are asked about', menu: 'quit', desktop: true },
} as const satisfies Readonly<Record<string, Command>>

export type CommandId = keyof typeof COMMANDS
