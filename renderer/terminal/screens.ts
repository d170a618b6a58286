import type { FitAddon } from '@xterm/addon-fit'
import type { ITheme, Terminal } from '@xterm/xterm'
import { createCell, useCell } from '../store/cell.ts'
import {
  linkTerminal,
  type TerminalLink,
  type TerminalPlace,
  type TerminalStatus,
} from './terminal-link.ts'

/** A shell with its screen. It lives on while other views are looked at, until it is closed. */
export interface Screen {
  readonly place: TerminalPlace
  readonly status: TerminalStatus
  /** Puts the screen into a box of the page, at the size of that box. Returns what takes it out again. */
  show(box: HTMLElement): () => void
  focus(): void
  close(): void
}

const screens = createCell<ReadonlyMap<string, Screen>>(new Map())
let libraries:
  | Promise<[typeof import('@xterm/xterm'), typeof import('@xterm/addon-fit')]>
  | undefined

/** The open shell of a place, if there is one. */
export function useScreen(place: TerminalPlace): Screen | undefined {
  return useCell(screens, open => open.get(keyOf(place)))
}

/** Opens a shell; anew where the one before has ended. */
export function openScreen(place: TerminalPlace): void {
  const before = screens.read().get(keyOf(place))
  if (before && !isOver(before.status)) return
  before?.close()
  put(keyOf(place), startScreen(place))
}

export function isOver(status: TerminalStatus): boolean {
  return status.kind === 'ended' || status.kind === 'refused'
}

function startScreen(place: TerminalPlace): Screen {
  const key = keyOf(place)
  let terminal: Terminal | undefined
  let fit: FitAddon | undefined
  let link: TerminalLink | undefined
  let closed = false
  let wantsFocus = true
  let box: HTMLElement | undefined

  void load().then(([xterm, addon]) => {
    if (closed) return
    terminal = new xterm.Terminal({
      fontFamily: style('--font-mono'),
      fontSize: 12,
      lineHeight: 1.25,
      cursorBlink: false,
      scrollback: 5000,
      theme: themeOfPage(),
      // Output is read out as it comes, and can be walked through with a screen reader.
      screenReaderMode: true,
    })
    fit = new addon.FitAddon()
    terminal.loadAddon(fit)
    terminal.attachCustomKeyEventHandler(event => handleKey(event))
    terminal.onData(text => link?.write(new TextEncoder().encode(text)))
    // Mouse reports are bytes that are no text.
    terminal.onBinary(text => link?.write(Uint8Array.from(text, letter => letter.charCodeAt(0))))
    terminal.onResize(({ cols, rows }) => link?.resize(cols, rows))
    if (box) attach(box)
    const { cols, rows } = terminal
    link = linkTerminal({
      ...place,
      cols,
      rows,
      onBytes: bytes => new Promise(resolve => terminal!.write(bytes, resolve)),
      onStatus: status => set(status),
    })
  })

  const screen: Screen = {
    place,
    status: { kind: 'opening' },
    show(wanted) {
      box = wanted
      attach(wanted)
      const watch = new ResizeObserver(() => {
        fit?.fit()
        takeFocus()
      })
      watch.observe(wanted)
      const theme = new MutationObserver(() => {
        if (terminal) terminal.options.theme = themeOfPage()
      })
      theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
      return () => {
        watch.disconnect()
        theme.disconnect()
        box = undefined
        terminal?.element?.remove()
      }
    },
    focus() {
      wantsFocus = true
      takeFocus()
    },
    close() {
      closed = true
      link?.close()
      terminal?.dispose()
      remove(key)
    },
  }
  return screen

  function attach(wanted: HTMLElement) {
    if (!terminal) return
    if (terminal.element) wanted.append(terminal.element)
    else terminal.open(wanted)
    fit?.fit()
    takeFocus()
  }

  function takeFocus() {
    if (!wantsFocus || !terminal) return
    terminal.focus()
    // A box that is not laid out yet can't have it; it is tried again when it is.
    wantsFocus = !terminal.element?.contains(document.activeElement)
  }

  function set(status: TerminalStatus) {
    if (status.kind === 'open') takeFocus()
    const now = screens.read().get(key)
    if (now) put(key, { ...now, status })
  }

  function handleKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true
    // The way out for who has no pointer: Tab is the shell's.
    if (event.key === 'Escape' && event.shiftKey) {
      const pane = terminal?.element?.closest('[data-terminal]')
      pane?.querySelector<HTMLElement>('[data-leave]')?.focus()
      return false
    }
    if (event.ctrlKey && event.shiftKey && event.key.toLowerCase() === 'c') {
      const text = terminal?.getSelection()
      if (text) void navigator.clipboard?.writeText(text).catch(() => {})
      event.preventDefault()
      return false
    }
    // The browser's own paste comes back as a paste event.
    return !(event.ctrlKey && event.shiftKey && event.key.toLowerCase() === 'v')
  }
}

// Large, and of no use to who opens no terminal.
function load() {
  libraries ??= Promise.all([import('@xterm/xterm'), import('@xterm/addon-fit')])
  return libraries
}

function themeOfPage(): ITheme {
  const colours: [keyof ITheme, string][] = [
    ['background', '--log-bg'],
    ['foreground', '--log-text'],
    ['cursor', '--text-2'],
    ['cursorAccent', '--log-bg'],
    ['selectionBackground', '--mark'],
    ['selectionForeground', '--text'],
  ]
  for (const name of ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const) {
    colours.push([name, `--ansi-${name}`])
    colours.push([
      `bright${name[0]!.toUpperCase()}${name.slice(1)}` as keyof ITheme,
      `--ansi-${name}`,
    ])
  }
  colours.push(['black', '--text'], ['brightBlack', '--ansi-dim'])
  colours.push(['white', '--ansi-dim'], ['brightWhite', '--text'])
  return Object.fromEntries(colours.map(([key, name]) => [key, style(name)]))
}

function style(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function keyOf({ slave, buildId }: TerminalPlace): string {
  return buildId === null ? slave : `${slave} ${buildId}`
}

function put(key: string, screen: Screen) {
  screens.write(new Map(screens.read()).set(key, screen))
}

function remove(key: string) {
  screens.write(new Map([...screens.read()].filter(([other]) => other !== key)))
}

// Best effort: what is not closed so is closed by the master, when it hears no more of it.
window.addEventListener('pagehide', () => {
  for (const screen of screens.read().values()) screen.close()
})
