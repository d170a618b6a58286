import { Download } from 'lucide-react'
import { runningIn } from '../store/builds-of.ts'
import { useDesk } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { useUpdateDialog } from './update-dialog.tsx'
import { shortWords } from './update-words.ts'

/** The status bar's word on updates. */
export function UpdateBadge() {
  const phase = useDesk(desk => desk.updates.phase)
  const running = useDesk(desk => runningIn(desk.builds).length)
  const openDialog = useUpdateDialog()
  const words = shortWords(phase, running)
  if (words === null) return null
  const open = phase.kind === 'ready' ? openDialog : () => go(routes.settings)
  return (
    <button type="button" className="update-badge" onClick={open}>
      <Download aria-hidden />
      {words}
    </button>
  )
}
