import type { FileStore, StateStoreOptions } from './state-store.ts'

/**
 * Loads conf, less the signal handlers that come with it: a package below it
 * listens to every signal and raises it once more, which would end a master that
 * is about to stop in order. Loaded when it is needed, since most commands of the
 * command line do without.
 */
export async function loadConf(): Promise<(options: StateStoreOptions) => FileStore> {
  const before = signalListeners()
  const { default: Conf } = await import('conf')
  for (const [signal, listeners] of signalListeners())
    for (const listener of listeners)
      if (!before.get(signal)?.includes(listener)) process.off(signal, listener)
  return options => new Conf(options)
}

function signalListeners(): Map<NodeJS.Signals, (() => void)[]> {
  const signals = process.eventNames().filter(name => String(name).startsWith('SIG'))
  return new Map(
    signals.map(signal => [
      signal as NodeJS.Signals,
      process.rawListeners(signal as NodeJS.Signals) as (() => void)[],
    ]),
  )
}
