import type { Locator, Page } from '@playwright/test'
import type { Answer, Arguments, Bridge, Channel } from '../../main/bridge/contract.ts'
import type { Build } from '../../main/master/model.ts'

type Request = (channel: string, ...args: unknown[]) => Promise<unknown>

/** Asks through the page's own bridge, as its scripts do. */
export function ask<C extends Channel>(
  page: Page,
  channel: C,
  ...args: Arguments<C>
): Promise<Answer<C>> {
  const asked: { channel: string; args: unknown[] } = { channel, args }
  return page.evaluate(({ channel, args }) => {
    const { triphammer } = window as unknown as { triphammer: { request: Request } }
    return triphammer.request(channel, ...args)
  }, asked) as Promise<Answer<C>>
}

/** Adds a repository whose builds run one command, and asks for the first build. */
export async function addAndBuild(page: Page, repository: string, command: string): Promise<void> {
  const { draft } = await ask(page, 'repository:inspect', { repository })
  const [checkout] = draft.steps
  const steps = [checkout!, { kind: 'shell', name: 'run', text: command } as const]
  await ask(page, 'repository:add', { draft: { ...draft, steps }, build: true })
}

/** What a build has to be like. */
export interface Wanted {
  readonly complete: boolean
  /** What it says that goes on, or went on. */
  readonly state?: string
  readonly id?: number
}

/** The newest build that is so, now or later. */
export function untilBuild(page: Page, wanted: Wanted): Promise<Build> {
  return page.evaluate(async ({ complete, state, id }) => {
    const { triphammer } = window as unknown as { triphammer: Bridge }
    const fits = (build: Build) =>
      (build.completeAt !== null) === complete &&
      (state === undefined || build.stateString.includes(state)) &&
      (id === undefined || build.id === id)
    const later = new Promise<Build>(resolve =>
      triphammer.onNews(news => {
        if (news.topic === 'build/changed' && fits(news.payload)) resolve(news.payload)
      }),
    )
    const { builds } = await triphammer.request('desk:snapshot')
    return builds.find(fits) ?? later
  }, wanted)
}

/** The box of a build in the waterfall, by the beginning of its words: `calc, build 2, failed in step test`. */
export function box(page: Page, words: string): Locator {
  return page.getByRole('gridcell', { name: new RegExp(`^${words}`) })
}
