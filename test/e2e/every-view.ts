import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/**
 * Every view, as its address on a desk that has the builder `calc` with builds 1 (good) and 2 (failed).
 * A new view is one line here, and is held to all that the specs demand of every view.
 */
export const EVERY_VIEW = [
  'waterfall',
  'console?who=all',
  'grid',
  'trends',
  'tests?order=name',
  'board',
  'wall',
  'trends?as=table',
  'tests?builder=calc&suite=&test=negates+a+number',
  'search',
  'search?q=negate',
  'builds',
  'builds/calc',
  'builds/calc/1',
  'builds/calc/2',
  'builds/calc/2/tests',
  'builds/calc/2/changes',
  'builds/calc/2/properties',
  'builds/calc/2/files',
  'builds/calc/2/timeline',
  'builds/calc/2/terminal',
  'compare/calc:2/calc:1',
  'changes',
  'slaves',
  'slaves/local/builds',
  'slaves/local/load',
  'slaves/local/environment',
  'slaves/local/terminal',
  'settings',
  'whats-new',
  'add',
] as const

/** Goes there within the page, and waits until the view stands: some are fetched when they are first seen. */
export async function goToView(page: Page, view: string): Promise<void> {
  await page.evaluate(hash => {
    location.hash = hash
  }, `#/${view}`)
  await settle(page)
  const headings = page.locator('main').getByRole('heading')
  if ((await headings.count()) > 0) return
  await headings.first().waitFor({ state: 'attached', timeout: 15_000 })
  await settle(page)
}

