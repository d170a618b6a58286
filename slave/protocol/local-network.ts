/**
 * What to look at besides where there is no way to another machine: since macOS 15 what is not allowed there
 * fails like a network that is down. Empty elsewhere.
 */
export function localNetworkHint(): string {
  return process.platform === 'darwin'
    ? ' On this Mac, see that System Settings, Privacy & Security, Local Network allows Triphammer, or the terminal that it was started from.'
    : ''
}
