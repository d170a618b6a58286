import { readFileSync } from 'node:fs'
import type { Browser } from '@playwright/test'
import { printFigure } from './table.ts'

/** What the largest process of a page holds alone, and its share of what several hold. */
export async function ownBytesOfWindow(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return Math.max(
    ...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => ownBytes(id)),
  )
}

function ownBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024
}

/** A figure that must not be higher than its budget, where it has one. */
export function limit(what: string, value: number, unit: string, most?: number): void {
  printFigure({
    what,
    value,
    unit,
    ...(most !== undefined && {
      budget: { words: `at most ${most} ${unit}`.trimEnd(), kept: value <= most },
    }),
  })
}
