import { type Build, bridge } from '../bridge.ts'
import { askToRetry } from '../builds/retry-dialog.tsx'
import { FAILURE } from '../results.ts'
import {
  bisect,
  builderOf,
  canBeForced,
  copyLink,
  isBisected,
  openBuild,
  rebuild,
  stopBisect,
  stopBuild,
} from '../store/actions.ts'
import { createCell, useCell } from '../store/cell.ts'
import { readDesk } from '../store/desk.ts'
import { tell } from '../store/messages.ts'
import { go, routes } from '../store/route.ts'
import { selectBuild } from '../store/selection.ts'

/** Something that can be done with a build: menu and keys read the same list. */
export interface BuildAction {
  readonly label: string
  readonly key?: string
  run(): unknown
}

const marked = createCell<Build | null>(null)

/** The build that was marked to be compared with another. */
export function useMarkedBuild(): Build | null {
  return useCell(marked)
}

export function buildActions(build: Build): readonly BuildAction[] {
  const builder = { name: builderOf(build) }
  const row = readDesk().builders.find(one => one.id === build.builderId)
  const other = marked.read()
  const actions: (BuildAction | false)[] = [
    { label: 'Open with its log', key: 'l', run: () => openBuild(build) },
    {
      label: 'Terminal in its folder',
      key: 't',
      run: () => go(routes.build(builder, build, 'terminal')),
    },
    row !== undefined &&
      canBeForced(row) && { label: 'Rebuild', key: 'r', run: () => rebuild(build) },
    row !== undefined &&
      canBeForced(row) &&
      build.completeAt !== null && {
        label: 'Retry from a step…',
        key: 'R',
        run: () => askToRetry(build),
      },
    row !== undefined && canBeForced(row) && bisectAction(build),
    build.completeAt === null && { label: 'Stop', key: 's', run: () => stopBuild(build) },
    {
      label: 'Go to the last build before it that passed',
      run: () => withLastGood(build, good => selectBuild(good.id)),
    },
    {
      label: 'Compare with the last build that passed',
      run: () => withLastGood(build, good => compare(build, good)),
    },
    {
      label:
        other && other.id !== build.id
          ? `Compare with ${nameOf(other)}`
          : 'Mark to compare with another',
      key: 'c',
      run: () => markOrCompare(build),
    },
    {
      label: 'Copy link',
      run: () => copyLink(routes.build(builder, build), nameOf(build)),
    },
  ]
  return actions.filter(action => action !== false)
}

function bisectAction(build: Build): BuildAction | false {
  if (isBisected(build.builderId))
    return { label: 'Stop bisecting', key: 'b', run: () => stopBisect(build) }
  if (build.results !== FAILURE) return false
  return { label: 'Find the first bad change', key: 'b', run: () => bisect(build) }
}

/** The first of two is marked, the second is compared with it; the same one again is let go. */
export function markOrCompare(build: Build): void {
  const other = marked.read()
  marked.write(other ? null : build)
  if (!other) tell(`${nameOf(build)} is marked. Pick another build and press c to compare them`)
  else if (other.id !== build.id) compare(build, other)
  else tell(`${nameOf(build)} is no longer marked`)
}

function nameOf(build: Build): string {
  return `${builderOf(build)} #${build.number}`
}

// What is newer is shown against what was before.
function compare(one: Build, other: Build) {
  const [after, before] = one.startedAt >= other.startedAt ? [one, other] : [other, one]
  const addressOf = (build: Build) => ({ builder: builderOf(build), number: build.number })
  go(routes.compare(addressOf(after), addressOf(before)))
}

async function withLastGood(build: Build, then: (good: Build) => void): Promise<void> {
  try {
    const { lastGood } = await bridge.request('build:details', build.id)
    if (lastGood) then(lastGood)
    else tell(`No build of ${builderOf(build)} before #${build.number} succeeded`, 'problem')
  } catch (error) {
    tell((error as Error).message, 'problem')
  }
}
