import { readDesk } from '../store/desk.ts'
import { tell } from '../store/messages.ts'
import { snapshot } from '../ui/snapshot.ts'

/** Saves what is seen of the waterfall, with its heads and changes, as a picture. */
export async function savePicture(): Promise<void> {
  const board = document.querySelector<HTMLElement>('.board')
  if (!board) return tell('Open the waterfall first: it is what is seen that is saved', 'problem')
  const blob = await new Promise<Blob | null>(done => snapshot(board).toBlob(done, 'image/png'))
  if (!blob) return tell('The picture could not be made: the window is too large', 'problem')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = nameOf(readDesk().title, new Date())
  link.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  tell(`The picture is saved as ${link.download}`)
}

function nameOf(title: string, now: Date): string {
  const plain = title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `${plain || 'waterfall'}-${day}-${two(now.getHours())}${two(now.getMinutes())}.png`
}
