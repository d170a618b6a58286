import { Modal } from '../ui/parts.tsx'
import { showLegend } from '../waterfall/legend.tsx'
import { KEY_GROUPS, keysIn } from './keys.ts'

/** What the keys do. */
export function KeysHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const onLegend = () => {
    onClose()
    showLegend()
  }
  return (
    <Modal title="Keys" open={open} onClose={onClose} className="keys-help">
      <p className="soft keys-note">
        Each of these is in the palette too, by its words.{' '}
        <button type="button" className="link" onClick={onLegend}>
          What the signs mean
        </button>
      </p>
      <div className="dialog-body keys-groups">
        {KEY_GROUPS.map(group => (
          <section key={group.title}>
            <h3 className="caps">{group.title}</h3>
            <dl>
              {group.keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    {keysIn(key).map(one => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
