import { AppWindow, Bookmark, Link2, Pencil, Trash2 } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { bridge, type SavedView } from '../bridge.ts'
import { copyLink, tellError } from '../store/actions.ts'
import { useKeys } from '../store/keys.ts'
import { linkTo } from '../store/link-to.ts'
import { tell } from '../store/messages.ts'
import { go, viewPath } from '../store/route.ts'
import { Hint, ToolPopover } from '../ui/parts.tsx'
import './views.css'

/**
 * Saved views: the present one is given a name, and others are opened, each by its link too.
 *
 * @param place The address of the view as it is shown.
 */
export function ViewsMenu({
  place,
  saves,
}: {
  place: () => string
  /** Ways to keep what is seen as a file. */
  saves: readonly { readonly label: string; run(): Promise<void> }[]
}) {
  const [open, setOpen] = useState(false)
  useKeys({ v: () => setOpen(true) })
  return (
    <ToolPopover
      icon={<Bookmark />}
      label="Views"
      title="Saved views"
      className="views-menu"
      open={open}
      onOpenChange={setOpen}
    >
      <Views place={place} onClose={() => setOpen(false)} />
      <div className="views-saves">
        {saves.map(({ label, run }) => (
          <button
            key={label}
            type="button"
            className="button"
            onClick={() => {
              setOpen(false)
              void run()
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </ToolPopover>
  )
}

function Views({ place, onClose }: { place: () => string; onClose: () => void }) {
  const [views, setViews] = useState<readonly SavedView[]>()
  const [deleted, setDeleted] = useState<SavedView>()
  const [renaming, setRenaming] = useState<string>()
  const take = (asked: Promise<readonly SavedView[]>) =>
    asked.then(list => {
      setViews(list)
      return true
    }, tellError)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once, when it opens
  useEffect(() => void take(bridge.request('views:list')), [])
  const save = (name: string, view = place()) =>
    take(
      bridge.request('views:save', {
        name,
        place: view,
        replace: views?.some(one => one.name === name.trim()) ?? false,
      }),
    )
  return (
    <>
      <NameForm
        label="Name of this view"
        verb={name => (views?.some(one => one.name === name) ? 'Replace' : 'Save')}
        onName={async name => {
          if (await save(name)) tell(`This view is saved as “${name}”`)
        }}
      />
      {views?.length === 0 && (
        <p>
          A view is how you look: columns, groups, filter, axis and zoom. Saved ones are here, have
          a link, and open in windows of their own.
        </p>
      )}
      <ul>
        {views?.map(view =>
          renaming === view.name ? (
            <li key={view.name}>
              <NameForm
                label={`New name of ${view.name}`}
                start={view.name}
                verb={() => 'Rename'}
                onName={async to => {
                  setRenaming(undefined)
                  await take(bridge.request('views:rename', { name: view.name, to }))
                }}
              />
            </li>
          ) : (
            <li key={view.name}>
              <button
                type="button"
                className="views-open cut"
                onClick={() => {
                  onClose()
                  go(viewPath(view.name))
                }}
              >
                {view.name}
              </button>
              <Act
                text="Copy link"
                of={view}
                run={() => copyLink(viewPath(view.name), `“${view.name}”`)}
              >
                <Link2 />
              </Act>
              <Act text="Open in a window of its own" of={view} run={() => openWindow(view)}>
                <AppWindow />
              </Act>
              <Act text="Rename" of={view} run={() => setRenaming(view.name)}>
                <Pencil />
              </Act>
              <Act
                text="Delete"
                of={view}
                run={async () => {
                  if (await take(bridge.request('views:delete', { name: view.name })))
                    setDeleted(view)
                }}
              >
                <Trash2 />
              </Act>
            </li>
          ),
        )}
      </ul>
      {deleted && (
        <p role="status">
          “{deleted.name}” is deleted.{' '}
          <button
            type="button"
            className="button"
            onClick={async () => {
              if (await save(deleted.name, deleted.place)) setDeleted(undefined)
            }}
          >
            Undo
          </button>
        </p>
      )}
    </>
  )
}

function NameForm({
  label,
  start = '',
  verb,
  onName,
}: {
  label: string
  start?: string
  verb: (name: string) => string
  onName: (name: string) => Promise<void>
}) {
  const [name, setName] = useState(start)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setName('')
    void onName(name.trim())
  }
  return (
    <form className="views-name" onSubmit={submit}>
      <input
        className="input"
        aria-label={label}
        placeholder={label}
        maxLength={60}
        autoFocus
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <button type="submit" className="button" disabled={name.trim() === ''}>
        {verb(name.trim())}
      </button>
    </form>
  )
}

function Act({
  text,
  of,
  run,
  children,
}: {
  text: string
  of: SavedView
  run: () => unknown
  children: ReactNode
}) {
  return (
    <Hint text={text}>
      <button
        type="button"
        className="button quiet square"
        aria-label={`${text}: ${of.name}`}
        onClick={run}
      >
        {children}
      </button>
    </Hint>
  )
}

function openWindow({ name }: SavedView) {
  if (bridge.shell === 'desktop')
    void bridge.request('window:open', { place: viewPath(name) }).catch(tellError)
  else window.open(linkTo(viewPath(name)), '_blank', 'popup')
}
