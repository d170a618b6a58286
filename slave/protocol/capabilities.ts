import { asCount, asMap } from './parse.ts'

/**
 * What our two ends can do beyond the protocol that they share with Buildbot,
 * each with the newest form that this end knows. The slave announces its own in
 * the `triphammer` key of the worker info, the master in the `triphammer` key of
 * `set_worker_settings`; what both name is used, at the lower number. Versions of
 * the programs are never compared.
 */
export const CAPABILITIES = {
  /** Output as bytes with their offset in the stream, instead of decoded lines. */
  rawOutput: 1,
  /** `end_build` ends what the steps of a build left running. */
  endBuild: 1,
  /** Shells that a person opens, see terminal-ops.ts. Announced only where the slave allows it. */
  terminal: 1,
  /** A command outlives its link: see `resume.ts`. */
  resume: 1,
  /** `drain`, from the slave: it wants no more builds, and to be sent away after the last. */
  drain: 1,
  /** `vitals`, from the slave: how its machine fares, the programs it has, and its clock. */
  vitals: 1,
  /** `exact_env` names variables in which `${NAME}` is no variable of the slave's. */
  exactEnv: 1,
  /** `upload_files` sends many files after one walk. */
  uploadFiles: 1,
  /** On Windows, a text of several lines is run line by line, and `errexit` says whether it stops at one that fails. */
  cmdLines: 1,
} as const

export type Capability = keyof typeof CAPABILITIES
export type Capabilities = Partial<Record<Capability, number>>

/** What both ends can do. Capabilities that this end does not know are left out. */
export function agree(other: unknown, own: Capabilities = CAPABILITIES): Capabilities {
  if (other === undefined || other === null) return {}
  const theirs = asMap(other, 'triphammer')
  const agreed: Capabilities = {}
  for (const [name, ours] of Object.entries(own) as [Capability, number][]) {
    if (theirs[name] === undefined) continue
    agreed[name] = Math.min(ours, asCount(theirs[name], `triphammer.${name}`))
  }
  // Decoded lines have no offset to go on from.
  if (agreed.rawOutput === undefined) delete agreed.resume
  return agreed
}

/** Nothing beyond Buildbot's protocol was agreed on. */
export function isPlain(agreed: Capabilities): boolean {
  return Object.keys(agreed).length === 0
}

/** The update key of raw output: `[stream, offset, bytes, unix time in s]`. */
export const RAW_OUTPUT_KEY = 'triphammer_output'
