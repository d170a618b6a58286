import { RotateCw, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { BuildId, Slave } from '../bridge.ts'
import { Empty } from '../ui/parts.tsx'
import { isOver, openScreen, type Screen, useScreen } from './screens.ts'
import type { TerminalStatus } from './terminal-link.ts'
import '@xterm/xterm/css/xterm.css'
import './terminal.css'

/** A shell on a slave: in a build's folder and environment, or in the slave's own. */
export function TerminalPane({
  slave,
  buildId,
  where,
}: {
  slave: Slave
  buildId: BuildId | null
  /** What the shell is in, in words: "the folder of calc #12". */
  where: string
}) {
  const place = { slave: slave.name, buildId }
  const screen = useScreen(place)
  const why = whyNoTerminal(slave)
  const canOpen = why === null
  // biome-ignore lint/correctness/useExhaustiveDependencies: a shell that ended stays to be read.
  useEffect(() => {
    if (canOpen && !screen) openScreen(place)
  }, [canOpen, slave.name, buildId])

  if (!screen) return why ?? <div className="terminal" aria-busy />
  return (
    <section className="terminal" aria-label={`Terminal in ${where}`} data-terminal>
      <ScreenBox screen={screen} />
      <footer className="terminal-foot">
        <TerminalWords status={screen.status} where={where} />
        <span className="grow" />
        <span className="dim keys">
          <kbd>Shift Esc</kbd> leaves, <kbd>Ctrl Shift C</kbd> copies
        </span>
        {isOver(screen.status) && canOpen && (
          <button type="button" className="button quiet" onClick={() => openScreen(place)}>
            <RotateCw />
            Open again
          </button>
        )}
        <button
          type="button"
          className="button quiet"
          data-leave
          onClick={() => screen.close()}
          aria-label="Close the terminal; what runs in it ends"
        >
          <X />
          Close
        </button>
      </footer>
    </section>
  )
}

function ScreenBox({ screen: { show, place } }: { screen: Screen }) {
  const box = useRef<HTMLDivElement>(null)
  const key = `${place.slave} ${place.buildId}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: `show` stays the same for a screen.
  useEffect(() => (box.current ? show(box.current) : undefined), [show, key])
  return <div className="terminal-box" ref={box} />
}

function TerminalWords({ status, where }: { status: TerminalStatus; where: string }) {
  switch (status.kind) {
    case 'opening':
      return <span role="status">Opening a shell in {where}</span>
    case 'open':
      return <span role="status">Shell in {where}</span>
    case 'lost':
      return (
        <span role="status" className="amber">
          The link is lost. The shell goes on, and is taken up again if the link is back within a
          minute.
        </span>
      )
    case 'refused':
      return (
        <span role="alert" className="bad">
          No terminal: {status.reason}.
        </span>
      )
    case 'ended':
      return (
        <span role="status">
          {status.reason
            ? `The shell has ended: ${status.reason}.`
            : status.code === null
              ? 'The shell was ended by a signal.'
              : `The shell ended with exit status ${status.code}.`}
        </span>
      )
  }
}

/** Why no terminal can be opened on a slave, and what to do about it; null when one can. */
function whyNoTerminal(slave: Slave) {
  if (slave.link.program === 'buildbot-worker')
    return (
      <Empty title="No terminal">
        <p>
          {slave.name} runs a stock buildbot-worker, which has none. A Triphammer slave on the same
          machine would have one.
        </p>
      </Empty>
    )
  if (slave.state !== 'online')
    return (
      <Empty title={`${slave.name} can’t be reached`}>
        <p>A terminal opens once the slave is attached again.</p>
      </Empty>
    )
  if (slave.link.capabilities.terminal !== undefined) return null
  return (
    <Empty title="Terminals are not allowed here">
      {slave.kind === 'local' ? (
        <p>
          master.yml says <code className="mono">terminal: false</code> for this slave. Take the
          line out and start the slave again to allow them.
        </p>
      ) : (
        <p>
          Whoever owns {slave.name} decides that, on that machine. Start the slave there with{' '}
          <code className="mono">--allow-terminal</code>, and people at this master can open a shell
          on it.
        </p>
      )}
    </Empty>
  )
}
