import { FlaskConical, Play } from 'lucide-react'
import { useState } from 'react'
import { bridge } from '../bridge.ts'
import { act } from '../store/actions.ts'
import type { Desk } from '../store/desk-state.ts'
import { useDesk } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'

/** Whether the demo project is on this desk: the one that lives in the data directory. */
export function hasDemo({ projects, builders, dataDir }: Desk): boolean {
  return projects.some(
    ({ name, repository, active }) =>
      active &&
      repository.startsWith(dataDir) &&
      /[\\/]demo[\\/]calculator$/.test(repository) &&
      builders.some(builder => builder.active && builder.project === name),
  )
}

export async function addDemo(): Promise<void> {
  const added = await act(
    bridge.request('demo:add').then(() => true),
    'The demo is on this desk; its builds begin',
  )
  if (added) go(routes.waterfall)
}

export function removeDemo(): Promise<unknown> {
  return act(
    bridge.request('demo:remove'),
    'The demo is gone; what it had built stays in the history',
  )
}

/** For those who only want to look. */
export function DemoCard() {
  const there = useDesk(hasDemo)
  const [busy, setBusy] = useState(false)
  const press = async () => {
    setBusy(true)
    await (there ? removeDemo() : addDemo())
    setBusy(false)
  }
  return (
    <section className="demo-card" aria-label="Demo project">
      <div className="grow">
        <h2>{there ? 'The demo is on this desk' : 'Only want to look?'}</h2>
        <p className="soft">
          {there
            ? 'Removing it takes its four builders and its repository away, and touches nothing else.'
            : 'A small calculator with four builders that really build: one breaks, one warns, one takes its time. One click takes it away again.'}
        </p>
      </div>
      <button type="button" className="button" disabled={busy} onClick={() => void press()}>
        {!there && <Play />}
        {there ? 'Remove the demo' : busy ? 'Making it …' : 'Show the demo'}
      </button>
    </section>
  )
}

/** Says that what is shown is not the person's own, and takes it away. */
export function DemoBanner() {
  const there = useDesk(hasDemo)
  if (!there) return null
  return (
    <p className="banner demo-banner" role="status">
      <FlaskConical aria-hidden />
      <span className="cut">
        This desk shows the demo project: real builds of a small calculator in the data folder.
      </span>
      <button type="button" className="button" onClick={() => void removeDemo()}>
        Remove the demo
      </button>
    </p>
  )
}
