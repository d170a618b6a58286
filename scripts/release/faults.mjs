// What stands in the way of a release.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findPlaceholders } from './placeholders.mjs'

/** Each reason why a commit can't be released under a tag. */
export function releaseFaults({ tag, manifest, packaging, root }) {
  const { version } = manifest
  return [
    ...(tag === `v${version}` ? [] : [`package.json says version ${version}`]),
    ...(existsSync(join(root, 'test/fixtures/releases', version, 'facts.json.zst'))
      ? []
      : [`${version} is not frozen ("npm run fixture")`]),
    ...findPlaceholders(manifest, packaging).map(one => `${one} is a placeholder`),
  ]
}
