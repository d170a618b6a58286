/**
 * Files one after the other in one stream, as `upload_files` sends them: for each a line of JSON, and its bytes below.
 */
export interface FileHead {
  /** Relative to the folder that was asked about, with `/` on every system. */
  readonly path: string
  /** How many bytes follow. */
  readonly size: number
  /** Why none do. */
  readonly left?: 'older' | 'large' | 'unreadable'
  /** What the system says of a file that could not be read. */
  readonly why?: string
}

const NEWLINE = 10
const LONGEST_HEAD_BYTES = 64 * 1024

export function encodeFileHead(head: FileHead): Buffer {
  return Buffer.from(`${JSON.stringify(head)}\n`)
}

export interface FileFrames {
  /** @throws Error when it is not such a stream. */
  write(bytes: Uint8Array): Promise<void>
}

/**
 * Takes such a stream apart, however it is cut. `take` is called with each piece of a file, at least once for a file, and
 * told which one is the last.
 */
export function createFileFrames(
  take: (head: FileHead, bytes: Uint8Array, last: boolean) => Promise<void>,
): FileFrames {
  let line = Buffer.alloc(0)
  let open: { readonly head: FileHead; left: number } | undefined

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (open) {
          const piece = bytes.subarray(at, at + open.left)
          at += piece.length
          open.left -= piece.length
          const { head, left } = open
          if (left === 0) open = undefined
          await take(head, piece, left === 0)
          continue
        }
        const end = bytes.indexOf(NEWLINE, at)
        line = Buffer.concat([line, bytes.subarray(at, end < 0 ? undefined : end)])
        if (line.length > LONGEST_HEAD_BYTES) throw new Error('the slave sent no list of files')
        if (end < 0) return
        at = end + 1
        const head = parseHead(line.toString('utf8'))
        line = Buffer.alloc(0)
        if (head.size === 0) await take(head, new Uint8Array(), true)
        else open = { head, left: head.size }
      }
    },
  }
}

function parseHead(text: string): FileHead {
  const head = JSON.parse(text) as FileHead
  if (typeof head?.path !== 'string' || !Number.isSafeInteger(head.size) || head.size < 0)
    throw new Error('the slave sent no list of files')
  return head
}
