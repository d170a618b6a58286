import { ArrowDown, ArrowUp, GitBranch, GitCommitHorizontal, Play, Plus, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import {
  bridge,
  type Draft,
  type DraftStep,
  type Finding,
  type Preview,
  type Proposal,
} from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { count, personName, shortRevision, when } from '../ui/format.ts'
import type { Look } from '../ui/look.ts'
import { Field } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { BackFoot } from './back-foot.tsx'

const TONES: Record<Finding['tone'], Look> = { good: 'success', warning: 'warnings', plain: 'none' }
const KINDS: Record<DraftStep['kind'], string> = {
  git: 'check out',
  shell: 'run',
  test: 'run and read tests',
  upload: 'keep files',
}
const STARTS = [
  { value: 'anyBranch', label: 'On a change of any branch' },
  { value: 'ownBranch', label: 'On a change of its own branch' },
  { value: 'force', label: 'Only by hand' },
] as const

type KeyedStep = DraftStep & { readonly key: number }

/** What was found, the build that is proposed, and the file as it would be. Nothing is written until a person says so. */
export function ProposalView({ proposal, onBack }: { proposal: Proposal; onBack: () => void }) {
  const [draft, setDraft] = useState<Draft>(proposal.draft)
  const [steps, setSteps] = useState<readonly KeyedStep[]>(() =>
    proposal.draft.steps.map((step, key) => ({ ...step, key })),
  )
  const [busy, setBusy] = useState(false)
  const slaves = useDesk(desk => desk.slaves)
  const whole = { ...draft, steps: steps.map(({ key: _key, ...step }) => step) }
  const preview = usePreview(whole)
  const empty = steps.find(step => step.kind !== 'git' && step.text.trim() === '')
  const broken = (preview?.problems.length ?? 0) > 0 || empty !== undefined

  const save = async (build: boolean) => {
    setBusy(true)
    const done = build
      ? `${draft.builder} was added; its first build begins`
      : `${draft.builder} was added`
    const saved = await act(bridge.request('repository:add', { draft: whole, build }), done)
    setBusy(false)
    if (saved) go(routes.waterfall)
  }
  const change = (key: number, part: Partial<DraftStep>) =>
    setSteps(steps.map(step => (step.key === key ? { ...step, ...part } : step)))
  const move = (at: number, by: number) => {
    const next = [...steps]
    const [step] = next.splice(at, 1)
    next.splice(at + by, 0, step!)
    setSteps(next)
  }
  const add = () =>
    setSteps([
      ...steps,
      {
        kind: 'shell',
        name: 'step',
        text: '',
        key: Math.max(0, ...steps.map(step => step.key)) + 1,
      },
    ])

  return (
    <section className="view proposal" aria-label="Proposed build">
      <div className="proposal-parts">
        <FoundSide proposal={proposal} />
        <div className="proposal-form scroll">
          <h1>Proposed build for {draft.project}</h1>
          <p className="soft">Change what you like. Nothing is written until you save.</p>
          <div className="triple">
            <Field label="Builder">
              <input
                className="input"
                value={draft.builder}
                onChange={event => setDraft({ ...draft, builder: event.target.value })}
              />
            </Field>
            <Field label="Slave">
              <select
                className="input"
                value={draft.slaves[0] ?? ''}
                onChange={event =>
                  setDraft({
                    ...draft,
                    slaves: event.target.value === '' ? [] : [event.target.value],
                  })
                }
              >
                <option value="">Any</option>
                {slaves
                  .filter(slave => slave.active)
                  .map(slave => (
                    <option key={slave.id} value={slave.name}>
                      {slave.name}
                    </option>
                  ))}
              </select>
            </Field>
            <Field label="Start">
              <select
                className="input"
                value={draft.start}
                onChange={event =>
                  setDraft({ ...draft, start: event.target.value as Draft['start'] })
                }
              >
                {STARTS.map(start => (
                  <option key={start.value} value={start.value}>
                    {start.label}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <div className="steps-title">
            <h2>Steps</h2>
            <span className="dim">in this order; a failure ends the build</span>
          </div>
          <ol className="step-rows">
            {steps.map((step, i) => (
              <li key={step.key}>
                <input
                  className="step-label"
                  aria-label={`Name of step ${i + 1}`}
                  value={step.name}
                  disabled={step.kind === 'git'}
                  onChange={event => change(step.key, { name: event.target.value })}
                />
                {step.kind === 'git' ? (
                  <span className="step-fixed">
                    check out {draft.branch ?? 'the newest commit'}
                  </span>
                ) : (
                  <CommandField
                    step={step}
                    focus={step === empty && step.because !== undefined}
                    onChange={text => change(step.key, { text })}
                  />
                )}
                {step.workdir && (
                  <span className="chip" title="The folder that it works in">
                    in <bdi>{step.workdir}</bdi>
                  </span>
                )}
                {step.warnOnly && (
                  <button
                    type="button"
                    className="chip"
                    title="A failure shows as a warning. Click to let it fail the build."
                    onClick={() => change(step.key, { warnOnly: false })}
                  >
                    warns only
                  </button>
                )}
                {step.kind !== 'git' && (
                  <>
                    <select
                      className="kind"
                      aria-label={`Kind of step ${step.name}`}
                      value={step.kind}
                      onChange={event =>
                        change(step.key, { kind: event.target.value as DraftStep['kind'] })
                      }
                    >
                      {(['shell', 'test', 'upload'] as const).map(kind => (
                        <option key={kind} value={kind}>
                          {KINDS[kind]}
                        </option>
                      ))}
                    </select>
                    <span className="step-buttons">
                      <button
                        type="button"
                        className="button quiet square"
                        aria-label={`Move ${step.name} up`}
                        disabled={i <= 1}
                        onClick={() => move(i, -1)}
                      >
                        <ArrowUp />
                      </button>
                      <button
                        type="button"
                        className="button quiet square"
                        aria-label={`Move ${step.name} down`}
                        disabled={i === steps.length - 1}
                        onClick={() => move(i, 1)}
                      >
                        <ArrowDown />
                      </button>
                      <button
                        type="button"
                        className="button quiet square"
                        aria-label={`Remove ${step.name}`}
                        onClick={() => setSteps(steps.filter(one => one !== step))}
                      >
                        <X />
                      </button>
                    </span>
                  </>
                )}
                {step.because && (
                  <small className="because" id={`because-${step.key}`}>
                    {changed(step, proposal) ? 'yours; it was proposed because ' : 'because '}
                    {step.because}
                    {step.program && (
                      <>
                        , by <bdi className="mono">{step.program.join(' ')}</bdi>
                      </>
                    )}
                    {step.env && (
                      <>
                        , with{' '}
                        <span title={environmentWords(step.env)}>
                          {Object.keys(step.env).join(', ')}
                        </span>
                      </>
                    )}
                  </small>
                )}
              </li>
            ))}
          </ol>
          <button type="button" className="button" onClick={add}>
            <Plus />
            Step
          </button>
          <h2 className="ready-title">Ready</h2>
          <ul className="ready">
            {proposal.ready.map(one => (
              <FindingRow key={one.what} finding={one} />
            ))}
          </ul>
          {empty && (
            <p className="note" role="status">
              Step {empty.name} still needs a command: what you would type in the repository to
              build or check it.
            </p>
          )}
          {(empty ? undefined : preview?.problems)?.map(problem => (
            <p key={problem} className="note problem" role="alert">
              {problem}
            </p>
          ))}
        </div>
        <FilePreview preview={preview} />
      </div>
      <BackFoot onBack={onBack}>
        <button
          type="button"
          className="button big"
          disabled={busy || broken}
          onClick={() => void save(false)}
        >
          Save only
        </button>
        <button
          type="button"
          className="button primary big"
          disabled={busy || broken}
          onClick={() => void save(true)}
        >
          <Play />
          Save and build
        </button>
      </BackFoot>
    </section>
  )
}

function CommandField({
  step,
  focus,
  onChange,
}: {
  step: KeyedStep
  focus: boolean
  onChange: (text: string) => void
}) {
  const shared = {
    className: 'input mono',
    'aria-label': `Command of step ${step.name}`,
    'aria-describedby': step.because ? `because-${step.key}` : undefined,
    value: step.text,
    spellCheck: false,
  }
  // A field of one line would join the lines of a script.
  const lines = step.text.split('\n').length
  if (lines > 1)
    return (
      <textarea
        {...shared}
        rows={Math.min(lines, MOST_ROWS)}
        onChange={event => onChange(event.target.value)}
      />
    )
  return (
    <input
      {...shared}
      placeholder="a command, as you would type it"
      autoFocus={focus}
      onChange={event => onChange(event.target.value)}
    />
  )
}

const MOST_ROWS = 8

function environmentWords(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')
}

// Whether a person wrote another command than the one that was proposed.
function changed({ key, text }: KeyedStep, { draft }: Proposal): boolean {
  const proposed = draft.steps[key]?.text ?? ''
  return proposed !== '' && proposed !== text
}

function FoundSide({ proposal }: { proposal: Proposal }) {
  const now = useNow(60_000)
  const { found, repository, address } = proposal
  return (
    <aside className="proposal-found scroll" aria-label="What was found">
      <h2 className="caps">Found in {address}</h2>
      <ul>
        {found.map(one => (
          <FindingRow key={`${one.what} ${one.detail}`} finding={one} code />
        ))}
      </ul>
      <h2 className="caps">Repository</h2>
      <ul>
        <li>
          <GitBranch aria-hidden />
          <div>
            <bdi>{repository.branch ?? 'no branch yet'}</bdi>
            {repository.otherBranches > 0 && (
              <small>and {count(repository.otherBranches, 'other branch', 'other branches')}</small>
            )}
          </div>
        </li>
        {repository.head && (
          <li>
            <GitCommitHorizontal aria-hidden />
            <div>
              {repository.head.subject}
              <small>
                <span className="mono">{shortRevision(repository.head.revision)}</span>,{' '}
                {personName(repository.head.who)}, {when(repository.head.at, now)}
              </small>
            </div>
          </li>
        )}
      </ul>
    </aside>
  )
}

function FindingRow({ finding, code = false }: { finding: Finding; code?: boolean }) {
  return (
    <li>
      <ResultGlyph look={TONES[finding.tone]} />
      <div>
        <span className={code ? 'mono' : undefined}>{finding.what}</span>
        <small>{finding.detail}</small>
      </div>
    </li>
  )
}

function FilePreview({ preview }: { preview: Preview | undefined }) {
  const lines = preview?.text.replace(/\n$/, '').split('\n') ?? []
  const added = new Set(preview?.added)
  return (
    <aside className="file" aria-label="master.yml as it would be">
      <div className="file-head">
        <h2 className="caps">master.yml</h2>
        <span className="added-count">
          {added.size > 0 && `${count(added.size, 'line')} added`}
        </span>
      </div>
      <pre className="file-text scroll">
        {lines.map((line, i) => (
          <div key={i} className={added.has(i) ? 'added' : undefined}>
            <span className="file-number">{i + 1}</span>
            <YamlLine line={line} />
          </div>
        ))}
      </pre>
    </aside>
  )
}

function YamlLine({ line }: { line: string }) {
  const comment = /^\s*#/.test(line)
  const [, indent, key, rest] = /^(\s*(?:- )?)([\w"-]+:)(.*)$/.exec(line) ?? []
  if (comment) return <span className="dim">{line}</span>
  if (key === undefined) return <span>{line}</span>
  return (
    <span>
      {indent}
      <span className="yaml-key">{key}</span>
      {rest}
    </span>
  )
}

const TYPING_MS = 200

function usePreview(draft: Draft): Preview | undefined {
  const [preview, setPreview] = useState<Preview>()
  const key = JSON.stringify(draft)
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(() => {
      bridge.request('repository:preview', JSON.parse(key)).then(
        found => wanted && setPreview(found),
        (error: Error) =>
          wanted &&
          setPreview(before => ({
            text: before?.text ?? '',
            added: [],
            problems: [error.message],
          })),
      )
    }, TYPING_MS)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [key])
  return preview
}
