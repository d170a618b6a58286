import type { BuildId } from '../model.ts'
import { REQUESTS_OF_BUILDS } from './changes.ts'
import type { Database } from './database.ts'

/** Somebody whose changes a build was the first to hold. */
export interface AuthorOfBuild {
  readonly buildId: BuildId
  /** As the change has it: `Ada <ada@example.org>`. */
  readonly who: string
}

/** Who wrote the changes of some builds, each once for a build, by name. */
export function authorsOfBuilds(db: Database, ids: readonly BuildId[]): AuthorOfBuild[] {
  return db.all<AuthorOfBuild & Record<string, never>>(
    `${REQUESTS_OF_BUILDS}
     SELECT DISTINCT m.build_id AS buildId, c.who AS who
     FROM merged m JOIN build_requests r ON r.id = m.request_id
     JOIN buildset_changes bc ON bc.buildset_id = r.buildset_id
     JOIN changes c ON c.id = bc.change_id
     ORDER BY buildId, who`,
    JSON.stringify(ids),
  )
}
