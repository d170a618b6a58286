// npm run icons: draws the app's icon, renderer/public/icon.svg, at the sizes that systems ask for, into packaging/icons/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureChromium, ensureInstalled, root, say } from './lib.mjs'

export const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024]

ensureInstalled()
const { chromium } = await import('@playwright/test')
const svg = readFileSync(join(root, 'renderer/public/icon.svg'), 'utf8')
const folder = join(root, 'packaging/icons')
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({ executablePath: ensureChromium(), chromiumSandbox: false })
const page = await browser.newPage()
for (const size of ICON_SIZES) {
  await page.setViewportSize({ width: size, height: size })
  const image = `<img src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}" width="${size}" height="${size}">`
  await page.setContent(`<style>body { margin: 0 } img { display: block }</style>${image}`)
  await page.evaluate(() => document.querySelector('img').decode())
  writeFileSync(
    join(folder, `${size}x${size}.png`),
    await page.screenshot({
      omitBackground: true,
      clip: { x: 0, y: 0, width: size, height: size },
    }),
  )
}
await browser.close()
say(`drew ${ICON_SIZES.length} icons into packaging/icons`)
