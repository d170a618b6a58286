import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { temporaryFolder } from './rig.ts'

/** What the board shows. */
export interface Picture {
  /** A PNG, in base64. */
  readonly canvas: string
  /** Each element of heads, gutter and twin, with where it stands and what it says. */
  readonly words: readonly string[]
}

/** The picture of a window, once it changes no more. */
export async function settled(page: Page): Promise<Picture> {
  let last = await pictureOf(page)
  // What was asked for comes, and the clock of the page ticks.
  for (;;) {
    await pause(2100)
    const next = await pictureOf(page)
    if (JSON.stringify(next) === JSON.stringify(last)) return next
    last = next
  }
}

function pictureOf(page: Page): Promise<Picture> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('.board-head *, .board-layer *')]
    return {
      canvas: document
        .querySelector<HTMLCanvasElement>('.board canvas')!
        .toDataURL()
        .replace('data:image/png;base64,', ''),
      words: all.map(one => {
        const { x, y, width, height } = one.getBoundingClientRect()
        const own = [...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        const text = own.map(({ textContent }) => textContent).join('')
        const at = [x, y, width, height].map(px => px.toFixed(2)).join(' ')
        const said = ['class', 'aria-label', 'title', 'd'].map(name => one.getAttribute(name) ?? '')
        return [at, ...said, text].join(' ')
      }),
    }
  })
}

/** How many pixels differ. */
export function differing(page: Page, one: string, other: string): Promise<number> {
  return page.evaluate(
    async sources => {
      const [a, b] = await Promise.all(
        sources.map(async source => {
          const bytes = Uint8Array.from(atob(source), one => one.charCodeAt(0))
          const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
          const ctx = new OffscreenCanvas(image.width, image.height).getContext('2d')!
          ctx.drawImage(image, 0, 0)
          return ctx.getImageData(0, 0, image.width, image.height).data
        }),
      )
      let count = Math.abs(a!.length - b!.length) / 4
      for (let i = 0; i < Math.min(a!.length, b!.length); i += 4)
        if ([0, 1, 2].some(k => a![i + k] !== b![i + k])) count++
      return count
    },
    [one, other],
  )
}

/** For whoever has to find out why. */
export function keep(place: string, one: Picture, other: Picture): void {
  const kept = temporaryFolder()
  for (const [name, { canvas, words }] of [
    ['lived', one],
    ['fresh', other],
  ] as const) {
    writeFileSync(join(kept, `${name}.png`), canvas, 'base64')
    writeFileSync(join(kept, `${name}.txt`), words.join('\n'))
  }
  process.stdout.write(`  ${place}: both are in ${kept}\n`)
}
