import { tmpdir } from 'node:os'
import { gitIn } from '../master/changes/git.ts'
import type { Handlers } from './contract.ts'

const TIMEOUT_MS = 5000

/** Who sits at this desk, as git knows it; `null` where nobody has told git. */
export function personHandlers(
  env: Readonly<Record<string, string>>,
): Pick<Handlers, 'person:identity'> {
  return {
    async 'person:identity'() {
      // Not in a repository, which may have an identity of its own.
      const git = gitIn(tmpdir(), env, AbortSignal.timeout(TIMEOUT_MS), TIMEOUT_MS)
      const [name, email] = await Promise.all(
        ['user.name', 'user.email'].map(key =>
          git('config', '--get', key).then(
            text => text.trim() || null,
            () => null,
          ),
        ),
      )
      return { name: name!, email: email! }
    },
  }
}
