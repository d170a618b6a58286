import type { BrowserContext, Page } from '@playwright/test'
import type { SequencedNews } from '../../main/bridge/contract.ts'
import type { Rig } from './rig.ts'

/** What a window got of the news. */
interface Heard {
  /** The number that the first snapshot had. */
  from: number
  readonly numbers: Set<number>
  caughtUp: number
  /** Snapshots after the first. */
  snapshots: number
}

/** A window on the waterfall, behind the cable. */
export async function openWindow(context: BrowserContext, { client }: Rig): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript(countNews)
  const url = new URL((await client.ticketUrl())!)
  url.hostname = 'localhost'
  await page.goto(url.href)
  await page.locator('.board .heads').waitFor()
  return page
}

// Runs in the page, before its own program: what comes over the bridge is counted on its way.
function countNews() {
  const heard: Heard = { from: -1, numbers: new Set(), caughtUp: 0, snapshots: -1 }
  Object.assign(window, { heard })
  Object.defineProperty(window, 'triphammer', {
    configurable: true,
    get: () => undefined,
    set(bridge: {
      request(channel: string, ...args: unknown[]): Promise<unknown>
      onNews(listener: (news: SequencedNews) => void): void
    }) {
      Object.defineProperty(window, 'triphammer', { value: bridge })
      const { request } = bridge
      bridge.onNews(news => heard.numbers.add(news.seq))
      bridge.request = async (channel, ...args) => {
        const answer = await request(channel, ...args)
        if (channel === 'desk:snapshot') {
          heard.snapshots++
          if (heard.from < 0) heard.from = (answer as { seq: number }).seq
        }
        if (channel === 'news:since' && answer)
          for (const { seq } of (answer as { news: SequencedNews[] }).news) {
            if (!heard.numbers.has(seq)) heard.caughtUp++
            heard.numbers.add(seq)
          }
        return answer
      }
    },
  })
}

/** Once the window has heard all up to a number. */
export async function heardBy(page: Page, seq: number) {
  await page.waitForFunction(
    last => (window as unknown as { heard: Heard }).heard.numbers.has(last),
    seq,
  )
  return page.evaluate(last => {
    const { from, numbers, caughtUp, snapshots } = (window as unknown as { heard: Heard }).heard
    let missing = 0
    for (let one = from + 1; one <= last; one++) if (!numbers.has(one)) missing++
    return { count: numbers.size, missing, caughtUp, snapshots }
  }, seq)
}
