// npm run dev: the window with hot reload, on a desk with demo data. The master runs from its
// sources and starts again when they change. With an Electron binary at hand,
// `npm run dev -- --desktop` shows the same in the desktop app.
import { spawn } from 'node:child_process'
import { readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { makeDemo } from './demo.mjs'
import { ensureGit, ensureInstalled, fail, node24, root, run, say } from './lib.mjs'

ensureInstalled()
ensureGit()
const PAGE_PORT = 5173
const MASTER_PORT = 8011
const { data, story } = makeDemo(join(root, '.triphammer', 'demo'))

if (process.argv.includes('--desktop')) {
  const binary = process.env.TRIPHAMMER_ELECTRON
  if (!binary) fail('--desktop wants TRIPHAMMER_ELECTRON=<path of an Electron binary>.')
  const script = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const env = { ELECTRON_EXEC_PATH: binary, TRIPHAMMER_DATA: data }
  process.exit(await run(node24(), [script, 'dev'], { env }))
}

let master
let stopping = false
const startMaster = () => {
  master = spawn(
    node24(),
    [join(root, 'main/cli.ts'), 'serve', '--data', data, '--http', `127.0.0.1:${MASTER_PORT}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  // Its own address serves the built page, which may not be there; the one to open is Vite's.
  createInterface({ input: master.stderr }).on('line', line => {
    if (!line.startsWith('open http')) process.stderr.write(`${line}\n`)
  })
  master.on('exit', () => {
    if (!stopping) setTimeout(startMaster, 200)
  })
}
startMaster()
let settling
for (const folder of ['main', 'slave'])
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(settling)
    settling = setTimeout(() => {
      say('the master starts again …')
      master.kill('SIGTERM')
    }, 200)
  })

// The page comes from Vite; what it asks goes on to the master with the token.
const { createServer } = await import('vite')
const { default: react } = await import('@vitejs/plugin-react')
const target = `http://127.0.0.1:${MASTER_PORT}`
const headers = () => ({
  origin: target,
  authorization: `Bearer ${readFileSync(join(data, 'api-token'), 'utf8').trim()}`,
})
const proxy = { target, changeOrigin: true, configure }
function configure(server) {
  const prepare = request => {
    for (const [name, value] of Object.entries(headers())) request.setHeader(name, value)
  }
  server.on('proxyReq', prepare)
  server.on('proxyReqWs', prepare)
  // The master is away for a moment when it starts again; the page waits.
  server.on('error', () => {})
}
const page = await createServer({
  configFile: false,
  root: join(root, 'renderer'),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    port: PAGE_PORT,
    // Whole segments: Vite takes a plain path as a prefix, and /bridge.ts is a module of the page.
    proxy: {
      '^/bridge(?=[/?]|$)': { ...proxy, ws: true },
      '^/(?:download|api|session)(?=[/?]|$)': proxy,
    },
  },
})
await page.listen()
say(`open ${page.resolvedUrls.local[0]} in a browser; Ctrl+C stops it`)

// A commit now and then, so that there is something to see.
let next = 0
const timer = setInterval(() => story[next++ % story.length](), 20_000)
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    stopping = true
    clearInterval(timer)
    master.kill('SIGTERM')
    master.on('exit', () => process.exit(0))
  })
