#!/usr/bin/env node
// The command of the packed slave. It runs on any Node, to say which one is needed.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 22) {
  process.stderr.write(
    `triphammer slave: Node 22 or later is needed, and this is ${process.versions.node}. ` +
      'Install a later one, as from https://nodejs.org, and type the same again.\n',
  )
  process.exit(1)
}
// A signal to npx reaches nobody else: npm goes, the shell between goes, and the slave would stay.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  const looking = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(looking)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  looking.unref()
}
await import('./slave-packed.mjs')
