// npm run check: types of every room, lint, format.
import { ensureInstalled, run, say } from './lib.mjs'

ensureInstalled()
const rooms = ['slave', 'main/master', 'main', 'main/app', 'renderer', 'test']
let failed = false
await Promise.all(
  rooms.map(async room => {
    const code = await run('node_modules/.bin/tsc', ['-p', room])
    if (code !== 0) say(`types of ${room}: see above`)
    failed ||= code !== 0
  }),
)
failed = (await run('node_modules/.bin/biome', ['check', '--error-on-warnings'])) !== 0 || failed
process.exit(failed ? 1 : 0)
