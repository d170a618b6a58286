/** What went wrong with an update, for a person: one sentence, and that nothing was changed. */
export function explainUpdateError(error: Error & { code?: unknown }): string {
  const reason = reasonOf(error)
  return `${reason[0]!.toUpperCase()}${reason.slice(1)}. Nothing was changed; it is tried again later.`
}

const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED|INTERNET_DISCONNECTED/,
    'the update server was not found; is this machine online?',
  ],
  [/ECONNREFUSED|CONNECTION_REFUSED/, 'the update server refused the connection'],
  [/ETIMEDOUT|TIMED_OUT/, 'the update server did not answer in time'],
  [
    /ECONNRESET|socket hang up|EMPTY_RESPONSE|CONTENT_LENGTH|INCOMPLETE|aborted/i,
    'the connection was cut during the download',
  ],
  [
    /CHECKSUM_MISMATCH|sha512 checksum/i,
    'the file that came is not the one that was announced, and was thrown away',
  ],
  [/NO_CHECKSUM/, 'the feed names no checksum for its file'],
  [
    /CHANNEL_FILE_NOT_FOUND|LATEST_VERSION_NOT_FOUND/,
    'no release has been published at the update address',
  ],
  [
    /INVALID_UPDATE_INFO|YAMLException|Cannot parse|valid semver/i,
    'the update feed could not be understood',
  ],
  [/redirect/i, 'the update server leads in a circle'],
  [/ENOSPC/, 'there is no room on the disk for the download'],
  [/EACCES|EPERM|EROFS/, 'the app may not be replaced here; its folder is read-only'],
]

function reasonOf({ code, message }: Error & { code?: unknown }): string {
  const text = `${String(code ?? '')} ${message}`
  const known = REASONS.find(([pattern]) => pattern.test(text))?.[1]
  const said = known ?? message.split('\n', 1)[0]!
  return said.replace(/[.]+$/, '') || 'it failed without a reason'
}
