import { isFileTrouble } from '../master/storage-trouble.ts'

/** `EX_SOFTWARE` of sysexits.h. */
const CRASH_CODE = 70

/**
 * What nobody caught in a master without a window. Trouble with the disk, or a file that
 * is locked or may not be read, is no reason to end, since nothing was written, and neither is a promise that nobody waited for: both are told in
 * app.log. After any other fault nothing is known about the state in memory, so the master ends;
 * what is in history is safe, and builds go on with the next one.
 */
export function watchFaults(
  events: Pick<NodeJS.EventEmitter, 'on'>,
  log: (text: string) => void,
  exit: (code: number) => void,
): void {
  events.on('unhandledRejection', (reason: unknown) =>
    log(`unhandled rejection: ${(reason as Error)?.stack ?? reason}`),
  )
  events.on('uncaughtException', (error: unknown) => {
    log(`uncaught: ${(error as Error)?.stack ?? error}`)
    if (isFileTrouble(error)) return
    process.stderr.write(
      `triphammer: ended by a fault of its own: ${(error as Error)?.message ?? error}. app.log has the details.\n`,
    )
    exit(CRASH_CODE)
  })
}
