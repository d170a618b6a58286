import { useState } from 'react'
import { Modal, Segments } from '../../ui/parts.tsx'
import { DialForm } from './dial-form.tsx'
import { InviteForm } from './invite-form.tsx'
import './attach.css'

type Way = 'dial' | 'invite'

const WAYS: readonly { readonly value: Way; readonly label: string }[] = [
  { value: 'dial', label: 'Dial its address' },
  { value: 'invite', label: 'Let it dial in' },
]

/** Makes another machine a slave: it waits and we dial it, or we wait and it dials in. */
export function AttachDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal title="Attach a slave" open={open} onClose={onClose} className="attach">
      {open && <Ways onClose={onClose} />}
    </Modal>
  )
}

function Ways({ onClose }: { onClose: () => void }) {
  const [way, setWay] = useState<Way>('dial')
  return (
    <>
      <div className="attach-ways">
        <Segments
          label="Who calls whom"
          choices={WAYS}
          value={way}
          onChange={next => setWay(next)}
        />
        <p className="soft">
          {way === 'dial'
            ? 'For a machine that you can reach from here. It shows a code; you type it.'
            : 'For a machine that can reach this one: behind a router, or with a Buildbot worker on it.'}
        </p>
      </div>
      {way === 'dial' ? <DialForm onClose={onClose} /> : <InviteForm onClose={onClose} />}
    </>
  )
}
