import { Modal } from '../ui/parts.tsx'

const GROUPS: readonly {
  readonly title: string
  readonly keys: readonly (readonly [string, string])[]
}[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'commands, builds, changes'],
      ['g w', 'waterfall'],
      ['g m', 'console: my changes'],
      ['g r', 'grid'],
      ['g b', 'builds'],
      ['g c', 'changes'],
      ['g s', 'slaves'],
      ['g t', 'trends'],
      ['g o', 'board: what needs you'],
      ['g y', 'tests: flaky, failing, slow'],
      ['g /', 'search all logs'],
      ['g ,', 'settings'],
      ['a', 'add a repository'],
      ['f', 'filter, where there is one; else force a build'],
      ['F', 'force a build'],
      ['?', 'these keys'],
    ],
  },
  {
    title: 'Waterfall',
    keys: [
      ['arrows', 'from build to build'],
      ['Enter', 'open the build'],
      ['[ ]', 'failure before, failure after'],
      ['{ }', 'the same, of all columns'],
      ['l', 'log'],
      ['t', 'terminal'],
      ['r', 'rebuild'],
      ['s', 'stop'],
      ['c', 'mark, then compare; or Ctrl-click two builds'],
      ['v', 'saved views'],
      ['x', 'columns of builders or of slaves'],
      ['Shift ← →', 'move the column whose head has the focus'],
      ['+ - 0', 'zoom'],
      ['m', 'linear, folded or events'],
      ['p', 'side panel'],
      ['PgUp PgDn', 'a screen up, a screen down'],
      ['Home', 'back to now'],
      ['u', 'sum up what is in sight'],
      ['g d', 'go to a date'],
    ],
  },
  {
    title: 'Slaves',
    keys: [
      ['up down', 'from slave to slave'],
      ['n', 'attach a slave'],
      ['p', 'pause, unpause'],
      ['d', 'stop when idle'],
      ['t', 'terminal'],
      ['q', 'end quarantine'],
      ['Del', 'remove'],
    ],
  },
  {
    title: 'Build and log',
    keys: [
      ['[ ]', 'build before, build after'],
      ['/', 'search in the log'],
      ['n N', 'next match, match before'],
      ['e E', 'next error, error before'],
      ['z', 'fold or unfold all'],
      ['d', 'times beside the lines'],
      ['c C l', 'copy, with colours, a link'],
      ['f', 'follow the end'],
      ['w', 'wrap long lines'],
      ['t', 'terminal'],
      ['Esc', 'back to the waterfall'],
    ],
  },
]

/** What the keys do. */
export function KeysHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal title="Keys" open={open} onClose={onClose} className="keys-help">
      <div className="dialog-body keys-groups">
        {GROUPS.map(group => (
          <section key={group.title}>
            <h3 className="caps">{group.title}</h3>
            <dl>
              {group.keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
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
