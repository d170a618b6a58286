// Entry of the thread that compares logs, so that the window does not wait for it.
import { type DiffWish, diffLines } from './diff-lines.ts'

addEventListener('message', (event: MessageEvent<DiffWish>) =>
  postMessage(diffLines(event.data) ?? null),
)
