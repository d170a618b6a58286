import type { Result } from './results.ts'

declare const brand: unique symbol
/** An integer key of one table. Branded, because this domain has a dozen that must not be swapped. */
export type Id<Noun extends string> = number & { readonly [brand]: Noun }

export type RunId = Id<'run'>
export type BuilderId = Id<'builder'>
export type SlaveId = Id<'slave'>
export type ChangeId = Id<'change'>
export type SourceStampId = Id<'sourcestamp'>
export type BuildsetId = Id<'buildset'>
export type BuildRequestId = Id<'request'>
export type BuildId = Id<'build'>
export type StepId = Id<'step'>
export type LogId = Id<'log'>
export type EventId = Id<'event'>

/** A moment: integer milliseconds since the Unix epoch, UTC. `null` means "not yet". */
export type Moment = number

/** Ends what was started. Calling it twice is harmless. */
export type Stop = () => void
export type AsyncStop = () => Promise<void>

/** A commit on a branch that the master was told of or found. */
export interface Change {
  readonly id: ChangeId
  readonly project: string
  readonly repository: string
  readonly branch: string
  readonly revision: string
  readonly who: string
  /** First line of `comments`. */
  readonly subject: string
  readonly comments: string
  readonly files: readonly string[]
  /** Why this change exists when it is not simply a new commit: `new-branch`, `first`, `reset`. */
  readonly category: string | null
  /** When it was committed, by the committer's clock. */
  readonly at: Moment
  readonly receivedAt: Moment
}

/** What to check out. A `null` revision means the newest of the branch. */
export interface SourceStamp {
  readonly id: SourceStampId
  readonly project: string
  readonly repository: string
  readonly branch: string | null
  readonly revision: string | null
}

/** One trigger: a reason, a sourcestamp and one build request for each builder. */
export interface Buildset {
  readonly id: BuildsetId
  readonly reason: string
  readonly scheduler: string
  readonly sourcestamp: SourceStamp
  readonly submittedAt: Moment
  readonly completeAt: Moment | null
  readonly results: Result | null
}

/** A wish for one build of one builder; waits in the queue until it is claimed. */
export interface BuildRequest {
  readonly id: BuildRequestId
  readonly buildsetId: BuildsetId
  readonly builderId: BuilderId
  readonly priority: number
  readonly reason: string
  readonly scheduler: string
  readonly sourcestamp: SourceStamp
  readonly submittedAt: Moment
  readonly claimedAt: Moment | null
  readonly completeAt: Moment | null
  readonly results: Result | null
  /** The newer request that took this one's changes along. */
  readonly collapsedInto: BuildRequestId | null
}

export interface Build {
  readonly id: BuildId
  readonly builderId: BuilderId
  /** Counts up within the builder, from 1. */
  readonly number: number
  readonly requestId: BuildRequestId
  readonly slave: string
  readonly reason: string
  readonly scheduler: string
  readonly branch: string | null
  /** What was checked out once that is known, else what was asked for. */
  readonly revision: string | null
  readonly startedAt: Moment
  readonly completeAt: Moment | null
  readonly results: Result | null
  /** What goes on, or what decided: "test: 2 failed". */
  readonly stateString: string
}

export interface Step {
  readonly id: StepId
  readonly buildId: BuildId
  /** Position in the build, from 0. */
  readonly number: number
  readonly name: string
  /** The step type of the configuration. History may hold types that this version does not know. */
  readonly kind: string
  readonly startedAt: Moment
  readonly completeAt: Moment | null
  readonly results: Result | null
  readonly stateString: string
  readonly hidden: boolean
  readonly tests: TestCounts | null
}

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export type TestOutcome = 'passed' | 'failed' | 'skipped'

export interface TestResult {
  readonly stepId: StepId
  readonly suite: string
  readonly name: string
  readonly outcome: TestOutcome
  readonly durationMs: number | null
  readonly message: string
}

export interface Log {
  readonly id: LogId
  readonly stepId: StepId
  readonly name: string
  /** As Buildbot has it: `s` told apart by stream, `t` plain text. */
  readonly kind: 's' | 't'
  readonly lineCount: number
  readonly byteCount: number
  readonly complete: boolean
}

/** The streams that a log tells apart. Stored in chunks, never renumbered. */
export const STREAMS = ['stdout', 'stderr', 'header'] as const
export type Stream = (typeof STREAMS)[number]

