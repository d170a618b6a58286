// npm run check: types of every room, lint, format.
import { join } from 'node:path'
import { ensureInstalled, node24, root, run, say } from './lib.mjs'

ensureInstalled()
const rooms = ['slave', 'main/master', 'main', 'main/app', 'renderer', 'test']
let failed = false
await Promise.all(
  rooms.map(async room => {
    const code = await run(node24(), [join(root, 'node_modules/typescript/bin/tsc'), '-p', room])
    if (code !== 0) say(`types of ${room}: see above`)
    failed ||= code !== 0
  }),
)
failed =
  (await run(node24(), [
    join(root, 'node_modules/@biomejs/biome/bin/biome'),
    'check',
    '--error-on-warnings',
  ])) !== 0 || failed
process.exit(failed ? 1 : 0)
