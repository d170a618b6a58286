import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { makeCertificate } from '../../../slave/protocol/certificate.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT, testEnvironment } from '../../helpers/master.ts'

const ARCHIVE = Buffer.from('what stands for the archive')
const NAME = `electron-v45.0.0-${process.platform}-${process.arch}.zip`
// The package's own script unpacks what it finds in the cache; this one notes that it ran.
const INSTALL = `require('node:fs').writeFileSync(require('node:path').join(__dirname, 'installed'), '')`

function makePackage() {
  const root = temporaryFolder('package')
  const modules = join(root, 'node_modules')
  const folder = join(modules, 'electron')
  mkdirSync(folder, { recursive: true })
  symlinkSync(join(ROOT, 'node_modules/@electron'), join(modules, '@electron'))
  const sum = createHash('sha256').update(ARCHIVE).digest('hex')
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '45.0.0' }))
  writeFileSync(join(folder, 'checksums.json'), JSON.stringify({ [NAME]: sum }))
  writeFileSync(join(folder, 'install.js'), INSTALL)
  return { root, folder, note: join(modules, '.cache/triphammer/electron-download.json') }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  later(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Downloads in a program of its own, since proxies and certificates are those of a whole program. */
async function download(
  { root, folder }: ReturnType<typeof makePackage>,
  env: Readonly<Record<string, string>>,
  options = {},
) {
  const module = pathToFileURL(join(ROOT, 'main/cli/electron/download.ts')).href
  const script = `
    import { downloadElectron } from ${JSON.stringify(module)}
    process.stdout.write(String(await downloadElectron(${JSON.stringify(folder)}, ${JSON.stringify(options)})))`
  const temporary = join(root, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...testEnvironment(),
      TMPDIR: temporary,
      electron_config_cache: join(root, 'cache'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  later(() => child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.on('data', text => (out += text))
  child.stderr.on('data', text => (err += text))
  await once(child, 'close')
  return { there: out, said: err, temporary: readdirSync(temporary) }
}

test('Electron is downloaded through the proxy of the environment, from a server that only the system trusts', async () => {
  const made = makePackage()
  const { key, certificate } = makeCertificate('electron.test')
  const answer: RequestListener = (request, response) => {
    if (request.url === `/v45.0.0/${NAME}`) return response.end(ARCHIVE)
    return response.writeHead(404).end()
  }
  const mirror = await listen(createTlsServer({ key, cert: certificate }, answer))
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(request.url!)
    const there = connect(mirror, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(there).pipe(socket)
    })
    there.on('error', () => socket.destroy())
    socket.on('error', () => there.destroy())
  })
  const port = await listen(proxy)
  const file = join(made.root, 'company.pem')
  writeFileSync(file, certificate)

  const { there, said } = await download(made, {
    ELECTRON_MIRROR: `https://electron.test:${mirror}/`,
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    SSL_CERT_FILE: file,
  })

  expect({ there, asked, said }).toEqual({
    there: 'true',
    asked: [`electron.test:${mirror}`],
    said: expect.stringContaining('downloading Electron 45.0.0, about 120 MB; Ctrl+C stops it'),
  })
  expect(existsSync(join(made.folder, 'installed'))).toBe(true)
  expect(existsSync(made.note)).toBe(false)
})

test('a download that stalls is given up and remembered beside the package, and each start says so', async () => {
  const made = makePackage()
  let asked = 0
  const server = createServer((_request, response) => {
    asked++
    response.writeHead(200, { 'content-length': ARCHIVE.length }).write(ARCHIVE.subarray(0, 9))
  })
  later(() => server.closeAllConnections())
  const env = { ELECTRON_MIRROR: `http://127.0.0.1:${await listen(server)}/` }

  const first = await download(made, env, { stalledMs: 300 })
  const second = await download(made, env)

  expect(first).toMatchObject({ there: 'false', temporary: [] })
  expect(first.said).toContain(
    `triphammer: Electron could not be downloaded: nothing came for 0 s. Remove ${made.note} to try again at once; it is tried again after a day\n`,
  )
  expect(second).toMatchObject({
    there: 'false',
    said: expect.stringMatching(
      /Electron is not here: its download failed on \d{4}-\d\d-\d\d \d\d:\d\d \(nothing came for 0 s\)\. Remove .*electron-download\.json to try again at once/,
    ),
  })
  expect(asked).toBe(1)
})
