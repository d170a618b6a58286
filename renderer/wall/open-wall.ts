import { bridge } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { routes } from '../store/route.ts'

/** Shows the wall in a window of its own, to be put on another screen. */
export function openWall(): void {
  if (bridge.shell === 'desktop')
    void act(bridge.request('window:open', { place: routes.wall }), 'The wall has its own window')
  else window.open(`${location.pathname}#${routes.wall}`, '_blank', 'popup,width=1280,height=720')
}
