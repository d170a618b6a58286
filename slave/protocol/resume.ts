import { asCount, asMap, asNumber, asString, optional } from './parse.ts'

// The capability `resume`: commands outlive their link, and the master's process.
//
// - A slave tells in the worker info, as `run_id`, which life of it this is. A command
//   can be taken up again only in the life in which it was started.
// - The master gives a lease in the `lease` key of the settings. Without a link for that
//   long the slave ends what runs and begins a new life.
// - After the handshake the master sends `keep_builds` with the marker of every build it
//   still wants to hear of. The slave ends and forgets all others.
// - `start_command` carries a `triphammer` key: see CommandPlace. Its id is the same
//   whenever it is sent. A slave that knows the id starts nothing: it goes on sending,
//   from the offsets that `resume` names, and says once more how the command ended.
// - How a command ended is kept until `end_build`, or until a later step of its build begins.

/** Where in a build a command belongs: the `triphammer` key of `start_command`. */
export interface CommandPlace {
  /** The build's marker. */
  readonly build: string
  /** The number of the step, from 0. */
  readonly step: number
  /**
   * Present when the command may have been sent before: how many bytes the master
   * has of each stream. For a file that is uploaded its stream is `upload`.
   */
  readonly resume?: Readonly<Record<string, number>>
}

/** What the slave may do without its master: the `lease` key of `set_worker_settings`. */
export interface LeaseTerms {
  /** How long what runs goes on without a link. */
  readonly seconds: number
  /** How much output one command may keep on disk meanwhile; then its program waits. */
  readonly spool_bytes: number
}

export function parsePlace(value: unknown): CommandPlace | undefined {
  return optional(value, 'triphammer', (given, what) => {
    const { build, step, resume } = asMap(given, what)
    const offsets = optional(resume, `${what}.resume`, asMap)
    return {
      build: asString(build, `${what}.build`),
      step: asCount(step, `${what}.step`),
      ...(offsets && {
        resume: Object.fromEntries(
          Object.entries(offsets).map(([stream, bytes]) => [
            stream,
            asCount(bytes, `${what}.resume.${stream}`),
          ]),
        ),
      }),
    }
  })
}

export function parseLease(value: unknown): LeaseTerms | undefined {
  return optional(value, 'lease', (given, what) => {
    const { seconds, spool_bytes } = asMap(given, what)
    return {
      seconds: Math.max(0, asNumber(seconds, `${what}.seconds`)),
      spool_bytes: asCount(spool_bytes, `${what}.spool_bytes`),
    }
  })
}
