import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge, Reply, SequencedNews } from '../bridge/contract.ts'

// Runs in the page's sandbox, before the page. It hands functions over and nothing else: a page
// that held ipcRenderer could speak on every channel.

const newsListeners = new Set<(news: SequencedNews) => void>()
const commandListeners = new Set<(command: string) => void>()
// Asked before the page listens, as by a menu item of a window that is just opening.
let heldCommands: string[] = []
let toldReady = false

ipcRenderer.on('bridge:news', (_event, batch: readonly SequencedNews[]) => {
  for (const news of batch) for (const listener of newsListeners) listener(news)
})
ipcRenderer.on('bridge:command', (_event, command: string) => {
  if (commandListeners.size === 0) heldCommands.push(command)
  for (const listener of commandListeners) listener(command)
})

const bridge: Bridge = {
  shell: 'desktop',
  async request(channel, ...args) {
    const reply: Reply<never> = await ipcRenderer.invoke('bridge', channel, args)
    if (!reply.ok) throw new Error(reply.error)
    return reply.value
  },
  onNews(listener) {
    newsListeners.add(listener)
    tellReady()
    return () => void newsListeners.delete(listener)
  },
  onCommand(listener) {
    commandListeners.add(listener)
    for (const command of heldCommands) listener(command)
    heldCommands = []
    tellReady()
    return () => void commandListeners.delete(listener)
  },
  // The main process is there as long as the window is.
  onConnection: () => () => {},
  downloadUrl: async what =>
    what.kind === 'log'
      ? `app://triphammer/download/logs/${what.id}${what.plain ? '?plain=1' : ''}`
      : `app://triphammer/download/builds/${what.buildId}/${what.path.split('/').map(encodeURIComponent).join('/')}`,
  pathOfDropped: file => webUtils.getPathForFile(file as File) || null,
}

contextBridge.exposeInMainWorld('triphammer', bridge)

function tellReady() {
  if (toldReady) return
  toldReady = true
  ipcRenderer.send('bridge:ready')
}
