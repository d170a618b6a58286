import {
  asBytes,
  asCount,
  asNumber,
  type Fields,
  ProtocolError,
} from '../../../slave/protocol/parse.ts'

/** The master's end of a file that travels while a command runs. */
export interface TransferHooks {
  /** Blocks of a file, or of the tar of a folder, that the slave sends; one after the other. */
  readonly onUpload?: (bytes: Uint8Array) => Promise<void>
  /** When the file that was sent was used and changed, where that was asked for. */
  readonly onUploadTimes?: (accessedAtS: number, modifiedAtS: number) => void
  /** The next bytes of a file that the slave fetches, `length` at most; none at the end. */
  readonly onDownload?: (length: number) => Promise<Uint8Array>
}

// Larger blocks are asked for by nobody, and each one is held in memory.
const LARGEST_BLOCK_BYTES = 16 * 1024 * 1024

/**
 * Answers what a slave asks during an upload or a download.
 *
 * @throws ProtocolError when nothing of the kind was asked of it, or the op is none.
 */
export function answerTransfer(op: string, fields: Fields, hooks: TransferHooks): unknown {
  switch (op) {
    case 'update_upload_file_write':
    case 'update_upload_directory_write':
      return wanted(hooks.onUpload)(asBytes(fields.args, 'args')).then(() => null)
    case 'update_upload_file_utime':
      hooks.onUploadTimes?.(
        asNumber(fields.access_time, 'access_time'),
        asNumber(fields.modified_time, 'modified_time'),
      )
      return null
    case 'update_upload_file_close':
    case 'update_upload_directory_unpack':
      return null
    case 'update_read_file': {
      const length = Math.min(asCount(fields.length, 'length'), LARGEST_BLOCK_BYTES)
      return wanted(hooks.onDownload)(length)
    }
    case 'update_read_file_close':
      return null
    default:
      throw new ProtocolError(`unknown op "${op}"`)
  }
}

function wanted<T>(hook: T | undefined): T {
  if (!hook) throw new ProtocolError('no file was asked for')
  return hook
}
