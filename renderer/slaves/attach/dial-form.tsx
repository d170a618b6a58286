import { useEffect, useState } from 'react'
import { type AttachInfo, type AttachTrouble, bridge, type ProbeAnswer } from '../../bridge.ts'
import { useNow } from '../../store/hooks.ts'
import { bytes, count, duration } from '../../ui/format.ts'
import { ModalForm } from '../../ui/parts.tsx'
import { ResultGlyph } from '../../ui/result.tsx'
import { Attached } from './attached.tsx'
import { CodeBoxes } from './code-boxes.tsx'
import { CODE_LENGTH } from './code-signs.ts'
import { Copyable } from './copyable.tsx'
import { Fingerprint } from './fingerprint.tsx'
import { NewSlaveFields } from './new-slave-fields.tsx'
import { readTags } from './tags.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useOrder } from './use-order.ts'
import { type ProbeState, useProbe } from './use-probe.ts'

const CODE_PROBLEMS: ReadonlySet<AttachTrouble['problem']> = new Set(['code', 'tries', 'expired'])

/** We dial a slave that waits: its address, the code that it shows, and who it says it is. */
export function DialForm({ onClose }: { onClose: () => void }) {
  const [address, setAddress] = useState('')
  const probe = useProbe(address)
  const answer = probe.kind === 'answered' && probe.probe.ok ? probe.probe : undefined
  const [code, setCode] = useState('')
  const [name, setName] = useState<string>()
  const [tags, setTags] = useState('')
  const { busy, trouble, send, forgive } = useOrder()
  const [attached, setAttached] = useState<string>()

  if (attached !== undefined) return <Attached name={attached} onClose={onClose} />

  const complete = answer !== undefined && code.length === CODE_LENGTH && !code.includes(' ')
  const submit = async () => {
    if (!complete || busy) return
    const order = {
      address: answer.address,
      code,
      fingerprint: answer.fingerprint,
      name: (name ?? answer.name).trim(),
      tags: readTags(tags),
      maxBuilds: null,
    }
    const paired = await send(bridge.request('attach:pair', order))
    if (paired.ok) setAttached(paired.name)
    // A code that is no good is typed anew; everything else is right as it is.
    else if (CODE_PROBLEMS.has(paired.problem)) setCode('')
  }

  return (
    <ModalForm
      onSubmit={submit}
      onCancel={onClose}
      action={busy ? 'Attaching' : 'Attach'}
      disabled={!complete || busy}
    >
      <div className="field">
        <label className="label" htmlFor="attach-address">
          Address
        </label>
        <div className="address">
          <input
            id="attach-address"
            className="input mono"
            autoFocus
            spellCheck={false}
            autoComplete="off"
            placeholder="studio.local:9990"
            aria-describedby="attach-heard"
            value={address}
            onChange={event => {
              setAddress(event.target.value)
              forgive()
            }}
          />
          <span id="attach-heard" role="status">
            <ProbeWords probe={probe} />
          </span>
        </div>
      </div>
      {probe.kind === 'answered' && !probe.probe.ok && (
        <TroubleNote trouble={probe.probe} onAgain={probe.again} />
      )}
      {!answer && (probe.kind !== 'answered' || probe.probe.ok) && <FarSide address={address} />}
      {answer && probe.kind === 'answered' && (
        <>
          <div className="field">
            <div className="label">
              Pairing code
              <GoodFor answer={answer} at={probe.at} onAgain={probe.again} />
            </div>
            <CodeBoxes value={code} onChange={setCode} disabled={busy} />
          </div>
          {trouble && <TroubleNote trouble={trouble} />}
          <Fingerprint value={answer.fingerprint}>
            Compare it with the one that the slave shows: if they are the same, nobody stands in
            between. Afterwards both hold keys, and neither takes a stranger.
          </Fingerprint>
          <dl className="facts">
            <dt>Says it is</dt>
            <dd>
              {[
                answer.name,
                answer.os,
                answer.arch,
                count(answer.cpus, 'core'),
                bytes(answer.memoryBytes),
              ].join(', ')}
            </dd>
            <dt>Version</dt>
            <dd>{answer.version}</dd>
            <dt>Can do</dt>
            <dd className="chips">
              <Abilities answer={answer} />
            </dd>
          </dl>
          <NewSlaveFields
            name={name ?? answer.name}
            onName={setName}
            tags={tags}
            onTags={setTags}
          />
        </>
      )}
    </ModalForm>
  )
}

