import type { Build, SourceStamp } from '../model.ts'
import { hasHole } from './interpolate.ts'

/** What every step of a build finds in its environment, whatever the configuration adds. */
export function standingEnvironment(
  builder: string,
  build: Build,
  source: Pick<SourceStamp, 'repository' | 'branch' | 'revision'>,
): Record<string, string> {
  return {
    CI: 'true',
    TRIPHAMMER: '1',
    BUILDER: builder,
    BUILD_NUMBER: String(build.number),
    BRANCH: source.branch ?? '',
    REVISION: build.revision ?? source.revision ?? '',
    REPOSITORY: source.repository,
  }
}

/** The variables that the master gives to a command. */
export interface GivenEnvironment {
  readonly env: Readonly<Record<string, string>>
  /**
   * Names of those whose values the master has filled in. A slave puts its own variables in for
   * `${NAME}`, as the configuration may have it: `PATH: /opt/bin:${PATH}`; not so in these.
   */
  readonly exact: readonly string[]
}

/** The standing variables with those of the configuration, of which later ones win. */
export function givenEnvironment(
  standing: Readonly<Record<string, string>>,
  fill: (text: string) => string,
  ...configured: readonly Readonly<Record<string, string>>[]
): GivenEnvironment {
  const env = { ...standing }
  const exact = new Set(Object.keys(standing))
  for (const layer of configured)
    for (const [name, text] of Object.entries(layer)) {
      env[name] = fill(text)
      if (hasHole(text)) exact.add(name)
      else exact.delete(name)
    }
  return { env, exact: [...exact] }
}
