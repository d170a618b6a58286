import { useDesk } from '../../store/hooks.ts'
import { go, routes } from '../../store/route.ts'
import { ModalFoot } from '../../ui/parts.tsx'
import { ResultGlyph } from '../../ui/result.tsx'

/** It worked: what the slave is called, and where it is to be seen. */
export function Attached({ name, onClose }: { name: string; onClose: () => void }) {
  const slave = useDesk(desk => desk.slaves.find(one => one.name === name))
  const online = slave?.state === 'online'
  return (
    <>
      <div className="dialog-body attached" role="status">
        <ResultGlyph look={online ? 'success' : 'running'} size={20} />
        <div>
          <p>
            <b>{online ? `${name} is attached.` : `${name} is known. Its link is being made.`}</b>
          </p>
          <p className="soft">
            It is in master.yml now, and builders that name no slaves of their own use it. If the
            link drops, it is made again by itself.
          </p>
          {!online && slave?.reason && <p className="amber">{slave.reason}</p>}
        </div>
      </div>
      <ModalFoot
        cancel="Close"
        onCancel={onClose}
        action={`Show ${name}`}
        autoFocus
        onAction={() => {
          onClose()
          go(routes.slave(name))
        }}
      />
    </>
  )
}
