import {
  Archive,
  DatabaseZap,
  FileWarning,
  FolderX,
  HardDrive,
  Hourglass,
  MonitorUp,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { bridge } from '../bridge.ts'
import { slaveActions } from '../slaves/slave-actions.ts'
import { useSlaveDialogs } from '../slaves/slave-dialogs.tsx'
import { SlaveSignGlyph } from '../slaves/slave-sign.tsx'
import { describeSlave } from '../slaves/slave-words.ts'
import { useScenes } from '../slaves/use-scene.ts'
import { act, rebuild } from '../store/actions.ts'
import { runningIn } from '../store/builds-of.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { ago, bytes, count, personName, roughly, shortRevision, when } from '../ui/format.ts'
import { lookOf } from '../ui/look.ts'
import { Avatar, Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { openWall } from '../wall/open-wall.ts'
import type { Need } from './needs.ts'
import { useNeeds } from './use-needs.ts'
import './board.css'

const GROUPS: readonly { readonly title: string; readonly kinds: readonly Need['kind'][] }[] = [
  { title: 'This master', kinds: ['config', 'damage', 'backup', 'disk'] },
  { title: 'Red builders', kinds: ['red'] },
  { title: 'Builds that can’t start', kinds: ['stuck'] },
  { title: 'Slaves', kinds: ['slave'] },
  { title: 'Repositories', kinds: ['source'] },
]

/** What needs me: each with what mends it, and nothing else. */
export function BoardView() {
  const needs = useNeeds()
  return (
    <section className="view" aria-label="Board">
      <div className="tools">
        <h1>What needs you</h1>
        <span className="soft" role="status">
          {needs !== undefined && needs.length > 0 && count(needs.length, 'thing')}
        </span>
        <span className="grow" />
        <button type="button" className="button" onClick={openWall}>
          <MonitorUp />
          Wall
        </button>
      </div>
      {needs === undefined ? (
        <div className="grow" aria-busy />
      ) : needs.length === 0 ? (
        <Nothing />
      ) : (
        <div className="scroll" tabIndex={-1}>
          {GROUPS.map(({ title, kinds }) => {
            const own = needs.filter(need => kinds.includes(need.kind))
            return (
              own.length > 0 && (
                <section key={title} className="needs">
                  <h2 className="caps">{title}</h2>
                  <ul>
                    {own.map((need, i) => (
                      <li key={i}>
                        <Row need={need} />
                      </li>
                    ))}
                  </ul>
                </section>
              )
            )
          })}
        </div>
      )}
    </section>
  )
}

function Nothing() {
  const running = useDesk(desk => runningIn(desk.builds).length)
  return (
    <Empty title="Nothing needs you">
      <p>
        No builder is red, nothing is stuck, and all slaves are where they should be.
        {running > 0 && ` ${count(running, 'build')} ${running === 1 ? 'is' : 'are'} running.`}
      </p>
      <Link className="button big" href={routes.waterfall}>
        Look at the waterfall
      </Link>
    </Empty>
  )
}

function Row({ need }: { need: Need }) {
  const now = useNow(10_000)
  switch (need.kind) {
    case 'red':
      return <Red need={need} now={now} />
    case 'slave':
      return <LostSlave need={need} now={now} />
    case 'stuck':
      return (
        <Line
          sign={<Hourglass />}
          title={need.builder.name}
          detail={`${count(need.count, 'request')} waiting for ${roughly(now - need.oldestAt)}: ${need.reason}`}
        >
          <Link className="button" href={routes.slaves}>
            Show slaves
          </Link>
          <Link className="button" href={routes.builder(need.builder)}>
            Show requests
          </Link>
        </Line>
      )
    case 'config':
      return (
        <Line
          sign={<FileWarning />}
          title={`master.yml has a fault${need.line === null ? '' : ` in line ${need.line}`}`}
          detail={`${need.reason}. The last good one stays in force.`}
        >
          <Link className="button" href={routes.settings}>
            Show master.yml
          </Link>
        </Line>
      )
    case 'damage':
      return (
        <Line sign={<DatabaseZap />} title={`${need.file} is damaged`} detail={need.reason}>
          <Link className="button" href={routes.settings}>
            Backups
          </Link>
        </Line>
      )
    case 'backup':
      return (
        <Line
          sign={<Archive />}
          title="The last backup failed"
          detail={`${when(need.at, now)}: ${need.reason}`}
        >
          <button
            type="button"
            className="button"
            onClick={() => void act(bridge.request('backup:create'), 'A backup was made')}
          >
            Back up now
          </button>
        </Line>
      )
    case 'disk':
      return (
        <Line
          sign={<HardDrive />}
          title={`Only ${bytes(need.freeBytes)} are free${need.slave === null ? '' : ` on ${need.slave}`}`}
          detail={
            need.slave === null
              ? 'Builds end in exceptions when the disk of the master is full. Backups and kept files can be made to take less.'
              : 'Builds on it fail when its disk is full.'
          }
        >
          {need.slave === null ? (
            <Link className="button" href={routes.settings}>
              What is kept
            </Link>
          ) : (
            <Link className="button" href={routes.slave(need.slave, 'terminal')}>
              Terminal
            </Link>
          )}
        </Line>
      )
    case 'source':
      return (
        <Line
          sign={<FolderX />}
          title={need.project.name}
          detail={`can’t be looked at for ${roughly(now - need.since)}: ${need.reason}`}
        >
          <button
            type="button"
            className="button"
            onClick={() =>
              void act(
                bridge.request('project:poll', { name: need.project.name }),
                `${need.project.name} was looked at`,
              )
            }
          >
            Look again
          </button>
        </Line>
      )
  }
}

function Line({
  sign,
  title,
  detail,
  children,
}: {
  sign: ReactNode
  title: ReactNode
  detail: ReactNode
  children: ReactNode
}) {
  return (
    <div className="need">
      <span className="need-sign" aria-hidden>
        {sign}
      </span>
      <div className="grow">
        <h3>{title}</h3>
        <div className="soft">{detail}</div>
      </div>
      <div className="need-actions">{children}</div>
    </div>
  )
}

const SHOWN_BLAME = 3

function Red({
  need: { builder, red },
  now,
}: {
  need: Extract<Need, { kind: 'red' }>
  now: number
}) {
  const { first, last, lastGood, blame } = red
  return (
    <Line
      sign={<ResultGlyph look={lookOf(last.results)} size={16} />}
      title={
        <Link className="link" href={routes.build(builder, last)}>
          {builder.name} #{last.number}
        </Link>
      }
      detail={
        <>
          <p>
            {last.stateString}. Red since #{first.number}, {ago(now - (first.completeAt ?? now))}
            {red.count > 1 && `, in ${count(red.count, 'build')}`}
            {lastGood ? `; #${lastGood.number} was good` : '; it was never good'}.
          </p>
          <ul className="need-blame" aria-label="Changes of the first red build">
            {blame.slice(0, SHOWN_BLAME).map(change => (
              <li key={change.id}>
                <Avatar who={change.who} />
                <span className="cut">{change.subject || '(no message)'}</span>
                <span className="dim cut">
                  <span className="mono">{shortRevision(change.revision)}</span>,{' '}
                  <bdi>{personName(change.who)}</bdi>
                </span>
              </li>
            ))}
            {blame.length > SHOWN_BLAME && (
              <li className="dim">and {blame.length - SHOWN_BLAME} more</li>
            )}
          </ul>
        </>
      }
    >
      <Link className="button" href={routes.build(builder, last)}>
        Open
      </Link>
      {lastGood && (
        <Link
          className="button"
          href={routes.compare(
            { builder: builder.name, number: last.number },
            { builder: builder.name, number: lastGood.number },
          )}
        >
          Compare with #{lastGood.number}
        </Link>
      )}
      <button type="button" className="button" onClick={() => rebuild(last)}>
        Rebuild
      </button>
    </Line>
  )
}

function LostSlave({
  need: { slave },
  now,
}: {
  need: Extract<Need, { kind: 'slave' }>
  now: number
}) {
  const scenes = useScenes()
  const { ask } = useSlaveDialogs()
  const { sign, label, detail } = describeSlave(slave, scenes(slave, now))
  return (
    <Line
      sign={<SlaveSignGlyph sign={sign} />}
      title={slave.name}
      detail={`${label}${detail ? `: ${detail}` : ''}`}
    >
      <Link className="button" href={routes.slave(slave.name)}>
        Show
      </Link>
      {slaveActions(slave)
        .filter(action => action.id === 'unpause' || action.id === 'quarantine')
        .map(action => (
          <button
            key={action.id}
            type="button"
            className="button"
            title={action.detail}
            onClick={() => action.run(ask)}
          >
            {action.label}
          </button>
        ))}
    </Line>
  )
}
