import type { BuilderConfig } from '../config/model.ts'
import { BISECT_PROPERTY } from '../data/bisects.ts'
import { FORCE_REASON } from '../data/collapse.ts'
import { RETRY_PROPERTY } from '../data/requests.ts'
import type { BuildRequest, Properties, PropertyValue, Slave } from '../model.ts'
import { factNamed, factsOf, own } from '../slaves/facts.ts'
import { ExpressionError, type Lookup } from './expression.ts'

/** The properties with which a build begins, by Buildbot's names. Later sources win. */
export function buildProperties(
  request: BuildRequest,
  builder: BuilderConfig,
  slave: Pick<Slave, 'name' | 'info'>,
  fromBuildset: Properties,
): Properties {
  const { sourcestamp } = request
  return {
    ...from('Builder', { ...builder.properties, buildername: builder.name }),
    ...from('Slave', slaveProperties(slave)),
    ...from('Build', {
      project: sourcestamp.project,
      repository: sourcestamp.repository,
      branch: sourcestamp.branch,
      revision: sourcestamp.revision,
      scheduler: request.scheduler,
      reason: request.reason,
    }),
    ...fromBuildset,
  }
}

// With what it was built is worth knowing long after the slave has changed.
function slaveProperties({ name, info }: Pick<Slave, 'name' | 'info'>) {
  const { os, arch, tools } = factsOf(info)
  return {
    slavename: name,
    workername: name,
    ...(os !== null && { 'slave.os': os }),
    ...(arch !== null && { 'slave.arch': arch }),
    ...(tools !== null && { 'slave.tools': tools }),
  }
}

export function from(source: string, values: Readonly<Record<string, PropertyValue>>): Properties {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value, source }]),
  )
}

const OURS = [RETRY_PROPERTY, BISECT_PROPERTY, FORCE_REASON]

/** Without what made a build a retry, a part of a bisect or a forced one: that is not what it was to build. */
export function askedFor(fromBuildset: Properties): Properties {
  return Object.fromEntries(
    Object.entries(fromBuildset).filter(
      ([name, { source }]) => !OURS.some(one => one.name === name && one.source === source),
    ),
  )
}

/** What `prop.`, `slave.` and `secret.` stand for in a build. */
export function createLookup(
  properties: () => Properties,
  slave: Pick<Slave, 'name' | 'info' | 'tags'>,
  secret: (name: string) => string | undefined,
): Lookup {
  return ([scope, ...rest]) => {
    const name = rest.join('.')
    switch (scope) {
      case 'prop':
        return own(properties(), name)?.value
      case 'slave':
        return factNamed(slave, name) ?? (own(slave.info, name) as PropertyValue | undefined)
      case 'secret':
        return secret(name)
      default:
        throw new ExpressionError(
          `there is no name "${[scope, ...rest].join('.')}"; names begin with prop., slave. or secret.`,
        )
    }
  }
}
