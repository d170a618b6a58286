import type { Build, Builder } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { TerminalPane } from '../terminal/terminal-pane.tsx'
import { Empty } from '../ui/parts.tsx'

/** A shell where a build was made, with the environment that its steps had. */
export function BuildTerminal({ build, builder }: { build: Build; builder: Builder }) {
  const slave = useDesk(desk => desk.slaves.find(one => one.name === build.slave))
  const newer = useDesk(desk =>
    [...desk.builds.values()].some(
      one => one.builderId === build.builderId && one.slave === build.slave && one.id > build.id,
    ),
  )
  if (!slave?.active)
    return (
      <Empty title={`${build.slave} is gone`}>
        <p>
          The slave that made this build is no longer in master.yml, so nothing can be opened on it.
        </p>
      </Empty>
    )
  return (
    <TerminalPane
      slave={slave}
      buildId={build.id}
      where={
        newer
          ? `the folder of ${builder.name} on ${slave.name}, where newer builds have worked since`
          : `the folder of ${builder.name} #${build.number} on ${slave.name}`
      }
    />
  )
}
