/** A key as a command that can be chosen by its words. */
export interface KeyCommand {
  readonly label: string
  /** As it is written. */
  readonly key: string
  /** Names of `KeyboardEvent.key`. */
  readonly press: string
  readonly shift: boolean
}

/** All keys, by where they act. What one row says of several keys is parted by commas. */
export const KEY_GROUPS: readonly {
  readonly title: string
  readonly keys: readonly (readonly [string, string])[]
}[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'commands, builds, changes'],
      ['g w', 'waterfall'],
      ['g m', 'console: my changes'],
      ['g r', 'grid'],
      ['g b', 'builds'],
      ['g c', 'changes'],
      ['g s', 'slaves'],
      ['g t', 'trends'],
      ['g o', 'board: what needs you'],
      ['g y', 'tests: flaky, failing, slow'],
      ['g /', 'search all logs'],
      ['g ,', 'settings'],
      ['a', 'add a repository'],
      ['f', 'filter, where there is one; else force a build'],
      ['F', 'force a build'],
      ['?', 'these keys'],
    ],
  },
  {
    title: 'Waterfall',
    keys: [
      ['arrows', 'from build to build'],
      ['Enter', 'open the build'],
      ['[ ]', 'failure before, failure after'],
      ['{ }', 'failure before in all columns, failure after in all columns'],
      ['l', 'log'],
      ['t', 'terminal'],
      ['r', 'rebuild'],
      ['R', 'retry from a step'],
      ['b', 'find the first bad change, or stop that'],
      ['s', 'stop'],
      ['c', 'mark, then compare; or Ctrl-click two builds'],
      ['v', 'saved views'],
      ['x', 'columns of builders or of slaves'],
      ['Shift+← Shift+→', 'column to the left, column to the right'],
      ['+ - 0', 'zoom in, zoom out, zoom as it was'],
      ['m', 'linear, folded or events'],
      ['p', 'side panel'],
      ['PgUp PgDn', 'a screen up, a screen down'],
      ['Home', 'back to now'],
      ['u', 'sum up what is in sight'],
      ['g d', 'go to a date'],
    ],
  },
  {
    title: 'Slaves',
    keys: [
      ['up down', 'slave above, slave below'],
      ['n', 'attach a slave'],
      ['p', 'pause, unpause'],
      ['d', 'stop when idle'],
      ['t', 'terminal'],
      ['q', 'end quarantine'],
      ['Del', 'remove'],
    ],
  },
  {
    title: 'Build and log',
    keys: [
      ['[ ]', 'build before, build after'],
      ['/', 'search in the log'],
      ['n N', 'next match, match before'],
      ['e E', 'next error, error before'],
      ['z', 'fold or unfold all'],
      ['d', 'times beside the lines'],
      ['c C l', 'copy, copy with colours, copy a link'],
      ['f', 'follow the end'],
      ['w', 'wrap long lines'],
      ['r R s', 'rebuild, retry from a step, stop'],
      ['b', 'find the first bad change, or stop that'],
      ['t', 'terminal'],
      ['Esc', 'back to the waterfall'],
    ],
  },
]

const NAMES: Readonly<Record<string, string>> = {
  arrows: 'ArrowDown',
  up: 'ArrowUp',
  down: 'ArrowDown',
  '→': 'ArrowRight',
  '←': 'ArrowLeft',
  PgUp: 'PageUp',
  PgDn: 'PageDown',
  Del: 'Delete',
  Esc: 'Escape',
}

/** Where the keys of a group act; those of the first act everywhere. */
export function groupsAt(location: string): readonly string[] {
  if (/^\/builds\/[^/]+\/\d+/.test(location)) return ['Build and log']
  if (location.startsWith('/slaves')) return ['Slaves']
  return location.startsWith('/waterfall') ? ['Waterfall'] : []
}

/** The keys of a group, one command each. */
export function keyCommands(title: string): readonly KeyCommand[] {
  const group = KEY_GROUPS.find(one => one.title === title)
  return group?.keys.flatMap(([keys, does]) => commandsOf(keys, does)) ?? []
}

/** The keys of a row, each by itself. */
export function keysIn(keys: string): readonly string[] {
  return /^(g|Ctrl) /.test(keys) ? [keys] : keys.split(' ')
}

function commandsOf(keys: string, does: string): readonly KeyCommand[] {
  const each = keysIn(keys)
  const words = does.split(', ')
  const several = words.length === each.length
  const named = several ? each.map((key, i) => [key, words[i]!] as const) : [[keys, does] as const]
  return named.map(([key, label]) => {
    const last = key.split(/[ +](?=.)/).at(-1)!
    return { label: capital(label), key, press: NAMES[last] ?? last, shift: /^Shift\+/.test(key) }
  })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
