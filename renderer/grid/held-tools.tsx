import { useMemo } from 'react'
import { ViewSwitch } from '../frame/view-switch.tsx'
import { useDesk } from '../store/hooks.ts'
import { personName } from '../ui/format.ts'
import type { HeldFacts } from './use-held.ts'

/** The tools of console and grid: which picture, whose changes, of which project and branch. */
export function HeldTools({ title, view }: { title: string; view: HeldFacts }) {
  const projects = useDesk(desk => desk.projects)
  const changes = useDesk(desk => desk.changes)
  const { project, branch, whose, choose } = view
  const branches = useMemo(
    () =>
      distinct([
        ...changes.filter(one => !project || one.project === project).map(one => one.branch),
        ...(branch ? [branch] : []),
      ]),
    [changes, project, branch],
  )
  const author = typeof whose === 'object' ? whose.author : ''
  const authors = useMemo(
    () => distinct([...changes.map(change => change.who), ...(author ? [author] : [])]),
    [changes, author],
  )
  return (
    <div className="tools">
      <h1 className="visually-hidden">{title}</h1>
      <ViewSwitch />
      <span className="separator" />
      <Choice
        label="Whose changes"
        value={typeof whose === 'object' ? `of ${whose.author}` : whose}
        onChange={value => choose({ who: value.startsWith('of ') ? value.slice(3) : value })}
      >
        <option value="me">My changes</option>
        <option value="all">Everybody’s changes</option>
        {authors.map(who => (
          <option key={who} value={`of ${who}`}>
            {personName(who)}
          </option>
        ))}
      </Choice>
      <Choice
        label="Project"
        value={project ?? ''}
        onChange={value => choose({ project: value || null, branch: null })}
      >
        <option value="">All projects</option>
        {distinct([...projects.map(one => one.name), ...(project ? [project] : [])]).map(name => (
          <option key={name}>{name}</option>
        ))}
      </Choice>
      <Choice
        label="Branch"
        value={branch ?? ''}
        onChange={value => choose({ branch: value || null })}
      >
        <option value="">All branches</option>
        {branches.map(name => (
          <option key={name}>{name}</option>
        ))}
      </Choice>
      <span className="grow" />
    </div>
  )
}

function Choice({
  label,
  value,
  onChange,
  children,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  children: React.ReactNode
}) {
  return (
    <select
      className="input choice"
      aria-label={label}
      value={value}
      onChange={event => onChange(event.target.value)}
    >
      {children}
    </select>
  )
}

function distinct(all: readonly string[]): string[] {
  return [...new Set(all)].sort((a, b) => a.localeCompare(b))
}
