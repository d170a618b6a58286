import { buildsOf, buildsOfSlave } from '../store/builds-of.ts'
import { readDesk } from '../store/desk.ts'
import { tell } from '../store/messages.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { measurer, snapshot, snapshotSvg } from '../ui/snapshot.ts'
import { paintingOf } from './canvas.tsx'
import { pageOf } from './page.ts'
import { makePalette, shownTheme } from './palette.ts'
import { readShown } from './shown.ts'
import { weight } from './summary.ts'

/** Each way to keep what is seen of the waterfall, for the menu of views and the palette. */
export const SAVES = [
  { label: 'Save as a picture', run: savePicture },
  { label: 'Save as SVG', run: saveSvg },
  { label: 'Save as a page', run: savePage },
] as const

/** What is seen, with its heads and changes, as a picture. */
async function savePicture(): Promise<void> {
  const board = shownBoard()
  if (!board) return
  const blob = await new Promise<Blob | null>(done => snapshot(board).toBlob(done, 'image/png'))
  if (blob) save(blob, 'png', 'The picture')
  else tell('The picture could not be made: the window is too large', 'problem')
}

/** The same in lines and texts instead of pixels. */
async function saveSvg(): Promise<void> {
  const board = shownBoard()
  if (!board) return
  const theme = shownTheme()
  const svg = snapshotSvg(board, (canvas, pen) =>
    paintingOf(canvas)?.(pen, makePalette({ ...theme, tile: pen.tile, path: data => data })),
  )
  save(new Blob([svg], { type: 'image/svg+xml' }), 'svg', 'The picture')
}

/** The time that is seen, in all columns, as a page that needs nothing else. */
async function savePage(): Promise<void> {
  const shown = shownBoard() && readShown()
  if (!shown) return
  const { title, builders, builds, events } = readDesk()
  const page = pageOf({
    shown,
    title,
    builders,
    sleeps: sleepsOf(events),
    lastOf(plan) {
      const own =
        plan.of === 'slave'
          ? [buildsOfSlave(builds, plan.name)]
          : plan.builders.map(({ id }) => buildsOf(builds, id))
      const last = own.flatMap(list => list.find(build => build.completeAt !== null) ?? [])
      return last.sort((a, b) => weight(b) - weight(a))[0] ?? null
    },
    measure: measurer(),
    family: shownTheme().font,
    light: tokensOf('light'),
    dark: tokensOf('dark'),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  save(new Blob([page], { type: 'text/html' }), 'html', 'The page')
}

function shownBoard(): HTMLElement | null {
  const board = document.querySelector<HTMLElement>('.board')
  if (!board) tell('Open the waterfall first: it is what is seen that is saved', 'problem')
  return board
}

/** What the style sheet declares for a theme. */
function tokensOf(theme: 'light' | 'dark'): string {
  const wanted = `:root[data-theme="${theme}"]`
  const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
  const own = rules.filter(
    (rule): rule is CSSStyleRule =>
      rule instanceof CSSStyleRule && rule.selectorText.split(/,\s*/).includes(wanted),
  )
  return own.map(rule => rule.style.cssText).join('')
}

function save(blob: Blob, extension: string, what: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${nameOf(readDesk().title, new Date())}.${extension}`
  link.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  tell(`${what} is saved as ${link.download}`)
}

function nameOf(title: string, now: Date): string {
  const plain = title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `${plain || 'waterfall'}-${day}-${two(now.getHours())}${two(now.getMinutes())}`
}
