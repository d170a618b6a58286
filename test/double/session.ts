import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { app } from './app.ts'
import { DoubleEmitter, DoubleEvent } from './emitter.ts'
import { fromBrowser } from './protocol.ts'
import { runtime } from './runtime.ts'

type Answer = (...args: never[]) => unknown

interface WillBegin {
  readonly guid: string
  readonly url: string
  readonly suggestedFilename: string
}

interface Progress {
  readonly guid: string
  readonly receivedBytes: number
  readonly totalBytes: number
  readonly state: 'inProgress' | 'completed' | 'canceled'
}

/** Electron's `DownloadItem`. Where it goes has to be said at once: there is no dialogue to ask in. */
class DownloadItem extends DoubleEmitter {
  readonly #begin: WillBegin
  savePath = ''
  progress: Progress | undefined

  constructor(begin: WillBegin) {
    super('DownloadItem', ['done', 'updated'])
    this.#begin = begin
  }

  getURL = () => fromBrowser(this.#begin.url)
  getFilename = () => this.#begin.suggestedFilename
  getReceivedBytes = () => this.progress?.receivedBytes ?? 0
  getSavePath = () => this.savePath
  setSavePath = (path: string) => {
    this.savePath = path
  }
}

/** Electron's `Session`. The permission handlers are kept for tests to call; Chromium does not ask them. */
class DoubleSession extends DoubleEmitter {
  permissionRequestHandler: Answer | null = null
  permissionCheckHandler: Answer | null = null
  devicePermissionHandler: Answer | null = null

  constructor() {
    super('session', ['will-download'])
  }

  setPermissionRequestHandler = (handler: Answer | null) => {
    this.permissionRequestHandler = handler
  }
  setPermissionCheckHandler = (handler: Answer | null) => {
    this.permissionCheckHandler = handler
  }
  setDevicePermissionHandler = (handler: Answer | null) => {
    this.devicePermissionHandler = handler
  }
}

const defaultSession = new DoubleSession()

export const session = {
  get defaultSession(): DoubleSession {
    return defaultSession
  },
  /** Only what is asked over the network may use another one: no page has it. */
  fromPartition(_partition: string, _options?: object): DoubleSession {
    return new DoubleSession()
  },
}

/** Receives downloads in a folder of their own, and hands them over as the app says. */
export async function startDownloads(): Promise<void> {
  const { root } = runtime.chromium!.cdp
  const folder = mkdtempSync(join(app.getPath('sessionData'), 'downloads-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const items = new Map<string, DownloadItem>()
  root.on('Browser.downloadWillBegin', (begin: WillBegin) => {
    const item = new DownloadItem(begin)
    items.set(begin.guid, item)
    const event = new DoubleEvent()
    defaultSession.emit('will-download', event, item, undefined)
    if (item.savePath && !event.defaultPrevented) return
    items.delete(begin.guid)
    void root.send('Browser.cancelDownload', { guid: begin.guid }).catch(() => {})
    if (!event.defaultPrevented)
      console.error(
        `electron double: ${item.getURL()} would open a dialogue to save it, which is not supported; set a path in "will-download"`,
      )
  })
  root.on('Browser.downloadProgress', (progress: Progress) => {
    const item = items.get(progress.guid)
    if (!item) return
    item.progress = progress
    if (progress.state === 'inProgress') {
      item.emit('updated', new DoubleEvent(), 'progressing')
      return
    }
    items.delete(progress.guid)
    const completed = progress.state === 'completed'
    if (completed) {
      mkdirSync(dirname(item.savePath), { recursive: true })
      copyFileSync(join(folder, progress.guid), item.savePath)
    }
    item.emit('done', new DoubleEvent(), completed ? 'completed' : 'cancelled')
  })
  await root.send('Browser.setDownloadBehavior', {
    behavior: 'allowAndName',
    downloadPath: folder,
    eventsEnabled: true,
  })
}
