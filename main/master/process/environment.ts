import { createHash } from 'node:crypto'
import type { BuilderConfig } from '../config/model.ts'
import type { Environment, EnvironmentFact, Properties, Slave } from '../model.ts'
import { looksSecret } from '../secrets.ts'
import { factsOf } from '../slaves/facts.ts'
import { ExpressionError, type Lookup } from './expression.ts'
import type { MarkOf } from './hidden-marks.ts'
import { interpolate } from './interpolate.ts'
import { createLookup } from './properties.ts'

const LONGEST_VALUE = 2000
const MOST_CHARACTERS = 32_000

export interface EnvironmentSources {
  readonly builder: Pick<BuilderConfig, 'env' | 'steps'>
  readonly slave: Pick<Slave, 'name' | 'info' | 'tags' | 'link'>
  readonly secret: (name: string) => string | undefined
  readonly markOf: MarkOf
}

/**
 * What a build that starts now runs in, for its history: what the slave told of its
 * machine, and the variables of steps. What each step has besides (BUILD_NUMBER,
 * REVISION, …) says nothing that the build does not say itself, and would make every
 * environment another one; for the same reason `${{ prop. }}` stays as it is written:
 * properties are kept with the build.
 *
 * No secret is in it: neither what `${{ secret. }}` stands for nor what looks like one.
 */
export function environmentOf(sources: EnvironmentSources): Environment {
  const { builder, slave, markOf } = sources
  const lookup = createLookup(() => ({}), slave, sources.secret)
  const facts: EnvironmentFact[] = [
    ...listed('machine', machineOf(slave)),
    ...listed('tools', factsOf(slave.info).tools ?? {}),
    ...listed('slave', variablesOf(slave)),
    ...listed('builder', builder.env),
  ]
  const named = new Map<string, number>()
  for (const { name, env } of builder.steps) {
    const count = (named.get(name) ?? 0) + 1
    named.set(name, count)
    const step = count === 1 ? name : `${name} (${count})`
    facts.push(...listed('step', env).map(fact => ({ ...fact, step })))
  }
  return bounded(facts)

  function listed(
    group: EnvironmentFact['group'],
    values: Readonly<Record<string, string>>,
  ): EnvironmentFact[] {
    return Object.entries(values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => ({ group, name, value: kept(group, name, text) }))
  }

  function kept(group: EnvironmentFact['group'], name: string, text: string) {
    if (group === 'machine' || group === 'tools') return cut(text)
    const written = group === 'slave' ? text : withoutProperties(text, lookup)
    if (!mentions('secret', text) && !looksSecret(name, written)) return cut(written)
    // What a property has yet to say may be the secret.
    return { mark: mentions('prop', written) ? null : markOf(name, written) }
  }
}

/** An environment as its build had it: with the build's properties where they are named. */
export function withProperties(environment: Environment, properties: Properties): Environment {
  const nobody = { name: '', info: {}, tags: [] }
  const lookup = createLookup(
    () => properties,
    nobody,
    () => undefined,
  )
  const facts = environment.facts.map(fact =>
    fact.group === 'step' || fact.group === 'builder'
      ? { ...fact, value: typeof fact.value === 'string' ? filled(fact.value, lookup) : fact.value }
      : fact,
  )
  return { ...environment, facts }
}

function machineOf({ info, link }: EnvironmentSources['slave']): Record<string, string> {
  const { os, distro, osVersion, arch, cpus, memoryBytes } = factsOf(info)
  const facts: Record<string, unknown> = {
    system: os,
    release: info.os_pretty_name ?? ([distro, osVersion].filter(Boolean).join(' ') || null),
    kernel: info.kernel,
    architecture: arch,
    processors: cpus,
    // Systems count a few kB more or less from start to start.
    memory: memoryBytes && `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`,
    'slave program': link.program,
    'slave version': info.version,
    'slave’s Node.js': info.node_version,
    capabilities: Object.entries(link.capabilities)
      .map(([name, version]) => `${name} ${version}`)
      .sort()
      .join(', '),
  }
  return texts(facts)
}

function variablesOf({ info }: EnvironmentSources['slave']): Record<string, string> {
  const { variables } = info
  return typeof variables === 'object' && variables !== null ? texts(variables) : {}
}

function texts(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      (typeof value === 'string' && value !== '') || typeof value === 'number'
        ? [[name, String(value)]]
        : [],
    ),
  )
}

const HOLE = /\$\{\{.*?\}\}/gs

function mentions(scope: 'prop' | 'secret', text: string): boolean {
  return (text.match(HOLE) ?? []).some(hole => new RegExp(`\\b${scope}\\.`).test(hole))
}

function withoutProperties(text: string, lookup: Lookup): string {
  return text.replace(HOLE, hole => (mentions('prop', hole) ? hole : filled(hole, lookup)))
}

// What can't be filled in fails its step, with a word there.
function filled(text: string, lookup: Lookup): string {
  try {
    return interpolate(text, lookup)
  } catch (error) {
    if (error instanceof ExpressionError) return text
    throw error
  }
}

// That two long ones differ can be told although their ends are not kept.
function cut(text: string): string {
  if (text.length <= LONGEST_VALUE) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return `${text.slice(0, LONGEST_VALUE)} … (${text.length} characters, SHA-256 ${hash}…)`
}

function bounded(facts: readonly EnvironmentFact[]): Environment {
  let characters = 0
  const kept = facts.filter(fact => {
    characters += JSON.stringify(fact).length
    return characters <= MOST_CHARACTERS
  })
  return { facts: kept, leftOut: facts.length - kept.length }
}