function ProbeWords({ probe }: { probe: ProbeState }) {
  if (probe.kind === 'nothing') return null
  if (probe.kind === 'asking') return <span className="dim">knocking</span>
  if (!probe.probe.ok) return <span className="amber">{SHORTLY[probe.probe.problem] ?? 'no'}</span>
  return (
    <>
      <ResultGlyph look="success" />
      answers, {Math.max(1, probe.probe.latencyMs)} ms
    </>
  )
}

const SHORTLY: Partial<Record<AttachTrouble['problem'], string>> = {
  address: 'not an address',
  name: 'not found',
  refused: 'refused',
  timeout: 'no answer',
  unreachable: 'no way there',
  'not-a-slave': 'not a slave',
  'too-old': 'too old',
  tls: 'not a slave',
  taken: 'taken',
  expired: 'no code',
}

/** How long the slave's code is good. It is asked again once that is over. */
function GoodFor({
  answer,
  at,
  onAgain,
}: {
  answer: ProbeAnswer
  at: number
  onAgain: () => void
}) {
  useNow(1000)
  if (answer.codeGoodForMs === null) return null
  const left = answer.codeGoodForMs - (Date.now() - at)
  if (left > 0) return <small>good for {duration(left)}</small>
  return (
    <small>
      no longer good{' '}
      <button type="button" className="link plain" onClick={onAgain}>
        look again
      </button>
    </small>
  )
}

const ABILITIES: Readonly<Record<string, string>> = {
  terminal: 'terminal',
  resume: 'resume',
  rawOutput: 'raw bytes',
  vitals: 'vitals',
}

function Abilities({ answer }: { answer: ProbeAnswer }) {
  const known = Object.keys(ABILITIES).filter(name => answer.capabilities[name] !== undefined)
  return (
    <>
      {known.map(name => (
        <span key={name} className="chip cap">
          {ABILITIES[name]}
        </span>
      ))}
      {answer.capabilities.terminal === undefined && <span className="chip no">no terminal</span>}
    </>
  )
}

/** What to do on the machine that is to become a slave, before there is anything to dial. */
function FarSide({ address }: { address: string }) {
  const [slave, setSlave] = useState<AttachInfo['slavePackage']>()
  useEffect(() => {
    bridge.request('attach:info').then(
      info => setSlave(info.slavePackage),
      () => {},
    )
  }, [])
  const host = /^[\w.-]+(?=:\d+$|$)/.exec(address.trim())?.[0] ?? 'studio.local'
  const name = /^[A-Za-z][A-Za-z0-9-]*/.exec(host)?.[0] ?? 'studio'
  return (
    <ol className="far-side">
      {slave && (
        <>
          <li>
            <Copyable
              label="In a terminal of the master’s machine: copy the slave there"
              text={`scp "${slave.file}" ${host}:`}
            />
          </li>
          <li>
            <Copyable
              label="In a terminal over there: see that it came whole, and start it"
              text={`${slave.check} && npx --yes ./${slave.name} --listen 9990 --name ${name}`}
            />
          </li>
        </>
      )}
      {slave === null && (
        <li>
          The slave’s package is not there, since this checkout was not built: <b>npm run build</b>{' '}
          makes it.
        </li>
      )}
      <li>It waits, and shows its address, a pairing code and a fingerprint.</li>
      <li>Type the address here. The code comes next.</li>
    </ol>
  )
}
