import { join, resolve } from 'node:path'

/** The checkout, with what was built in out/. */
export const ROOT = resolve(import.meta.dirname, '../..')
export const CLI = join(ROOT, 'out/main/cli.js')

export const CHROMIUM = process.env.TRIPHAMMER_CHROMIUM ?? '/usr/bin/chromium'
// Nothing of the browser's own reaches beyond this machine.
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Where no processor for graphics is, imitating one costs more than doing without.
  '--disable-gpu',
]

/** Electron itself where TRIPHAMMER_ELECTRON names it, else its double. The specs are the same. */
export const ELECTRON = process.env.TRIPHAMMER_ELECTRON ?? join(ROOT, 'test/double/electron')
export const ON_DOUBLE = process.env.TRIPHAMMER_ELECTRON === undefined
/** Goes at the end of a test's name: what passes on the double has not been seen on Electron. */
export const ON = ON_DOUBLE ? ' (on the double)' : ''
