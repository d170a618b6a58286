import { Folder, FolderPlus, Link2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { bridge, type Proposal, type Suggestion } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { when } from '../ui/format.ts'
import { DemoCard } from './demo.tsx'
import { forgetDropped, useDropped } from './dropped.ts'
import { ManyView } from './many-view.tsx'
import { ProposalView } from './proposal-view.tsx'
import './welcome.css'

/** Points at a repository: a folder that is dropped or chosen, a path or a URL. */
export function AddView() {
  const { paths, turn } = useDropped()
  useEffect(
    () => () => {
      // The first screen is this view too, and a drop on it leads here.
      if (!location.hash.startsWith(`#${routes.add}`)) forgetDropped()
    },
    [],
  )
  if (paths.length > 1) return <ManyView key={turn} paths={paths} onBack={forgetDropped} />
  return <OneView key={turn} given={paths[0]} />
}

function OneView({ given }: { given: string | undefined }) {
  const [proposal, setProposal] = useState<Proposal | null>(null)
  const [left, setLeft] = useState(false)
  const back = () => {
    setLeft(true)
    setProposal(null)
  }
  if (proposal) return <ProposalView proposal={proposal} onBack={back} />
  return <Choose given={left ? undefined : given} onProposal={setProposal} />
}

function Choose({
  given,
  onProposal,
}: {
  given: string | undefined
  onProposal: (proposal: Proposal) => void
}) {
  const first = useDesk(desk => !desk.builders.some(builder => builder.active))
  const [path, setPath] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const suggestions = useSuggestions()
  const now = useNow(60_000)

  const inspect = async (repository: string) => {
    setPath(repository)
    setProblem(null)
    setBusy(true)
    try {
      onProposal(await bridge.request('repository:inspect', { repository }))
    } catch (error) {
      setProblem((error as Error).message)
    } finally {
      setBusy(false)
    }
  }
  const choose = async () => {
    const folder = await bridge.request('repository:choose')
    if (folder !== null) await inspect(folder)
  }
  const begin = useRef(inspect)
  useEffect(() => {
    if (given !== undefined) void begin.current(given)
  }, [given])

  return (
    <section className="view add" aria-label="Add a repository">
      <div className="add-inner">
        <div>
          <h1>{first ? 'Build a repository' : 'Add a repository'}</h1>
          <p className="soft">On this machine, with no account and no server.</p>
          <div className="drop">
            <FolderPlus aria-hidden />
            <h2>{bridge.shell === 'desktop' ? 'Drop a folder here' : 'Point at a folder'}</h2>
            <p className="soft">Triphammer looks at it and proposes the build.</p>
            {bridge.shell === 'desktop' && (
              <button type="button" className="button big" onClick={() => void choose()}>
                <Folder />
                Choose a folder
              </button>
            )}
            <form
              className="path"
              onSubmit={event => {
                event.preventDefault()
                void inspect(path)
              }}
            >
              <Link2 aria-hidden />
              <input
                autoFocus
                aria-label="Path, or any address that git clones"
                placeholder="Path, or any address that git clones"
                value={path}
                spellCheck={false}
                onChange={event => setPath(event.target.value)}
              />
              <button
                type="submit"
                className="button primary"
                disabled={busy || path.trim() === ''}
              >
                {busy ? 'Looking …' : 'Look at it'}
              </button>
            </form>
          </div>
          {problem && (
            <p className="note problem" role="alert">
              {problem}
            </p>
          )}
        </div>
        <div>
          <div className="recent-head">
            <h2 className="caps">Recent on this machine</h2>
            {suggestions?.length !== 0 && <span className="dim">by last commit</span>}
          </div>
          {suggestions?.length === 0 && (
            <p className="soft">No git repositories were found in your home folder.</p>
          )}
          <ul className="recent">
            {suggestions?.map(one => (
              <li key={one.path}>
                <button type="button" onClick={() => void inspect(one.path)}>
                  <span className="recent-icon">
                    <Folder aria-hidden />
                  </span>
                  <span className="grow">
                    <b className="cut">{one.name}</b>
                    <small className="cut">
                      {one.path}, {when(one.changedAt, now)}
                    </small>
                  </span>
                  {one.kind && <span className="chip">{one.kind}</span>}
                </button>
              </li>
            ))}
          </ul>
          <DemoCard />
          <p className="dim add-hint">
            The same on the command line: <code className="mono">triphammer add PATH</code>
          </p>
        </div>
      </div>
    </section>
  )
}

function useSuggestions(): readonly Suggestion[] | undefined {
  const [found, setFound] = useState<readonly Suggestion[]>()
  useEffect(() => {
    bridge.request('repository:suggest').then(setFound, () => setFound([]))
  }, [])
  return found
}