export interface Artifact {
  readonly buildId: BuildId
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** A property with where it came from: `Build`, `Builder`, `Change`, `Force Build Form`, a step's name. */
export interface Property {
  readonly name: string
  readonly value: PropertyValue
  readonly source: string
}
export type PropertyValue =
  | string
  | number
  | boolean
  | null
  | readonly PropertyValue[]
  | { readonly [key: string]: PropertyValue }

/** Name to value and source. */
export type Properties = Readonly<Record<string, { value: PropertyValue; source: string }>>

/** What a build ran in, as it was when it started. */
export interface Environment {
  readonly facts: readonly EnvironmentFact[]
  /** How many more there were, of an environment that is too large to be kept whole. */
  readonly leftOut: number
}

export interface EnvironmentFact {
  /** `slave`, `builder` and `step` are variables, by who set them. */
  readonly group: 'machine' | 'tools' | 'slave' | 'builder' | 'step'
  /** Of `step`: its name. */
  readonly step?: string
  readonly name: string
  readonly value: string | Hidden
}

/** Stands for a secret. */
export interface Hidden {
  /** By which two of them can be told apart without being known; `null` where they can't be. */
  readonly mark: string | null
}

export interface Builder {
  readonly id: BuilderId
  readonly name: string
  readonly project: string
  readonly description: string
  readonly tags: readonly string[]
  readonly slaves: readonly string[]
  /** False once the configuration no longer names it; its history stays. */
  readonly active: boolean
  readonly position: number
  /** Where a person finds it, when another CI builds it and it is only shown here. */
  readonly monitor: string | null
}

export interface Project {
  readonly name: string
  readonly repository: string
  readonly branches: readonly string[]
  readonly active: boolean
  /** How the change source fares, in words. */
  readonly source: SourceState
}

/** `trouble` says in words which refs of the repository are passed over, and why. */
export type SourceState =
  | { readonly state: 'unknown' }
  | { readonly state: 'watching'; readonly checkedAt: Moment; readonly trouble?: string }
  | { readonly state: 'empty'; readonly checkedAt: Moment; readonly trouble?: string }
  | { readonly state: 'away'; readonly since: Moment; readonly reason: string }

/** How a slave comes to be: this machine's, attached over the network, or started on demand. */
export const SLAVE_KINDS = ['local', 'remote', 'docker', 'ssh', 'kubernetes'] as const
export type SlaveKind = (typeof SLAVE_KINDS)[number]

/** `lost`: its link is lost and its builds go on; `since` says when. */
export type SlaveState = 'offline' | 'starting' | 'online' | 'lost' | 'stopping'

export interface Slave {
  readonly id: SlaveId
  readonly name: string
  readonly kind: SlaveKind
  readonly tags: readonly string[]
  readonly maxBuilds: number
  readonly active: boolean
  readonly state: SlaveState
  /** Why it is in that state, in words; empty when there is nothing to say. */
  readonly reason: string
  readonly since: Moment
  readonly paused: Pause | null
  /** It is given no new builds, and goes when it has none. */
  readonly draining: boolean
  readonly quarantine: Quarantine | null
  /** When it was told that it stays away; `null` while it is there, or not yet for long. */
  readonly missedAt: Moment | null
  readonly link: SlaveLink
  /** What the slave told of itself, without its environment. */
  readonly info: SlaveInfo
  readonly building: readonly BuildId[]
}

/** Somebody wants it to take no builds. */
export interface Pause {
  readonly reason: string
  readonly at: Moment
  /** Who paused it; `null` when that was not recorded. */
  readonly by: string | null
  /** When it ends by itself. */
  readonly until: Moment | null
}

/** The master gives it no builds for a while, because builds on it ended in exceptions. */
export interface Quarantine {
  readonly until: Moment
  /** Exceptions in a row. */
  readonly failures: number
  readonly reason: string
}

/** How the master and a slave hear each other. `null` is what is not known. */
export interface SlaveLink {
  readonly how: 'pty' | 'dialed' | 'dials-in' | 'on-demand'
  readonly address: string | null
  /** Of the newest round trip. */
  readonly latencyMs: number | null
  /** What came from it lately. */
  readonly bytesPerSecond: number | null
  readonly lastSeenAt: Moment | null
  /** How far its clock is ahead of ours. */
  readonly clockOffsetMs: number | null
  /** What both ends can do beyond Buildbot's protocol. */
  readonly capabilities: Readonly<Record<string, number>>
  readonly program: 'triphammer' | 'buildbot-worker' | null
  /** Until when its builds are kept without a link. */
  readonly leaseUntil: Moment | null
}

/** How a slave's machine fares, as the slave tells it now and then. */
export interface SlaveVitals {
  readonly at: Moment
  /** The load of the last minute, as the system counts it; `null` where it does not. */
  readonly load: number | null
  readonly cpuPercent: number | null
  readonly memoryUsedBytes: number | null
  readonly memoryTotalBytes: number | null
  /** Where its builds are. */
  readonly diskFreeBytes: number | null
}

/** Unknown keys are kept: a newer slave may say more than this master understands. */
export type SlaveInfo = Readonly<Record<string, unknown>>

/** Something worth a mark in the waterfall that is not a change or a build. */
export interface MasterEvent {
  readonly id: EventId
  readonly at: Moment
  /** For instance `master-started`, `slave-attached`, `config-loaded`, `branch-deleted`. */
  readonly kind: string
  readonly subject: string
  readonly detail: string
}
