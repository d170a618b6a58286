import { Play } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { bridge, type Proposal } from '../bridge.ts'
import { tell } from '../store/messages.ts'
import { go, routes } from '../store/route.ts'
import { count } from '../ui/format.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { BackFoot } from './back-foot.tsx'
import { ProposalView } from './proposal-view.tsx'

type Look =
  | { readonly state: 'looking' }
  | { readonly state: 'proposed'; readonly proposal: Proposal }
  | { readonly state: 'refused'; readonly why: string }
  | { readonly state: 'added'; readonly builder: string }

/** Several folders at once: what each proposes, and one button that adds them all. */
export function ManyView({ paths, onBack }: { paths: readonly string[]; onBack: () => void }) {
  const [looks, setLooks] = useState<ReadonlyMap<string, Look>>(new Map())
  const [shown, setShown] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const note = useCallback(
    (path: string, look: Look) => setLooks(before => new Map(before).set(path, look)),
    [],
  )

  useEffect(() => {
    let wanted = true
    for (const repository of paths)
      bridge.request('repository:inspect', { repository }).then(
        proposal => wanted && note(repository, { state: 'proposed', proposal }),
        (error: Error) => wanted && note(repository, { state: 'refused', why: error.message }),
      )
    return () => {
      wanted = false
    }
  }, [paths, note])

  const ready = paths.flatMap(path => {
    const look = looks.get(path)
    return look?.state === 'proposed' && !wantsCommand(look.proposal)
      ? [[path, look.proposal] as const]
      : []
  })
  const addAll = async () => {
    setBusy(true)
    let added = 0
    // One after the other: each is written into the file that the one before has changed.
    for (const [path] of ready) {
      try {
        // Anew, since names of builders that were added meanwhile are taken.
        const { draft } = await bridge.request('repository:inspect', { repository: path })
        await bridge.request('repository:add', { draft, build: true })
        note(path, { state: 'added', builder: draft.builder })
        added++
      } catch (error) {
        note(path, { state: 'refused', why: (error as Error).message })
      }
    }
    setBusy(false)
    tell(`${count(added, 'repository', 'repositories')} added; their first builds begin`)
    if (added === paths.length) go(routes.waterfall)
  }

  const look = shown === null ? undefined : looks.get(shown)
  if (look?.state === 'proposed')
    return <ProposalView proposal={look.proposal} onBack={() => setShown(null)} />
  return (
    <section className="view many" aria-label="Dropped folders">
      <div className="many-inner scroll">
        <h1>{count(paths.length, 'folder')}</h1>
        <p className="soft">
          Each is built as it proposes. Nothing is written until you add them; click one to change
          it first.
        </p>
        <ul className="many-list">
          {paths.map(path => (
            <li key={path}>
              <FolderRow
                path={path}
                look={looks.get(path) ?? { state: 'looking' }}
                onShow={() => setShown(path)}
              />
            </li>
          ))}
        </ul>
      </div>
      <BackFoot onBack={onBack}>
        <button
          type="button"
          className="button primary big"
          disabled={busy || ready.length === 0}
          onClick={() => void addAll()}
        >
          <Play />
          Add and build {ready.length === paths.length ? 'all' : ready.length}
        </button>
      </BackFoot>
    </section>
  )
}

function FolderRow({ path, look, onShow }: { path: string; look: Look; onShow: () => void }) {
  const told = words(look)
  const text = (
    <span className="grow">
      <b className="cut">
        <bdi>{path}</bdi>
      </b>
      <small className={look.state === 'refused' ? 'bad' : undefined}>{told}</small>
    </span>
  )
  const glyph = <ResultGlyph look={GLYPHS[look.state]} />
  if (look.state !== 'proposed')
    return (
      <div className="many-row">
        {glyph}
        {text}
      </div>
    )
  return (
    <button type="button" className="many-row" onClick={onShow}>
      {glyph}
      {text}
    </button>
  )
}

const GLYPHS = {
  looking: 'none',
  proposed: 'queued',
  refused: 'warnings',
  added: 'success',
} as const

function words(look: Look): string {
  switch (look.state) {
    case 'looking':
      return 'looking …'
    case 'refused':
      return look.why
    case 'added':
      return `added as ${look.builder}`
    case 'proposed': {
      const { draft, found } = look.proposal
      if (wantsCommand(look.proposal)) return 'needs a command that you write: click it'
      const steps = draft.steps.filter(step => step.kind !== 'git').map(step => step.text)
      const warnings = found.filter(({ tone }) => tone === 'warning').length
      const more = warnings === 0 ? '' : `; ${count(warnings, 'warning')}: click it to see`
      return `${found[0]?.what}: ${steps.join(', ')}${more}`
    }
  }
}

function wantsCommand({ draft }: Proposal): boolean {
  return draft.steps.some(step => step.kind !== 'git' && step.text === '')
}
