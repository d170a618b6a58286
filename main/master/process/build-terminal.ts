import type { BuilderConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { Build } from '../model.ts'
import type { Session } from '../slaves/session.ts'
import {
  type GivenEnvironment,
  givenEnvironment,
  standingEnvironment,
} from './build-environment.ts'
import { buildFolder, onSlave } from './build-folder.ts'
import { interpolate } from './interpolate.ts'
import { createLookup } from './properties.ts'

export interface BuildPlace extends GivenEnvironment {
  readonly workdir: string
}

export interface BuildPlaceOptions {
  readonly data: Data
  readonly secret: (name: string) => string | undefined
  /** Undefined once the builder is no longer configured: then only the standing variables are known. */
  readonly builder: BuilderConfig | undefined
}

/**
 * Where the steps of a build have worked, and in which environment. That of the
 * builder is as it is configured now; secrets that it names are in it, as in the steps.
 */
export function placeOfBuild(
  build: Build,
  session: Session,
  { data, secret, builder }: BuildPlaceOptions,
): BuildPlace {
  const { name } = data.builder(build.builderId)!
  const { sourcestamp } = data.request(build.requestId)!
  const { info } = session
  const lookup = createLookup(
    () => data.propertiesOfBuild(build.id),
    { name: build.slave, info, tags: data.slave(build.slave)?.tags ?? [] },
    secret,
  )
  const folder = onSlave(String(info.basedir), builder?.folder ?? buildFolder(name), info.system)
  return {
    workdir: `${folder}/build`,
    ...givenEnvironment(
      standingEnvironment(name, build, sourcestamp),
      text => interpolate(text, lookup),
      builder?.env ?? {},
    ),
  }
}
