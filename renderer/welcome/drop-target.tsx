import { FolderPlus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { bridge } from '../bridge.ts'
import { lookAtDropped } from './dropped.ts'

/** The whole window takes folders that are dropped on it, whatever it shows. */
export function DropTarget() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const listening = new AbortController()
    const listen = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', act: DragListener) =>
      window.addEventListener(type, act, { signal: listening.signal })
    listen('dragenter', event => setOver(holdsFiles(event)))
    listen('dragover', event => {
      // Texts and columns that are dragged are the business of what they are dragged over.
      if (!holdsFiles(event)) return
      event.preventDefault()
      // Every file manager lets its files be copied; nothing is.
      event.dataTransfer!.dropEffect = 'copy'
    })
    listen('dragleave', event => {
      if (event.relatedTarget === null) setOver(false)
    })
    listen('drop', event => {
      if (!holdsFiles(event)) return
      // A file must not take the window to another page.
      event.preventDefault()
      setOver(false)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length > 0) lookAtDropped(files.map(file => bridge.pathOfDropped(file)))
    })
    return () => listening.abort()
  }, [])
  if (!over) return null
  return (
    <div className="drop-over" aria-hidden>
      <div>
        <FolderPlus />
        <b>Drop it: Triphammer looks at it and proposes the build</b>
        <span>One repository or several; nothing is written yet.</span>
      </div>
    </div>
  )
}

type DragListener = (event: DragEvent) => void

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}
