import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { type Build, bridge } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { runningIn } from '../store/builds-of.ts'
import { useDesk, useDeskList } from '../store/hooks.ts'
import { tell } from '../store/messages.ts'
import { count } from '../ui/format.ts'
import { Modal } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { outcomeWords } from './update-words.ts'
import './updates.css'

const UpdateContext = createContext<() => void>(() => {})

/** Opens what asks when an update goes in. */
export function useUpdateDialog(): () => void {
  return useContext(UpdateContext)
}

export function UpdateDialogProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const phase = useDesk(desk => desk.updates.phase)
  useOutcome()
  return (
    <UpdateContext.Provider value={() => setOpen(true)}>
      {children}
      <Modal
        title={phase.kind === 'ready' ? `Version ${phase.version} is ready` : 'Update'}
        description="History is backed up first, and looked at again after the start."
        open={open && phase.kind === 'ready'}
        onClose={() => setOpen(false)}
      >
        {phase.kind === 'ready' && <UpdateForm notes={phase.notes} onDone={() => setOpen(false)} />}
      </Modal>
    </UpdateContext.Provider>
  )
}

type How = 'now' | 'wait' | 'quit' | 'quiet'

function UpdateForm({ notes, onDone }: { notes: string; onDone: () => void }) {
  const running = useDeskList(desk => runningIn(desk.builds))
  // What began while the person was reading is named again before anything happens.
  const [grew, setGrew] = useState(false)
  const apply = async (how: How) => {
    const answer = await act(
      bridge.request('update:apply', { how, agreed: running.map(build => build.id) }),
      '',
    )
    if (answer?.kind === 'ask') setGrew(true)
    else if (answer) onDone()
  }
  return (
    <>
      <div className="dialog-body update-body">
        {notes && <pre className="update-notes scroll">{plain(notes)}</pre>}
        {running.length > 0 && <Running builds={running} grew={grew} />}
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => void apply('quit')}>
          At quit
        </button>
        <span className="grow" />
        {running.length > 0 ? (
          <>
            <button type="button" className="button" onClick={() => void apply('now')}>
              Interrupt and update
            </button>
            <button type="button" className="button primary" onClick={() => void apply('wait')}>
              {running.length === 1 ? 'When it has ended' : 'When they have ended'}
            </button>
          </>
        ) : (
          <button type="button" className="button primary" onClick={() => void apply('now')}>
            Restart and update
          </button>
        )}
      </footer>
    </>
  )
}

function Running({ builds, grew }: { builds: readonly Build[]; grew: boolean }) {
  const builders = useDesk(desk => desk.builders)
  return (
    <section className="update-running">
      <p role={grew ? 'alert' : undefined}>
        {grew && <b>More builds have begun. </b>}
        {count(builds.length, 'build')} {builds.length === 1 ? 'runs' : 'run'}. If you interrupt
        now, {builds.length === 1 ? 'it waits' : 'they wait'} in the queue and{' '}
        {builds.length === 1 ? 'is' : 'are'} built again after the start.
      </p>
      <ul>
        {builds.map(build => (
          <li key={build.id}>
            <ResultGlyph look="running" size={12} />
            {builders.find(builder => builder.id === build.builderId)?.name} #{build.number}
          </li>
        ))}
      </ul>
    </section>
  )
}

// GitHub's feed tells its notes as HTML.
function plain(notes: string): string {
  const page = new DOMParser().parseFromString(notes.replaceAll('</li>', '</li>\n'), 'text/html')
  return (page.body.textContent ?? '').trim()
}

function useOutcome() {
  const outcome = useDesk(desk => desk.updates.outcome)
  const kind = outcome?.kind
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once, not with each new status.
  useEffect(() => {
    if (!outcome) return
    const { text, bad } = outcomeWords(outcome)
    tell(text, bad ? 'problem' : undefined)
  }, [kind])
}
