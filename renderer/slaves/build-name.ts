import type { Build, Builder } from '../bridge.ts'

/** `calc-linux #811` */
export function buildName(
  builder: Pick<Builder, 'name'> | undefined,
  build: Pick<Build, 'number'>,
): string {
  return `${builder?.name ?? 'a builder that is gone'} #${build.number}`
}
