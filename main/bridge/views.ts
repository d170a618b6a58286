import type { Handlers, SavedView } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'

/** Where saved views are kept, and how the waterfall was looked at last. */
export interface ViewsPort {
  read(): readonly SavedView[]
  write(views: readonly SavedView[]): void
  readLook(): string | null
  writeLook(place: string): void
}

/** Views that last as long as the process. */
export function memoryViews(): ViewsPort {
  let views: readonly SavedView[] = []
  let look: string | null = null
  return {
    read: () => views,
    write(next) {
      views = next
    },
    readLook: () => look,
    writeLook(place) {
      look = place
    },
  }
}

type ViewHandlers = Pick<
  Handlers,
  'views:list' | 'views:save' | 'views:rename' | 'views:delete' | 'look:read' | 'look:keep'
>

const MOST_VIEWS = 200

export function viewHandlers({ read, write, readLook, writeLook }: ViewsPort): ViewHandlers {
  return {
    'look:read': () => readLook(),
    'look:keep': ({ place }) => writeLook(place),

    'views:list': () => read(),

    'views:save'({ name, place, replace }) {
      const title = name.trim()
      const views = read()
      const at = views.findIndex(one => one.name === title)
      if (title === '') throw new RefusedError('a view needs a name')
      if (at >= 0 && !replace) throw new RefusedError(`there is a view “${title}” already`)
      if (at < 0 && views.length >= MOST_VIEWS)
        throw new RefusedError(`there are ${MOST_VIEWS} views already; delete one first`)
      const view = { name: title, place }
      return kept(at < 0 ? [...views, view] : views.with(at, view))
    },

    'views:rename'({ name, to }) {
      const title = to.trim()
      const views = read()
      if (title === '') throw new RefusedError('a view needs a name')
      if (title !== name && views.some(one => one.name === title))
        throw new RefusedError(`there is a view “${title}” already`)
      const view = known(views, name)
      return kept(views.map(one => (one === view ? { ...one, name: title } : one)))
    },

    'views:delete'({ name }) {
      const views = read()
      const view = known(views, name)
      return kept(views.filter(one => one !== view))
    },
  }

  function kept(views: readonly SavedView[]): readonly SavedView[] {
    write(views)
    return views
  }
}

function known(views: readonly SavedView[], name: string): SavedView {
  return mustBe(
    views.find(one => one.name === name),
    `there is no view “${name}”`,
  )
}
