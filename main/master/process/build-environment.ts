import type { Build, SourceStamp } from '../model.ts'

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

/** Each value with its `${{ … }}` filled in. */
export function filledEnvironment(
  env: Readonly<Record<string, string>>,
  fill: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]))
}