/** Waits until what was asked for is drawn: two frames without a change of the page. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>(resolve => {
        let quiet = 0
        const watch = new MutationObserver(() => {
          quiet = 0
        })
        watch.observe(document.body, { subtree: true, childList: true, attributes: true })
        const frame = () => {
          // What moves all the time, a clock, must not hold it up for ever.
          if (++quiet < 3 && performance.now() < until) return requestAnimationFrame(frame)
          watch.disconnect()
          resolve()
        }
        const until = performance.now() + 1000
        requestAnimationFrame(frame)
      }),
  )
}

const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What on the page breaks WCAG 2.2 AA, the size of targets with it, or only the rules that are named. */
export async function axeFaults(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page })
    // The library's own, which take the focus for a moment and hand it on.
    .exclude('[data-base-ui-focus-guard]')
    // There are no frames to go into, and so no other page has to be opened each time.
    .setLegacyMode()
  const { violations } = await (rules ? axe.withRules(rules) : axe.withTags(WCAG_22_AA)).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`)
}

/** What of the chrome is cut off, sticks out of the window or lies below something else. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = []
    const page = document.scrollingElement!
    if (page.scrollWidth > innerWidth + 1) faults.push(`the page is ${page.scrollWidth} px wide`)
    const title = [...document.querySelectorAll<HTMLElement>('.title > *, .title-side > *')]
      .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 0)
      .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
    for (const [i, one] of title.entries()) {
      const next = title[i + 1]
      if (!next || one.contains(next) || next.contains(one)) continue
      if (one.getBoundingClientRect().right > next.getBoundingClientRect().left + 1)
        faults.push(`${nameOf(one)} runs into ${nameOf(next)}`)
    }
    // What every view stands between.
    for (const edge of document.querySelectorAll<HTMLElement>('.title, .rail, .status')) {
      const { left, right, top, bottom } = edge.getBoundingClientRect()
      for (const [x, y] of [
        [left + 3, top + 3],
        [right - 3, bottom - 3],
      ] as const) {
        const hit = document.elementFromPoint(x, y)
        if (!edge.contains(hit))
          faults.push(`${nameOf(edge)} lies below ${nameOf(hit as HTMLElement)}`)
      }
    }
    const controls = 'button, a[href], input, select, summary, h1, h2, [role="tab"]'
    for (const element of document.querySelectorAll<HTMLElement>(controls)) {
      // What the waterfall places by time is moved with it, and has tests of its own.
      if (element.closest('[data-build], .gutter, .visually-hidden, .xterm, [inert]')) continue
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      const fault = faultOf(element)
      if (fault) faults.push(`${nameOf(element)} ${fault}`)
    }
    return faults

    function faultOf(element: HTMLElement): string | undefined {
      const { left, right, top, bottom, width, height } = element.getBoundingClientRect()
      if (width < 2 || height < 2) return undefined
      for (let above = element.parentElement; above; above = above.parentElement) {
        const { overflowX, overflowY, position } = getComputedStyle(above)
        if (overflowX === 'visible' && overflowY === 'visible') {
          if (position === 'fixed') break
          continue
        }
        const edge = above.getBoundingClientRect()
        const scrolls = (value: string) => value === 'auto' || value === 'scroll'
        const beside = left < edge.left - 1 || right > edge.right + 1
        const below = top < edge.top - 1 || bottom > edge.bottom + 1
        // It is reached by scrolling.
        if ((beside && scrolls(overflowX)) || (below && scrolls(overflowY))) return undefined
        if (beside && getComputedStyle(element).textOverflow !== 'ellipsis')
          return `is cut off: ${Math.round(left)} to ${Math.round(right)} in ${above.className} ${Math.round(edge.left)} to ${Math.round(edge.right)}`
      }
      if (left < -1 || right > innerWidth + 1)
        return `sticks out: ${Math.round(left)} to ${Math.round(right)}`
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
      if (!hit || element.contains(hit) || hit.contains(element)) return undefined
      if (element.closest('label')?.contains(hit)) return undefined
      return `lies below ${nameOf(hit as HTMLElement)}`
    }

    function nameOf(element: HTMLElement): string {
      const words = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30)
      return `${element.tagName.toLowerCase()}${element.className && typeof element.className === 'string' ? `.${element.className.split(' ').join('.')}` : ''} “${words}”`
    }
  })
}

/** Controls that the keyboard reaches without its being seen where the focus is. */
export function unseenFocus(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const unseen: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, a[href], input, select, textarea, summary, [tabindex="0"]',
    )) {
      if (element.closest('[inert], .xterm, [data-base-ui-focus-guard]')) continue
      if (!element.checkVisibility() || (element as HTMLButtonElement).disabled) continue
      const still = looks(element)
      element.focus({ focusVisible: true, preventScroll: true } as FocusOptions)
      if (document.activeElement === element && looks(element) === still)
        unseen.push(
          `${element.tagName.toLowerCase()}.${element.className} “${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30)}”`,
        )
    }
    // A hint that is shown for what has the focus would be in the way of what comes next.
    ;(document.activeElement as HTMLElement | null)?.blur()
    return [...new Set(unseen)]

    // Its own look, that of what stands around it, and of what is drawn for it.
    function looks(element: HTMLElement): string {
      const around = [element, element.parentElement, element.parentElement?.parentElement]
      return around
        .map(one => {
          if (!one) return ''
          const style = getComputedStyle(one)
          return `${style.outline} ${style.boxShadow} ${style.borderColor}`
        })
        .join()
    }
  })
}

/** What moves although the person wants everything still. */
export function moving(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter(one => one.playState === 'running' && Number(one.effect?.getTiming().duration) > 10)
      .map(one => String((one.effect as KeyframeEffect).target?.className)),
  )
}

/** Texts that are written from right to left, and would turn what stands beside them around. */
export function unisolated(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text = texts.nextNode() as Text | null; text; text = texts.nextNode() as Text | null) {
      const own = text.parentElement!
      if (!/[\u0590-\u08ff]/.test(text.data)) continue
      // Blocks are apart by themselves; what stands within a line has to be set apart.
      if (own.closest('option, .visually-hidden, script')) continue
      if (['isolate', 'plaintext'].includes(getComputedStyle(own).unicodeBidi)) continue
      found.push(`${own.tagName.toLowerCase()}.${own.className} “${text.data.slice(0, 40)}”`)
    }
    return [...new Set(found)]
  })
}

interface AxNode {
  readonly role?: { readonly value: string }
  readonly name?: { readonly value: string }
  readonly ignored: boolean
  readonly properties?: readonly { readonly name: string; readonly value: { value: unknown } }[]
}

/** Walks through all that a screen reader is given, and notes what it could say nothing of. */
export async function walkFaults(page: Page): Promise<string[]> {
  const client = await page.context().newCDPSession(page)
  const { nodes } = (await client.send('Accessibility.getFullAXTree')) as unknown as {
    nodes: readonly AxNode[]
  }
  await client.detach()
  const faults: string[] = []
  const counted = new Map<string, number>()
  const navigations = new Set<string>()
  let level = 0
  for (const { role, name, ignored, properties = [] } of nodes) {
    if (ignored || !role) continue
    counted.set(role.value, (counted.get(role.value) ?? 0) + 1)
    const of = (property: string) => properties.find(one => one.name === property)?.value.value
    if (of('focusable') && !name?.value && !UNNAMED.has(role.value))
      faults.push(`a ${role.value} has the focus and no name`)
    if (role.value === 'navigation') navigations.add(name?.value ?? '')
    if (role.value !== 'heading') continue
    const next = Number(of('level'))
    if (next > level + 1 && level > 0)
      faults.push(`a heading of level ${next} after one of ${level}`)
    level = next
  }
  // The wall fills its window by itself.
  const framed = (await page.locator('.rail').count()) > 0
  for (const landmark of framed ? ['banner', 'main', 'contentinfo'] : ['main'])
    if (counted.get(landmark) !== 1) faults.push(`${counted.get(landmark) ?? 0} × ${landmark}`)
  if (framed && (navigations.size === 0 || navigations.size !== counted.get('navigation')))
    faults.push(`navigations called ${[...navigations].join(', ')}`)
  if (!counted.has('heading')) faults.push('no heading')
  return faults
}

/** The builds that a screen reader finds in the waterfall when it goes on from the last one that it is given. */
export async function walkBuilds(page: Page): Promise<Set<string>> {
  const client = await page.context().newCDPSession(page)
  const found = new Set<string>()
  for (let before = -1; found.size > before; ) {
    before = found.size
    const { nodes } = (await client.send('Accessibility.getFullAXTree')) as unknown as {
      nodes: readonly AxNode[]
    }
    for (const { role, name, ignored } of nodes)
      if (!ignored && role?.value === 'gridcell' && name) found.add(name.value)
    await page.getByRole('gridcell').last().focus()
    await page.evaluate(() => new Promise(done => requestAnimationFrame(done)))
  }
  await client.detach()
  return found
}

// The page itself, what only scrolls, and the lines of a terminal, which are read as they are.
const UNNAMED = new Set(['RootWebArea', 'generic', 'Iframe', 'listitem'])
