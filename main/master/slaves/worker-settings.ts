import type { Fields } from '../../../slave/protocol/parse.ts'

/**
 * What a slave without raw output is told of how to send it. As Buildbot's master has
 * it, but for the limits: output comes at once, in messages of a size that is worth one,
 * and lines are not cut.
 *
 * Buildbot's workers lose text where they cut a line (Buildbot's pull request 9082), by
 * as much as they cut beyond the first time. At this length a line without an end still
 * fits into a frame, so that it costs a character and not the link.
 */
export const WORKER_SETTINGS: Fields = {
  buffer_size: 512 * 1024,
  buffer_timeout: 0.05,
  newline_re: String.raw`(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)`,
  max_line_length: 8 * 1024 * 1024,
}
