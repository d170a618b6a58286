import type { MenuItemConstructorOptions } from 'electron'
import type { State } from '../host/state.ts'
import type { Command } from './bridge-ipc.ts'

export interface MenuActions {
  readonly theme: State['theme']
  /** Whether the page is served by Vite. */
  readonly developing: boolean
  readonly platform: NodeJS.Platform
  setTheme(theme: State['theme']): void
  /** Asks something of the page. */
  command(command: Command): void
  reloadConfiguration(): void
  openDataFolder(): void
  openWindow(): void
  /** Opens a window that shows the wall. */
  openWall(): void
  showLog(): void
  copyDiagnostics(): void
}

const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' }

/**
 * The menu of the app. Roles bring the system's words, keys and accessibility;
 * every other item has an id, by which tests find it.
 */
export function menuTemplate(actions: MenuActions): MenuItemConstructorOptions[] {
  const { command, developing } = actions
  const mac = actions.platform === 'darwin'
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const settings: MenuItemConstructorOptions = {
    id: 'settings',
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: () => command('settings'),
  }
  const appMenu: MenuItemConstructorOptions = {
    label: 'Triphammer',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit', id: 'quit' },
    ],
  }
  const file: MenuItemConstructorOptions = {
    label: 'File',
    submenu: [
      {
        id: 'new-window',
        label: 'New window',
        accelerator: 'CmdOrCtrl+Shift+N',
        click: () => actions.openWindow(),
      },
      {
        id: 'add-repository',
        label: 'Add repository…',
        accelerator: 'CmdOrCtrl+O',
        click: () => command('add-repository'),
      },
      {
        id: 'reload-configuration',
        label: 'Reload configuration',
        click: () => actions.reloadConfiguration(),
      },
      separator,
      ...(mac
        ? [{ role: 'close' } as const]
        : [settings, separator, { role: 'quit', id: 'quit' } as const]),
    ],
  }
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      {
        id: 'waterfall',
        label: 'Waterfall',
        accelerator: 'CmdOrCtrl+1',
        click: () => command('waterfall'),
      },
      {
        id: 'palette',
        label: 'Go to…',
        accelerator: 'CmdOrCtrl+K',
        click: () => command('palette'),
      },
      {
        id: 'search',
        label: 'Search all logs',
        accelerator: 'CmdOrCtrl+Shift+F',
        click: () => command('go:/search'),
      },
      { id: 'board', label: 'What needs you', click: () => command('go:/board') },
      { id: 'wall', label: 'Wall in a new window', click: () => actions.openWall() },
      separator,
      { label: 'Theme', submenu: themeItems(actions) },
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(developing
        ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]
        : []),
    ],
  }
  const window: MenuItemConstructorOptions = {
    label: 'Window',
    role: 'window',
    submenu: mac
      ? [{ role: 'minimize' }, { role: 'zoom' }, separator, { role: 'front' }]
      : [{ role: 'minimize' }, { role: 'close' }],
  }
  const help: MenuItemConstructorOptions = {
    label: 'Help',
    role: 'help',
    submenu: [
      { id: 'command-line', label: 'Command line…', click: () => command('go:/settings') },
      { id: 'whats-new', label: 'What’s new', click: () => command('go:/whats-new') },
      separator,
      { id: 'data-folder', label: 'Open data folder', click: () => actions.openDataFolder() },
      { id: 'show-log', label: 'Show the app’s log', click: () => actions.showLog() },
      { id: 'diagnostics', label: 'Copy diagnostics', click: () => actions.copyDiagnostics() },
      ...(mac ? [] : [separator, { role: 'about' } as const]),
    ],
  }
  return [...(mac ? [appMenu] : []), file, edit, view, window, help]
}

function themeItems({ theme, setTheme }: MenuActions): MenuItemConstructorOptions[] {
  return (Object.keys(THEMES) as State['theme'][]).map(one => ({
    id: `theme-${one}`,
    label: THEMES[one],
    type: 'radio',
    checked: one === theme,
    click: () => setTheme(one),
  }))
}
