import { bridge, type Slave } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { go, routes } from '../store/route.ts'
import { count } from '../ui/format.ts'

/** What a person has to say or to confirm before something is done. */
export type SlaveQuestion =
  | { readonly kind: 'pause'; readonly slave: Slave }
  | {
      readonly kind: 'sure'
      readonly title: string
      /** What will happen, and what will not. */
      readonly text: string
      readonly verb: string
      readonly go: () => Promise<unknown>
    }

export interface SlaveAction {
  readonly id:
    | 'pause'
    | 'unpause'
    | 'drain'
    | 'undrain'
    | 'quarantine'
    | 'terminal'
    | 'kill'
    | 'revoke'
    | 'remove'
  readonly label: string
  /** What it does, in a few words: shown in the palette and the menu. */
  readonly detail: string
  /** The key that does it in the slaves view. */
  readonly key?: string
  run(ask: (question: SlaveQuestion) => void): void
}

/** What can be done with a slave as it stands: buttons, keys, menu and palette all read this list. */
export function slaveActions(slave: Slave): readonly SlaveAction[] {
  const { name } = slave
  const here = slave.state === 'online' || slave.state === 'lost'
  const running = slave.building.length
  const actions: (SlaveAction | false)[] = [
    slave.quarantine !== null && {
      id: 'quarantine',
      label: 'End quarantine',
      detail: 'give it builds again now',
      key: 'q',
      run: () =>
        act(bridge.request('slave:resetQuarantine', { name }), `${name} takes builds again`),
    },
    slave.paused === null
      ? {
          id: 'pause',
          label: 'Pause',
          detail: 'give it no new builds',
          key: 'p',
          run: ask => ask({ kind: 'pause', slave }),
        }
      : {
          id: 'unpause',
          label: 'Unpause',
          detail: 'give it builds again',
          key: 'p',
          run: () => act(bridge.request('slave:unpause', { name }), `${name} takes builds again`),
        },
    !slave.draining &&
      here && {
        id: 'drain',
        label: 'Stop when idle',
        detail: 'its builds end first',
        key: 'd',
        run: () =>
          act(bridge.request('slave:drain', { name, on: true }), `${name} stops when it is idle`),
      },
    slave.draining && {
      id: 'undrain',
      label: 'Don’t stop',
      detail: 'let it stay and take builds',
      key: 'd',
      run: () => act(bridge.request('slave:drain', { name, on: false }), `${name} stays`),
    },
    {
      id: 'terminal',
      label: 'Open terminal',
      detail: 'a shell on that machine',
      key: 't',
      run: () => go(routes.slave(name, 'terminal')),
    },
    here && {
      id: 'kill',
      label: 'Stop at once…',
      detail: 'its builds are built again elsewhere',
      run: ask =>
        ask({
          kind: 'sure',
          title: `Stop ${name} at once?`,
          text:
            running > 0
              ? `${count(running, 'build')} on it will be cut short and wait for a slave again. What was built so far stays in history.`
              : 'It builds nothing at the moment.',
          verb: 'Stop at once',
          go: () => act(bridge.request('slave:kill', { name }), `${name} is being stopped`),
        }),
    },
    slave.kind === 'remote' && {
      id: 'revoke',
      label: 'Forget its key…',
      detail: 'it can’t attach any more until it is paired again',
      run: ask =>
        ask({
          kind: 'sure',
          title: `Forget the key of ${name}?`,
          text: `Its link is cut, and it is not let in again. To use it once more, attach it as you did the first time. Its builds stay in history.`,
          verb: 'Forget its key',
          go: () =>
            act(bridge.request('attach:revoke', { name }), `The key of ${name} is forgotten`),
        }),
    },
    {
      id: 'remove',
      label: 'Remove…',
      detail: 'take it out of master.yml',
      key: 'Delete',
      run: ask =>
        ask({
          kind: 'sure',
          title: `Remove ${name}?`,
          text: `It is taken out of master.yml and gets no more builds${running > 0 ? '; what it builds now is cut short and waits for another slave' : ''}. Its builds stay in history, and adding it again later brings it back.`,
          verb: 'Remove',
          go: () => act(bridge.request('slave:remove', { name }), `${name} was removed`),
        }),
    },
  ]
  return actions.filter(action => action !== false)
}
