import { callHandler } from '../bridge/call.ts'
import { RefusedError } from '../bridge/refused.ts'
import { type Host, startHost } from '../host/host.ts'
import { findHolder } from '../host/lock.ts'
import { type Client, connectClient } from '../http/client.ts'
import { logBytes } from '../http/downloads.ts'
import type { MasterMode } from '../master/master.ts'
import { signsOfHistory, sizeOf } from '../master/upgrade/look.ts'
import { STORES, storePath } from '../master/upgrade/stores.ts'
import { startProgress } from './progress.ts'
import { onStopSignals } from './signals.ts'
import { CommandError } from './terminal.ts'

/** Runs `work` with the master that has this data directory. */
export async function withRunningMaster<T>(
  dataDir: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const holder = findHolder(dataDir)
  if (!holder)
    throw new CommandError(`No master runs on ${dataDir}. Start the app, or "triphammer serve".`)
  return work(connectClient(holder.socket))
}

/** Runs `work` with the history of a data directory; where there is none, none is made. */
export async function withHistory<T>(
  dataDir: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const there = STORES.some(store => sizeOf(storePath(dataDir, store)) > 0)
  if (!there && signsOfHistory(dataDir).length === 0)
    throw new CommandError(
      `There is no history in ${dataDir}: nothing was built here yet. --data names another folder.`,
    )
  return withMaster(dataDir, 'dormant', work)
}

/** Runs `work` with the running master, or with one that is started for it alone. */
export async function withMaster<T>(
  dataDir: string,
  mode: MasterMode,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const holder = findHolder(dataDir)
  if (holder) return work(connectClient(holder.socket))
  const progress = startProgress(false)
  const host = await startHost({
    dataDir,
    shell: 'headless',
    mode,
    onUpgrade: ({ what, share }) => progress.tell(what, share),
  }).finally(() => progress.end())
  // Ctrl+C ends what was started for this command, in order.
  const interrupted = Promise.withResolvers<never>()
  const unlisten = onStopSignals({
    stop: () => interrupted.reject(new CommandError('interrupted')),
  })
  try {
    return await Promise.race([work(clientOf(host)), interrupted.promise])
  } finally {
    await host.stop()
    unlisten()
  }
}

// The same doors without a socket between.
function clientOf(host: Host): Client {
  return {
    async request(channel, ...args) {
      const reply = await callHandler(host.handlers, channel, args, host.log)
      if (!reply.ok) throw new RefusedError(reply.error)
      return reply.value as never
    },
    listen: async listener => host.news.subscribe(listener),
    logBytes: (id, from) => logBytes(host.master.data, id, undefined, from),
    ticketUrl: async () => null,
  }
}
