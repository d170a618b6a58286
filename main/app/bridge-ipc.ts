import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { callHandler } from '../bridge/call.ts'
import type { Reply, SequencedNews } from '../bridge/contract.ts'
import type { Host } from '../host/host.ts'
import type { PageAddress } from './page-address.ts'
import type { ContentsPort, FramePort, IpcPort } from './ports.ts'

/** What a menu asks of the page. */
export type Command =
  | 'add-repository'
  | 'palette'
  | 'waterfall'
  | 'settings'
  | `go:${string}`
  /** Shows what is proposed for a repository. */
  | `look-at:${string}`

export interface BridgeIpc {
  /** Hands a command to a page; one that is still loading gets it when it is ready. */
  command(contents: ContentsPort, command: Command): void
}

/**
 * The bridge over IPC: requests up, answers and numbered news down. Each message
 * is looked at for where it comes from before anything in it is.
 */
export function serveBridge(
  ipcMain: IpcPort,
  { handlers, news, log }: Pick<Host, 'handlers' | 'news' | 'log'>,
  page: PageAddress,
): BridgeIpc {
  const ready = new Set<ContentsPort>()
  const known = new WeakSet<ContentsPort>()
  const held = new WeakMap<ContentsPort, Command[]>()
  let batch: SequencedNews[] = []

  ipcMain.handle(
    'bridge',
    async (event: IpcMainInvokeEvent, channel: unknown, args: unknown): Promise<Reply<unknown>> => {
      if (isOurs(event.senderFrame)) return callHandler(handlers, channel, args, log)
      return { ok: false, error: 'This page may not ask anything of Triphammer.' }
    },
  )

  ipcMain.on('bridge:ready', (event: IpcMainEvent) => {
    if (!isOurs(event.senderFrame)) return
    const contents: ContentsPort = event.sender
    watch(contents)
    ready.add(contents)
    for (const command of held.get(contents) ?? []) contents.send('bridge:command', command)
    held.delete(contents)
  })

  // Lasts as long as the host, which ends the subscription when it stops.
  news.subscribe(one => {
    // The news of one turn travel together.
    if (batch.push(one) === 1) setImmediate(flush)
  })

  return {
    command(contents, command) {
      if (ready.has(contents)) contents.send('bridge:command', command)
      else held.set(contents, [...(held.get(contents) ?? []), command])
    },
  }

  // The frame is null when the page has gone elsewhere since.
  function isOurs(frame: FramePort | null): boolean {
    if (frame && frame.parent === null && frame.origin === page.origin) return true
    log(`a message of ${frame?.origin ?? 'a page that is gone'} was refused`)
    return false
  }

  function watch(contents: ContentsPort) {
    if (known.has(contents)) return
    known.add(contents)
    contents.on('destroyed', () => ready.delete(contents))
    // The next document says for itself when it listens.
    contents.on('did-start-navigation', details => {
      if (details.isMainFrame && !details.isSameDocument) ready.delete(contents)
    })
  }

  function flush() {
    const sent = batch
    batch = []
    for (const contents of ready) if (!contents.isDestroyed()) contents.send('bridge:news', sent)
  }
}
