import type { BackupSettings } from '../backup/settings.ts'
import type { Login } from '../git/address.ts'
import type { PropertyValue, SlaveKind } from '../model.ts'
import type { Requirement } from '../process/requirements.ts'
import type { ElasticConfig } from './elastic.ts'

/** The configuration as the master uses it: checked, with defaults filled in. */
export interface Config {
  readonly title: string
  readonly slaves: readonly SlaveConfig[]
  readonly projects: readonly ProjectConfig[]
  readonly builders: readonly BuilderConfig[]
  readonly schedulers: readonly SchedulerConfig[]
  readonly locks: readonly LockConfig[]
  readonly notify: readonly NotifyConfig[]
  readonly monitors: readonly MonitorConfig[]
  readonly backups: BackupSettings
  /** Where slaves dial in; `null`: nowhere. */
  readonly slavePort: SlavePort | null
}

/** A workflow of another CI that is shown among the builders. */
export interface MonitorConfig {
  readonly name: string
  readonly kind: 'github'
  /** `owner/name`. */
  readonly repository: string
  /** The name of its file. */
  readonly workflow: string
  /** `null` for all. */
  readonly branch: string | null
  /** Of ours, of whose changes its runs are; empty for none. */
  readonly project: string
  readonly description: string
  readonly tags: readonly string[]
  readonly pollMs: number
  /** Where questions go, without a stroke at the end. */
  readonly api: string
  /** Where a person looks. */
  readonly url: string
  /** Path of a file that holds a token and nothing else. */
  readonly tokenFile: string | null
}

export interface SlavePort {
  /** An address of this machine, or one that stands for all of them. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** How long a slave and its master do without each other. */
export interface Lease {
  /** How long a slave goes on without its master. */
  readonly leaseMs: number
  /** How long the master waits beyond that, so that the slave has ended its commands first. */
  readonly graceMs: number
  /** How much output one command may keep on the slave's disk meanwhile. */
  readonly spoolBytes: number
}

export interface SlaveConfig {
  readonly name: string
  readonly kind: SlaveKind
  readonly maxBuilds: number
  readonly tags: readonly string[]
  readonly lease: Lease
  /** How long it may stay away until that is told; `null` for ever. */
  readonly missingAfterMs: number | null
  /** Where a remote slave is dialled. */
  readonly address: string | null
  /** Whether people may open shells on it from the window, as far as the slave allows it too. */
  readonly terminal: boolean
  /** How its machine is started on demand; `null` for the kinds that are not. */
  readonly elastic: ElasticConfig | null
}

export interface ProjectConfig {
  readonly name: string
  /** Without the password that the configuration may have in it. */
  readonly repository: string
  readonly login?: Login
  /** Globs. */
  readonly branches: readonly string[]
  /** `null`: never polled, only told. */
  readonly pollMs: number | null
  /** Of its copies, where that does not follow from its name alone. */
  readonly folder?: string
}

export interface BuilderConfig {
  readonly name: string
  /** Empty for a builder without sources. */
  readonly project: string
  readonly description: string
  readonly tags: readonly string[]
  /** Names of slaves that may build it. */
  readonly slaves: readonly string[]
  /** By which they were chosen; empty when they were not. */
  readonly slaveTags: readonly string[]
  /** What a slave must have besides. */
  readonly requires: readonly Requirement[]
  readonly env: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, PropertyValue>>
  readonly locks: readonly string[]
  readonly collapseRequests: boolean
  /** How much log all its steps may keep together; `null` for no limit. */
  readonly maxLogBytes: number | null
  readonly steps: readonly StepConfig[]
  /** Of its builds on a slave, where that does not follow from its name alone. */
  readonly folder?: string
}

/** What every step has. The flags are Buildbot's. */
export interface StepBase {
  readonly name: string
  readonly haltOnFailure: boolean
  readonly flunkOnFailure: boolean
  readonly flunkOnWarnings: boolean
  readonly warnOnFailure: boolean
  readonly warnOnWarnings: boolean
  readonly alwaysRun: boolean
  readonly hidden: boolean
  /** An expression; the step is skipped when it is not true. */
  readonly if: string | null
  readonly locks: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
  /** Longest time without output; `null` for none. */
  readonly timeoutMs: number | null
  /** Longest time in all; `null` for none. */
  readonly maxTimeMs: number | null
  /** How much log it may keep; `null` for no limit. Absent where a version before this one began the build. */
  readonly maxLogBytes: number | null
}

export interface GitStep extends StepBase {
  readonly kind: 'git'
  /** `incremental` keeps ignored files, `clean` removes them, `clobber` begins with an empty folder. */
  readonly mode: 'incremental' | 'clean' | 'clobber'
  readonly submodules: boolean
}

export interface ShellStep extends StepBase {
  readonly kind: 'shell'
  readonly command: string | readonly string[]
  /**
   * Whether a text stops at its first command that fails. Absent, and so false, in builds that
   * a version before this one has begun: they go on with the text that they had.
   */
  readonly errexit: boolean
  readonly pty: boolean
  readonly logfiles: Readonly<Record<string, string>>
}

export interface TestStep extends Omit<ShellStep, 'kind'> {
  readonly kind: 'test'
  /** Globs of JUnit XML files; `null` looks in the usual places. */
  readonly junit: readonly string[] | null
}

export interface UploadStep extends StepBase {
  readonly kind: 'upload'
  readonly patterns: readonly string[]
}

export type StepConfig = GitStep | ShellStep | TestStep | UploadStep
export type StepKind = StepConfig['kind']

interface SchedulerBase {
  readonly name: string
  readonly builders: readonly string[]
  readonly properties: Readonly<Record<string, PropertyValue>>
  readonly priority: number
}

export interface AnyBranchConfig extends SchedulerBase {
  readonly kind: 'anyBranch'
  /** Globs; changes on other branches are not built. */
  readonly branches: readonly string[]
  readonly treeStableMs: number
}

export interface SingleBranchConfig extends SchedulerBase {
  readonly kind: 'singleBranch'
  readonly branch: string
  /** How long the branch must stay quiet before its changes are built together. */
  readonly treeStableMs: number
}

export interface NightlyConfig extends SchedulerBase {
  readonly kind: 'nightly'
  readonly cron: string
  /** `null`: the newest of the repository's own branch. */
  readonly branch: string | null
  readonly onlyIfChanged: boolean
}

export interface ForceConfig extends SchedulerBase {
  readonly kind: 'force'
}

export type SchedulerConfig = AnyBranchConfig | SingleBranchConfig | NightlyConfig | ForceConfig

export interface LockConfig {
  readonly name: string
  /** `master`: over all slaves; `slave`: on each slave by itself. */
  readonly scope: 'master' | 'slave'
  readonly maxCount: number
}

/** What is told where `notify` does not say. */
export const USUAL_OCCASIONS: readonly string[] = [
  'failure',
  'exception',
  'recovery',
  'slave-missing',
]

export interface NotifyConfig {
  readonly kind: string
  readonly on: readonly string[]
}
