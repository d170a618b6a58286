import type { Host } from '../../host/host.ts'
import { BISECT_SCHEDULER } from '../../master/results.ts'
import type { ElectronPorts, NotificationPort } from '../ports.ts'
import { type Notice, wantedOccasions } from './notices.ts'

export interface Notifier {
  tell(notice: Notice): void
}

// One that nobody holds is collected, and its click is lost.
const MOST_HELD = 50
// Behind these there may be some that were made to find a bad change.
const LOOKED_AT = 20
const BUTTONS = ['Rebuild', 'Mute until it is good']

/** Shows notices as the system's notifications, as master.yml and the person want it. */
export function createNotifier(
  { notifications }: Pick<ElectronPorts, 'notifications'>,
  { handlers, log, master, state }: Pick<Host, 'handlers' | 'log' | 'master' | 'state'>,
  open: (place: string) => void,
): Notifier {
  const held = new Set<NotificationPort>()

  return {
    tell(notice) {
      const { builder, occasion } = notice
      const { muted } = state.get('desktop')
      // A mute lasts until the builder is good again.
      if (builder && (occasion === 'recovery' || occasion === 'success')) mute(builder, false)
      else if (builder && muted.includes(builder)) return
      if (wantedOccasions(master.config.current.notify).has(occasion)) show(notice)
    },
  }

  function show(notice: Notice) {
    if (!notifications.isSupported()) return
    const { occasion, title, body, builder, place } = notice
    const notification = notifications.create({
      title,
      body,
      urgency: occasion === 'recovery' || occasion === 'success' ? 'low' : 'normal',
      // Not every system shows them; the window has both, too.
      actions: builder ? BUTTONS.map(text => ({ type: 'button', text })) : [],
    })
    held.add(notification)
    if (held.size > MOST_HELD) held.delete(held.values().next().value!)
    notification.on('click', () => open(place))
    notification.on('action', ({ actionIndex }) => {
      if (!builder) return
      if (actionIndex === 0) rebuild(builder)
      else mute(builder, true)
    })
    notification.on('close', () => held.delete(notification))
    notification.show()
  }

  function rebuild(name: string) {
    const builder = master.data.builderByName(name)
    const last = builder ? master.data.lastFinishedBuilds(builder.id, LOOKED_AT) : []
    const build = last.find(one => one.scheduler !== BISECT_SCHEDULER)
    if (!build) return
    Promise.resolve(handlers['build:rebuild']({ id: build.id })).catch((error: Error) =>
      log(`${name} could not be built again: ${error.message}`),
    )
  }

  function mute(builder: string, on: boolean) {
    const desktop = state.get('desktop')
    const others = desktop.muted.filter(one => one !== builder)
    if (on || others.length < desktop.muted.length)
      state.set('desktop', { ...desktop, muted: on ? [...others, builder] : others })
  }
}
