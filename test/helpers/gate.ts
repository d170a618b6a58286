import { join } from 'node:path'
import type { Gate } from '../../main/http/security.ts'
import { openSessions } from '../../main/http/sessions.ts'
import { createTickets } from '../../main/http/tickets.ts'
import { temporaryFolder } from './folders.ts'

/** What lets in, in a folder of its own. The token of the API is `t` unless it is named. */
export function testGate(apiToken = 't', now: () => number = Date.now): Gate {
  const file = join(temporaryFolder('gate'), 'sessions.json')
  const sessions = openSessions({ file, apiToken, now, log() {} })
  return { token: apiToken, sessions, tickets: createTickets(now) }
}
