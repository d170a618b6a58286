import { useEffect, useState } from 'react'
import { type AttachInfo, type AttachTrouble, bridge, type Invitation } from '../../bridge.ts'
import { useDesk } from '../../store/hooks.ts'
import { Field, ModalForm } from '../../ui/parts.tsx'
import { ResultGlyph } from '../../ui/result.tsx'
import { Attached } from './attached.tsx'
import { Copyable } from './copyable.tsx'
import { Fingerprint } from './fingerprint.tsx'
import { NewSlaveFields } from './new-slave-fields.tsx'
import { readTags } from './tags.ts'
import { TroubleNote } from './trouble-note.tsx'
import { unexpected, useOrder } from './use-order.ts'

const USUAL_PORT = 9989

/** A slave dials in: the master needs a port for that, then a name makes the command to type over there. */
export function InviteForm({ onClose }: { onClose: () => void }) {
  const [info, setInfo] = useState<AttachInfo>()
  const [trouble, setTrouble] = useState<AttachTrouble>()
  const [invitation, setInvitation] = useState<Invitation>()

  useEffect(() => {
    bridge.request('attach:info').then(setInfo, (error: Error) => setTrouble(unexpected(error)))
  }, [])

  if (invitation) return <Waiting invitation={invitation} onClose={onClose} />
  if (!info)
    return (
      <div className="dialog-body" aria-busy>
        {trouble && <TroubleNote trouble={trouble} />}
      </div>
    )
  return info.slavePort === null ? (
    <ListenForm info={info} onInfo={setInfo} onClose={onClose} />
  ) : (
    <NameForm port={info.slavePort} onInvited={setInvitation} onClose={onClose} />
  )
}

function ListenForm({
  info,
  onInfo,
  onClose,
}: {
  info: AttachInfo
  onInfo: (info: AttachInfo) => void
  onClose: () => void
}) {
  const [port, setPort] = useState(String(USUAL_PORT))
  const { busy, trouble, send } = useOrder()
  const wanted = Number(port)
  const wrong = !(Number.isInteger(wanted) && wanted >= 1 && wanted <= 65_535)
  const submit = async () => {
    const listened = await send(bridge.request('attach:listen', { port: wanted }))
    if (listened.ok) onInfo(listened)
  }
  return (
    <ModalForm
      onSubmit={submit}
      onCancel={onClose}
      action="Listen for slaves"
      disabled={wrong || busy}
    >
      <p>
        This master does not listen for slaves yet. When it does, machines in your network can reach
        it at this port. It takes only those that show a name and password that you gave out, and
        what goes over the line is encrypted.
      </p>
      {info.trouble !== '' && (
        <TroubleNote trouble={{ message: `${info.trouble}.`, nextStep: 'Choose another port.' }} />
      )}
      <Field label="Port" hint="written to master.yml as slavePort">
        <input
          className="input mono port"
          inputMode="numeric"
          autoFocus
          value={port}
          onChange={event => setPort(event.target.value)}
        />
      </Field>
      {wrong && <p className="bad">A port is a number from 1 to 65535.</p>}
      {trouble && <TroubleNote trouble={trouble} />}
    </ModalForm>
  )
}

function NameForm({
  port,
  onInvited,
  onClose,
}: {
  port: NonNullable<AttachInfo['slavePort']>
  onInvited: (invitation: Invitation) => void
  onClose: () => void
}) {
  const [name, setName] = useState('')
  const [tags, setTags] = useState('')
  const { busy, trouble, send } = useOrder()
  const submit = async () => {
    const order = { name: name.trim(), tags: readTags(tags), maxBuilds: null }
    const invited = await send(bridge.request('attach:invite', order))
    if (invited.ok) onInvited(invited)
  }
  return (
    <ModalForm
      onSubmit={submit}
      onCancel={onClose}
      action="Make the command"
      disabled={name.trim() === '' || busy}
    >
      <p className="soft">
        This master listens at <code className="mono">{port.addresses[0] ?? port.host}</code>. Give
        the new slave a name; you get the command to type on its machine.
      </p>
      <NewSlaveFields name={name} onName={setName} tags={tags} onTags={setTags} />
      {trouble && <TroubleNote trouble={trouble} />}
    </ModalForm>
  )
}

/** The command is made; the slave is waited for. */
function Waiting({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const slave = useDesk(desk => desk.slaves.find(one => one.name === invitation.name))
  if (slave?.state === 'online') return <Attached name={invitation.name} onClose={onClose} />
  return (
    <>
      <div className="dialog-body">
        <Copyable
          label="Type this on the other machine"
          hint="it gets the slave from here, sees by its hash that it is the right one, and starts it"
          text={invitation.command}
        />
        <Copyable
          label="It asks for this password"
          hint="shown once; the master keeps only a hash"
          text={invitation.password}
        />
        {invitation.stockCommand !== null && (
          <details>
            <summary>It has a Buildbot worker already</summary>
            <Copyable label="Type this instead" text={invitation.stockCommand} />
          </details>
        )}
        <Fingerprint value={invitation.fingerprint}>
          The slave shows the same when it meets this master for the first time. If they differ,
          somebody stands in between.
        </Fingerprint>
        <p className="invite-waiting" role="status">
          <ResultGlyph look="queued" />
          Waiting for {invitation.name} to dial {invitation.address}
        </p>
      </div>
      <footer className="dialog-foot">
        <span className="dim grow">It may dial in later, too; you need not wait here.</span>
        <button type="button" className="button big" onClick={onClose}>
          Close
        </button>
      </footer>
    </>
  )
}
