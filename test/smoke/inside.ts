import { _electron, type ElectronApplication } from '@playwright/test'
import { type Check, expect } from './check.ts'
import type { Setting } from './setting.ts'
import { until } from './started-app.ts'

const WINDOW_MS = 20_000
const closed = ({ closed }: Setting) => closed && 'its fuses let nobody look inside'

const WINDOW: Check = {
  name: 'the window is on the screen and shows the page, which may do nothing that it should not',
  skip: closed,
  run: setting =>
    insideOf(setting, 'window', async app => {
      const page = await app.firstWindow({ timeout: WINDOW_MS })
      const complaints: string[] = []
      page.on('console', message => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', error => complaints.push(error.message))
      await until('the window is visible', WINDOW_MS, () =>
        app.evaluate(({ BrowserWindow }) =>
          BrowserWindow.getAllWindows().some(window => window.isVisible()) ? true : undefined,
        ),
      )
      // What was said before anybody listened is said again.
      await page.reload()
      await page.getByRole('main').first().waitFor({ timeout: WINDOW_MS })
      const found = await page.evaluate(async () => ({
        origin: location.origin,
        policy: (await fetch(location.href)).headers.get('content-security-policy') ?? '',
        camera: await navigator.permissions
          .query({ name: 'camera' as PermissionName })
          .then(({ state }) => state),
        node: typeof (globalThis as { require?: unknown }).require,
      }))
      expect('the page has require', found.node, 'undefined')
      if (!found.policy.includes("default-src 'none'")) throw new Error('it has no policy')
      // The double serves the page at another address, and asks nobody about permissions.
      if (!(await app.evaluate(({ dialog }) => 'shown' in dialog))) {
        expect('the origin', found.origin, 'app://triphammer')
        expect('the camera', found.camera, 'denied')
      }
      expect('what the page complained about', complaints.join('\n'), '')
      return app.evaluate(({ app }) => `${app.getName()}, ${process.versions.electron}`)
    }),
}

const FACILITIES: Check = {
  name: 'the main process has what the master needs of Node',
  skip: closed,
  run: setting =>
    insideOf(setting, 'facilities', app =>
      app.evaluate(async () => {
        const use = <T>(name: string) => process.getBuiltinModule(name) as T
        const { DatabaseSync, backup } = use<typeof import('node:sqlite')>('node:sqlite')
        const fs = use<typeof import('node:fs')>('node:fs')
        const os = use<typeof import('node:os')>('node:os')
        const path = use<typeof import('node:path')>('node:path')
        const zlib = use<typeof import('node:zlib')>('node:zlib')
        const crypto = use<typeof import('node:crypto')>('node:crypto')
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'triphammer-smoke-'))
        try {
          const db = new DatabaseSync(path.join(folder, 'a.sqlite'))
          const [mode] = db.prepare('PRAGMA journal_mode=WAL').all() as { journal_mode: string }[]
          if (mode?.journal_mode !== 'wal') throw new Error('SQLite has no WAL')
          db.exec("CREATE VIRTUAL TABLE t USING fts5(text); INSERT INTO t VALUES ('a hammer')")
          if (db.prepare("SELECT * FROM t WHERE t MATCH 'hammer'").all().length !== 1)
            throw new Error('FTS5 finds nothing')
          await backup(db, path.join(folder, 'b.sqlite'))
          db.close()
        } finally {
          fs.rmSync(folder, { recursive: true, force: true })
        }
        const text = Buffer.from('again and again '.repeat(1000))
        const packed = zlib.zstdCompressSync(text)
        if (!zlib.zstdDecompressSync(packed).equals(text)) throw new Error('zstd is lossy')
        crypto.scryptSync('code', 'salt', 32, { N: 2 ** 16, r: 8, p: 1, maxmem: 256 * 2 ** 16 * 8 })
        const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519')
        const signature = crypto.sign(null, text, privateKey)
        if (!crypto.verify(null, text, publicKey, signature)) throw new Error('ed25519 fails')
        crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        return `Node ${process.versions.node}, SQLite ${process.versions.sqlite ?? '?'}`
      }),
    ),
}

/** Looked at by Playwright, over the inspector of Electron's main process. */
export const insideChecks: readonly Check[] = [WINDOW, FACILITIES]

async function insideOf(
  { app: { file, args, env }, folder }: Setting,
  name: string,
  look: (app: ElectronApplication) => Promise<string>,
): Promise<string> {
  const dataDir = folder(name)
  const app = await _electron.launch({
    executablePath: file,
    args: [...args, `--data=${dataDir}`],
    env: { ...env },
    timeout: 60_000,
    colorScheme: null,
  })
  const gone = new Promise(resolve => app.process().once('exit', resolve))
  try {
    return await look(app)
  } finally {
    // The line may drop before the answer is here.
    await app.evaluate(({ app }) => app.quit()).catch(() => {})
    const impatient = setTimeout(() => app.process().kill('SIGKILL'), 15_000)
    await gone
    clearTimeout(impatient)
  }
}
