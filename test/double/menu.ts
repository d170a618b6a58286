import { app } from './app.ts'
import { BrowserWindow } from './browser-window.ts'
import { knowOnly, refuse } from './refuse.ts'

interface ItemOptions {
  readonly id?: string
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly accelerator?: string
  readonly checked?: boolean
  readonly enabled?: boolean
  readonly visible?: boolean
  readonly submenu?: readonly ItemOptions[]
  readonly click?: (item: MenuItem, window: BrowserWindow | undefined, event: object) => void
}

const OPTIONS = [
  'id',
  'label',
  'role',
  'type',
  'accelerator',
  'checked',
  'enabled',
  'visible',
  'submenu',
  'click',
]

// What the system does for a role, where the double can do it.
const ROLES: Readonly<Record<string, (window: BrowserWindow | null) => void>> = {
  quit: () => app.quit(),
  close: window => window?.close(),
  minimize: window => window?.minimize(),
  reload: window => window?.webContents.reload(),
}

/** Electron's `MenuItem`. It is never on a screen: a test clicks it. */
export class MenuItem {
  readonly id: string | undefined
  readonly label: string
  readonly role: string | undefined
  readonly type: string
  readonly accelerator: string | undefined
  readonly submenu: Menu | undefined
  enabled: boolean
  visible: boolean
  checked: boolean
  menu: Menu | undefined

  constructor(options: ItemOptions) {
    knowOnly('MenuItem', options, OPTIONS)
    const { id, label, role, type, accelerator, submenu, click } = options
    this.id = id
    this.label = label ?? role ?? ''
    this.role = role
    this.type = type ?? (submenu ? 'submenu' : 'normal')
    this.accelerator = accelerator
    this.submenu = submenu && Menu.buildFromTemplate(submenu)
    this.enabled = options.enabled ?? true
    this.visible = options.visible ?? true
    this.checked = options.checked ?? false
    this.click = () => {
      if (this.type === 'checkbox') this.checked = !this.checked
      if (this.type === 'radio') this.#check()
      const window = BrowserWindow.getFocusedWindow()
      if (role !== undefined) (ROLES[role] ?? (() => refuse(`the menu role "${role}"`)))(window)
      else click?.(this, window ?? undefined, {})
    }
  }

  readonly click: () => void

  #check() {
    for (const one of this.menu?.items ?? []) if (one.type === 'radio') one.checked = false
    this.checked = true
  }
}

/** Electron's `Menu`. */
export class Menu {
  readonly items: MenuItem[] = []
  static #application: Menu | null = null

  static buildFromTemplate(template: readonly ItemOptions[]): Menu {
    const menu = new Menu()
    for (const options of template) {
      const item = new MenuItem(options)
      item.menu = menu
      menu.items.push(item)
    }
    return menu
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.#application = menu
  }

  static getApplicationMenu(): Menu | null {
    return Menu.#application
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
}
