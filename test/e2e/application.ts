import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { AxeBuilder } from '@axe-core/playwright'
import {
  type ConsoleMessage,
  type ElectronApplication,
  _electron as electronLauncher,
  type Page,
} from '@playwright/test'
import { type Remote, remote } from './remote.ts'

export interface ApplicationOptions {
  /** The Electron executable. */
  readonly path: string
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly startTimeout?: number
  readonly waitTimeout?: number
  readonly quitTimeout?: number
}

export interface RenderLog {
  readonly level: string
  readonly message: string
  readonly source: string
}

/** What `client` can do of Spectron's. */
export interface Client {
  getWindowCount(): Promise<number>
  windowByIndex(index: number): Promise<void>
  waitUntilWindowLoaded(timeout?: number): Promise<void>
  waitUntilTextExists(selector: string, text: string, timeout?: number): Promise<void>
  /** Lines since the last call. */
  getMainProcessLogs(): Promise<string[]>
  /** Messages since the last call. */
  getRenderProcessLogs(): Promise<RenderLog[]>
  getSelectedText(): Promise<string>
  auditAccessibility(): Promise<{ failed: boolean; message: string; results: object[] }>
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/**
 * An app under test, with the interface that Spectron's `Application` had, over
 * Playwright. `page` is Playwright's own, for all that is newer.
 */
export class Application {
  readonly #settings: Required<Omit<ApplicationOptions, 'path' | 'cwd'>> & {
    readonly path: string
    readonly workingDirectory: string
  }
  #running = false
  #app: ElectronApplication | undefined
  #child: ChildProcess | undefined
  #page: Page | undefined
  #exited: Promise<Exit> | undefined
  #mainLogs: string[] = []
  #renderLogs: RenderLog[] = []

  constructor(options: ApplicationOptions) {
    this.#settings = {
      path: options.path,
      args: options.args ?? [],
      workingDirectory: options.cwd ?? process.cwd(),
      env: options.env ?? {},
      startTimeout: options.startTimeout ?? 15_000,
      waitTimeout: options.waitTimeout ?? 5000,
      quitTimeout: options.quitTimeout ?? 12_000,
    }
  }

  async start(): Promise<this> {
    const { path, args, env, workingDirectory, startTimeout } = this.#settings
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new Error(`${path} is not a file`)
    this.#app = await electronLauncher.launch({
      executablePath: path,
      args: [...args],
      cwd: workingDirectory,
      env: { ...env },
      timeout: startTimeout,
      // The page's colours are the app's own affair.
      colorScheme: null,
    })
    this.#watchProcess(this.#app.process())
    this.#app.on('window', page => this.#watchPage(page))
    for (const page of this.#app.windows()) this.#watchPage(page)
    this.#page = await this.#app.firstWindow({ timeout: startTimeout })
    this.#running = true
    await this.client.waitUntilWindowLoaded(startTimeout)
    return this
  }

  async stop(): Promise<this> {
    if (!this.#running) throw new Error('Application not running')
    const gone = this.exited
    // The line may drop before the answer is here.
    await this.app.evaluate(({ app }) => app.quit()).catch(() => {})
    const { quitTimeout } = this.#settings
    const impatient = setTimeout(() => this.#child?.kill('SIGKILL'), quitTimeout)
    await gone
    clearTimeout(impatient)
    return this
  }

  async restart(): Promise<this> {
    await this.stop()
    return this.start()
  }

  isRunning(): boolean {
    return this.#running
  }

  getSettings() {
    return { ...this.#settings }
  }

  /** Playwright's own application. */
  get app(): ElectronApplication {
    if (!this.#app) throw new Error('Application not running')
    return this.#app
  }

  /** The window that `client` looks at. */
  get page(): Page {
    if (!this.#page) throw new Error('Application not running')
    return this.#page
  }

  get pid(): number {
    return this.#child!.pid!
  }

  /** Resolves when the process has ended. */
  get exited(): Promise<Exit> {
    return this.#exited!
  }

  /** The `BrowserWindow` of the page; every method returns a promise. */
  get browserWindow(): Remote {
    return remote(async (path, args) => {
      if (path[0] === 'capturePage') return this.page.screenshot()
      const window = await this.app.browserWindow(this.page)
      return window.evaluate(follow, { path, args })
    })
  }

  /** The `WebContents` of the page. */
  get webContents(): Remote {
    return remote(async (path, args) => {
      const window = await this.app.browserWindow(this.page)
      return window.evaluate(follow, { path: ['webContents', ...path], args })
    })
  }

  /** Electron's module in the main process: `application.electron.app.getVersion()`. */
  get electron(): Remote {
    return remote((path, args) => this.app.evaluate(follow, { path, args }))
  }

  /** `process` of the main process. */
  get mainProcess(): Remote {
    return remote(async (path, args) => {
      const main = await this.app.evaluateHandle(() => process)
      return main.evaluate(follow, { path, args })
    })
  }

  /** `process` of the page, which a page in a sandbox does not have. */
  get rendererProcess(): Remote {
    return remote(async () => {
      throw new Error('The page runs in a sandbox: it has no process.')
    })
  }

  get client(): Client {
    return {
      getWindowCount: async () => this.app.windows().length,
      windowByIndex: async index => {
        const page = this.app.windows()[index]
        if (!page) throw new Error(`There is no window ${index}.`)
        this.#page = page
      },
      waitUntilWindowLoaded: async (timeout = this.#settings.waitTimeout) => {
        await this.page.waitForURL(url => url.protocol !== 'about:', { timeout })
      },
      waitUntilTextExists: async (selector, text, timeout = this.#settings.waitTimeout) => {
        await this.page.locator(selector, { hasText: text }).first().waitFor({ timeout })
      },
      getMainProcessLogs: async () => this.#mainLogs.splice(0),
      getRenderProcessLogs: async () => this.#renderLogs.splice(0),
      getSelectedText: () => this.page.evaluate(() => getSelection()?.toString() ?? ''),
      auditAccessibility: async () => {
        // A window of Electron can't open the blank page that the newer mode wants.
        const { violations } = await new AxeBuilder({ page: this.page }).setLegacyMode().analyze()
        const message = violations.map(({ id, help }) => `${id}: ${help}`).join('\n')
        return { failed: violations.length > 0, message, results: violations }
      },
    }
  }

  #watchProcess(child: ChildProcess) {
    this.#child = child
    this.#exited = new Promise(resolve =>
      child.once('exit', (code, signal) => {
        this.#running = false
        resolve({ code, signal })
      }),
    )
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', line => this.#mainLogs.push(line))
  }

  #watchPage(page: Page) {
    page.on('console', (message: ConsoleMessage) =>
      this.#renderLogs.push({
        level: message.type(),
        message: message.text(),
        source: message.location().url,
      }),
    )
  }
}

// Runs in the main process: walks to a member, and calls it when it can be called.
function follow(
  root: unknown,
  { path, args }: { readonly path: readonly string[]; readonly args: readonly unknown[] },
): unknown {
  let owner: unknown
  let member = root
  for (const name of path) {
    owner = member
    member = (member as Record<string, unknown>)[name]
  }
  return typeof member === 'function' ? member.apply(owner, args) : member
}
