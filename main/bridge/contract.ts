import type { BackupInfo } from '../master/backup/list.ts'
import type { BackupSettings } from '../master/backup/settings.ts'
import type { BisectState } from '../master/bisect/bisects.ts'
import type { ConfigStatus } from '../master/config/status.ts'
import type { HistoryQuestions } from '../master/data/history-answers.ts'
import type { LogsCursor, LogsFound } from '../master/data/search-logs.ts'
import type { Draft, Proposal, Suggestion } from '../master/detect/proposal.ts'
import type {
  LinePiece,
  LogLine,
  LogPosition,
  ScreenQuery,
  SearchAnswer,
} from '../master/logs/lines.ts'
import type { OutlineAnswer, OutlineQuery } from '../master/logs/log-outline.ts'
import type { ScreenRow } from '../master/logs/screen.ts'
import type {
  Artifact,
  Build,
  Builder,
  BuilderId,
  BuildId,
  BuildRequest,
  BuildRequestId,
  Change,
  ChangeId,
  Environment,
  Log,
  LogId,
  MasterEvent,
  Moment,
  Project,
  Properties,
  PropertyValue,
  Slave,
  SlaveVitals,
  Step,
  TestResult,
} from '../master/model.ts'
import type { Topics } from '../master/mq/mq.ts'
import type { RetryFrom, RetryOffer } from '../master/process/retry-from.ts'
import type { WaitReason } from '../master/process/waiting.ts'
import type { Result } from '../master/results.ts'
import type { Planned } from '../master/schedulers/scheduler.ts'
import type {
  AttachInfo,
  Invited,
  InviteOrder,
  Listened,
  Paired,
  PairOrder,
  Probe,
  Revoked,
} from '../master/slaves/remote/attach.ts'
import type { TerminalTopics } from '../master/slaves/terminals.ts'
import type { Facts } from '../master/upgrade/check.ts'
import type { UpgradeProgress } from '../master/upgrade/upgrade.ts'
import type { SessionInfo } from './sessions.ts'

export type { SessionInfo } from './sessions.ts'

/** What the renderer may ask of the main process. */
export interface Requests {
  /** Everything a window needs to begin, as it was when news `seq` was told. */
  'desk:snapshot': () => Snapshot
  /** What the master that began then told after `seq`; `null` when it is another one, or that is too long ago. */
  'news:since': (query: { startedAt: Moment; seq: number }) => Missed | null
  /** What is free on the disk of the master; `null` where nobody knows. */
  'desk:freeBytes': () => number | null
  /** Older builds than those of the snapshot, newest first. */
  'builds:page': (query: BuildsQuery) => BuildsPage
  /** The builds of a stretch of time, at any distance from now, summed up. */
  'history:summary': HistoryQuestions['summary']
  'history:page': HistoryQuestions['page']
  'history:days': HistoryQuestions['days']
  'history:density': HistoryQuestions['density']
  'history:beginning': HistoryQuestions['beginning']
  'history:holdings': HistoryQuestions['holdings']
  'history:blame': HistoryQuestions['blame']
  'history:authors': HistoryQuestions['authors']
  'history:inside': HistoryQuestions['inside']
  'history:trends': HistoryQuestions['trends']
  'history:between': HistoryQuestions['between']
  'history:tests': HistoryQuestions['tests']
  'history:red': HistoryQuestions['red']
  'history:lastEvents': HistoryQuestions['lastEvents']
  'history:load': HistoryQuestions['load']
  'history:vitals': HistoryQuestions['vitals']
  'history:test': HistoryQuestions['test']
  /** Who sits at this desk, as git knows it. */
  'person:identity': () => Identity
  'build:details': (id: BuildId) => BuildDetails
  'build:byNumber': (query: { builder: string; number: number }) => BuildId
  'build:stop': (order: { id: BuildId; reason: string }) => void
  'build:rebuild': (order: { id: BuildId }) => Requested
  /** The same build again in the folder that it left, without the steps before the named one. */
  'build:retryFrom': (order: { id: BuildId; step: string }) => Requested
  /** Builds changes between a failed build and the last good one until the first bad one is known. */
  'build:bisect': (order: { id: BuildId }) => BisectBegun
  /** Ends that for the builder of a build, with the build that waits or runs for it. */
  'build:stopBisect': (order: { id: BuildId }) => void
  'build:force': (order: ForceOrder) => Requested
  /** What the force form offers. */
  'force:offer': (builderId: BuilderId) => ForceOffer
  'request:cancel': (order: { id: BuildRequestId }) => void
  'changes:page': (query: { before?: ChangeId; limit: number }) => readonly Change[]
  'change:builds': (id: ChangeId) => readonly Build[]
  /** As they are shown: what carriage returns overwrote is left out. */
  'log:lines': (query: { logId: LogId; first: number; count: number }) => readonly LogLine[]
  /** A stretch of a line that is too long to be shown whole, from a byte of it on. */
  'log:piece': (query: { logId: LogId; line: number; from: number }) => LinePiece
  /** Rows that a program wrote over, as a terminal shows them in the end; only those that are other than their line. */
  'log:screen': (query: ScreenQuery) => readonly ScreenRow[]
  /** What stands out of a log: what can be folded, and errors. Looks for a tenth of a second. */
  'log:outline': (query: OutlineQuery) => OutlineAnswer
  'log:search': (query: LogSearch) => SearchAnswer
  /** Searches all logs of all builds, the newest build first, for a tenth of a second. */
  'logs:search': (query: AllLogsSearch) => LogsFound
  'slave:console': (name: string) => string
  /** How its machine fared lately, the newest last. */
  'slave:vitals': (name: string) => readonly SlaveVitals[]
  'slave:pause': (order: SlavePauseOrder) => void
  'slave:unpause': (order: { name: string }) => void
  /** It is given no new builds, and goes when it has none; or it is wanted again. */
  'slave:drain': (order: { name: string; on: boolean }) => void
  /** Ends it now; its builds are tried again. */
  'slave:kill': (order: { name: string; by?: string }) => void
  /** Takes it out of master.yml. Its history stays. */
  'slave:remove': (order: { name: string }) => void
  'slave:resetQuarantine': (order: { name: string }) => void
  /** Opens a shell on a slave: in a build's folder and environment, or in the slave's own. */
  'terminal:open': (wish: TerminalWish) => { terminalId: string }
  /** What was typed, in base64. Answered when the shell took it. */
  'terminal:write': (order: { terminalId: string; data: string }) => void
  'terminal:resize': (order: { terminalId: string; cols: number; rows: number }) => void
  /**
   * Everything before `upTo` is on the screen: the shell may write more. Also a sign of life,
   * wanted at least every minute. With `again`, what comes after is told once more.
   */
  'terminal:took': (sign: { terminalId: string; upTo: number; again: boolean }) => void
  'terminal:close': (order: { terminalId: string }) => void
  /** Where slaves dial in. */
  'attach:info': () => AttachInfo
  /** Has slaves dial in at this port of all addresses, with TLS, and writes that into master.yml. */
  'attach:listen': (order: { port: number }) => Listened
  /** Looks who waits at an address to be dialled. */
  'attach:probe': (query: { address: string }) => Probe
  /** Pairs with the slave that waits at an address, and writes it into master.yml. */
  'attach:pair': (order: PairOrder) => Paired
  /** Writes a slave that dials in into master.yml, and makes its password. */
  'attach:invite': (order: InviteOrder) => Invited
  /** Takes a slave's keys away and ends its link. It stays in master.yml. */
  'attach:revoke': (order: { name: string }) => Revoked
  /** Git repositories that a person worked in lately, newest first. */
  'repository:suggest': () => readonly Suggestion[]
  /** Looks at a folder or URL and proposes a build. */
  'repository:inspect': (query: { repository: string }) => Proposal
  /** How master.yml would look with this draft. */
  'repository:preview': (draft: Draft) => Preview
  /** Writes the draft into master.yml, and builds it when asked to. */
  'repository:add': (order: { draft: Draft; build: boolean }) => { builderId: BuilderId }
  /** Builds a repository's present commit once, without writing a configuration. */
  'repository:run': (query: { repository: string }) => RepositoryRun
  /** Lets a person choose a folder; `null` when they did not, or where the shell has no dialogue. */
  'repository:choose': () => string | null
  /** Makes the demo project in the data directory, and has its story built. */
  'demo:add': () => void
  /** Takes the demo out of master.yml and off the disk, and touches nothing else. */
  'demo:remove': () => void
  'project:poll': (order: { name: string }) => void
  'config:read': () => { text: string; status: ConfigStatus }
  'config:reload': () => ConfigStatus
  /** Newest first. */
  'backup:list': () => { backups: readonly BackupInfo[]; settings: BackupSettings }
  /** Makes one now. Answers when it is whole and verified. */
  'backup:create': () => BackupInfo
  /** Writes into master.yml what is kept. */
  'backup:settings': (changed: Partial<BackupSettings>) => BackupSettings
  /** Whether a master runs, and what stands in its way. Answered at any time. */
  'recovery:status': () => RecoveryStatus
  /** The same as a text, to be sent to somebody. */
  'recovery:report': () => string
  'recovery:retry': () => void
  /** Ends an upgrade that has not yet changed anything. */
  'recovery:cancel': () => void
  /** Shows the history on a copy, read only. */
  'recovery:look': () => void
  /** Ends looking. */
  'recovery:leave': () => void
  /** Puts a backup in the place of what is there, which is kept, and starts. */
  'recovery:restore': (order: { name: string }) => void
  /** Writes everything into an empty folder. Answers with its path. */
  'recovery:export': (order: { into: string }) => string
  /** Goes on with what is left of a history that has lost its end. The files are kept as they are. */
  'recovery:goOn': () => void
  /** Moves what is there aside, where it is kept, and starts. Only when a person says so. */
  'recovery:startEmpty': () => void
  /** Shows the data folder or the app's log; answers with the path where the shell can't. */
  'recovery:show': (order: { what: 'data' | 'log' }) => string | null
  /** What builds of local slaves start from. Values of secrets are left out. */
  'environment:show': () => EnvironmentInfo
  'environment:refresh': () => EnvironmentInfo
  'environment:pin': () => EnvironmentInfo
  'environment:unpin': () => EnvironmentInfo
  /** Views that were given a name, in the order in which they were. */
  'views:list': () => readonly SavedView[]
  /** Keeps a view; with `replace` in the place of one of that name. Answers with all. */
  'views:save': (order: { name: string; place: string; replace: boolean }) => readonly SavedView[]
  'views:rename': (order: { name: string; to: string }) => readonly SavedView[]
  'views:delete': (order: { name: string }) => readonly SavedView[]
  /** How the waterfall was looked at last, as an address: for a window that has kept nothing itself. */
  'look:read': () => string | null
  'look:keep': (order: { place: string }) => void
  /** Browsers that were let in, the one that was used last first. */
  'sessions:list': () => readonly SessionInfo[]
  /** Ends some of them. Answers how many there were. */
  'sessions:end': (order: { ids: readonly string[] }) => number
  /** What somebody who helps needs to know, as text. */
  'desktop:diagnostics': () => string
  /** Ends the app, once builds that run were asked about. */
  'desktop:quit': () => void
  /** Shows a place in a window of its own. A browser opens one by itself. */
  'window:open': (order: { place: string }) => void
  /** What the desktop app does outside of its window. */
  'desktop:show': () => DesktopInfo
  'desktop:configure': (change: Partial<DesktopInfo>) => DesktopInfo
  /** Puts the command `triphammer` where a terminal finds it, or takes it back; with `null` it only tells. */
  'desktop:command': (order: { on: boolean | null }) => TerminalCommand
  'update:status': () => UpdateStatus
  /** Looks for a newer version now. */
  'update:check': () => UpdateStatus
  'update:apply': (order: ApplyOrder) => UpdateAnswer
  /** Takes back what was chosen. */
  'update:cancel': () => void
  'update:configure': (change: Partial<UpdateStatus['settings']>) => void
}

export type Channel = keyof Requests
export type Arguments<C extends Channel> = Parameters<Requests[C]>
export type Answer<C extends Channel> = ReturnType<Requests[C]>

export type RecoveryStatus =
  | { readonly phase: 'running' }
  /** The history is brought to this version. */
  | { readonly phase: 'upgrading'; readonly version: string; readonly progress: UpgradeProgress }
  | {
      readonly phase: 'recovery'
      readonly facts: Facts
      /** What is under way. */
      readonly busy: string | null
      /** Why the last thing that was tried did not succeed. */
      readonly failed: string | null
    }
  /** The history is shown, and nothing can be changed. */
  | { readonly phase: 'looking'; readonly facts: Facts }

/** What the main process announces: the master's news, and how the queue stands. */
export type Events = Topics &
  TerminalTopics & {
    'queue/changed': Queue
    'schedule/changed': Schedule
    'update/changed': UpdateStatus
  }
export type EventName = keyof Events

/** News with its number. Numbers go up by one; a gap means that something was missed. */
export type SequencedNews = {
  [E in EventName]: { readonly seq: number; readonly topic: E; readonly payload: Events[E] }
}[EventName]

/** The whole of `window.triphammer`, and of what stands in for it in a browser. */
export interface Bridge {
  readonly shell: 'desktop' | 'headless'
  request<C extends Channel>(channel: C, ...args: Arguments<C>): Promise<Answer<C>>
  onNews(listener: (news: SequencedNews) => void): () => void
  /** Whether the main process can be reached; `false` comes when the line drops. */
  onConnection(listener: (connected: boolean) => void): () => void
  /**
   * Whether the page may ask anything; `false` comes when its browser was never signed in or is signed in no more,
   * with what was wrong with the link that it was opened by.
   */
  onSignedIn?(listener: (signedIn: boolean, problem: string | null) => void): () => void
  /** Ends the session of this browser. */
  signOut?(): Promise<void>
  /** The session of this browser among those of `sessions:list`. */
  readonly session?: string | null
  /**
   * What a menu of the shell asks of the page: `add-repository`, `palette`, `waterfall`
   * or `settings`. A browser has no such menu.
   */
  onCommand?(listener: (command: string) => void): () => void
  /** Where a log or an artifact can be downloaded, for the next minute. */
  downloadUrl(what: Download): Promise<string>
  /** The path of a folder that was dropped on the window; `null` where a browser hides it. */
  pathOfDropped(file: object): string | null
}

export type Download =
  /** As it was written, or as it is read: without colours and what was overwritten. */
  | { readonly kind: 'log'; readonly id: LogId; readonly plain?: boolean }
  | { readonly kind: 'artifact'; readonly buildId: BuildId; readonly path: string }

export interface Missed {
  /** All but the bytes of terminals. */
  readonly news: readonly SequencedNews[]
  /** The number of the newest. */
  readonly seq: number
}

export interface Snapshot {
  readonly seq: number
  readonly now: Moment
  readonly title: string
  readonly version: string
  readonly startedAt: Moment
  readonly dataDir: string
  readonly builders: readonly Builder[]
  readonly projects: readonly Project[]
  readonly slaves: readonly Slave[]
  /** Requests that are not complete. */
  readonly requests: readonly BuildRequest[]
  /** The newest builds, newest first, with their steps. */
  readonly builds: readonly Build[]
  readonly steps: readonly Step[]
  readonly changes: readonly Change[]
  readonly events: readonly MasterEvent[]
  readonly queue: Queue
  readonly schedule: Schedule
  readonly config: ConfigStatus
  readonly updates: UpdateStatus
  readonly freeBytes: number | null
}

/** Why the requests of each builder wait. Builders without waiting requests are not in it. */
export type Queue = readonly {
  readonly builderId: BuilderId
  readonly count: number
  readonly oldestAt: Moment
  /** In words. */
  readonly reason: string
  readonly reasons: readonly WaitReason[]
}[]

/** What schedulers are going to ask for by themselves, the soonest first. */
export type Schedule = readonly ({ readonly builderId: BuilderId } & Omit<Planned, 'builders'>)[]

export interface TerminalWish {
  readonly slave: string
  readonly buildId: BuildId | null
  readonly cols: number
  readonly rows: number
}

/** `null` is what git was not told. */
export interface Identity {
  readonly name: string | null
  readonly email: string | null
}

export interface BuildsQuery {
  readonly builderId?: BuilderId
  readonly before?: BuildId
  readonly limit: number
}

export interface BuildsPage {
  readonly builds: readonly Build[]
  readonly steps: readonly Step[]
  /** Changes as old as the builds, for the gutter. */
  readonly changes: readonly Change[]
}

export interface BuildDetails {
  readonly build: Build
  readonly builder: Builder
  readonly steps: readonly Step[]
  readonly logs: readonly Log[]
  readonly properties: Properties
  /** `null` where it is not known: of older builds, and of those that were made elsewhere. */
  readonly environment: Environment | null
  readonly changes: readonly Change[]
  readonly artifacts: readonly Artifact[]
  readonly tests: readonly TestResult[]
  readonly previous: Build | null
  readonly next: Build | null
  /** The newest build before this one that passed. */
  readonly lastGood: Build | null
  /** Of a bad build: since when its builder is red, and the changes that may have done it, oldest first. */
  readonly red: { readonly first: Build; readonly suspects: readonly Change[] } | null
  /** From which steps it can be retried. */
  readonly retry: RetryOffer
  /** The build, and the step of it, from which this one was retried. */
  readonly retriedFrom: RetryFrom | null
  readonly bisect: {
    /** Why it can't be bisected; `null` when it can. */
    readonly problem: string | null
    /** How that stands, or ended. */
    readonly state: BisectState | null
    /** The bad build for which this one was made. */
    readonly of: number | null
  }
  /** Other builds of the same request: those that were cut short, or the one that replaced this. */
  readonly tries: readonly Build[]
}

export interface ForceOrder {
  readonly builderId: BuilderId
  readonly branch: string | null
  readonly revision: string | null
  readonly reason: string
  readonly properties: Readonly<Record<string, PropertyValue>>
}

export interface SlavePauseOrder {
  readonly name: string
  readonly reason: string
  /** When it ends by itself; `null` for never. */
  readonly until: Moment | null
  /** Who asks; a person at the window or the command line when it is left out. */
  readonly by?: string
}

export interface ForceOffer {
  readonly branches: readonly string[]
  readonly branch: string | null
}

export interface BisectBegun {
  /** The first request for a build; `null` when what was built before tells it already. */
  readonly requestId: BuildRequestId | null
}

/** What `repository:run` builds: with the builders that the configuration has for it, else as it is proposed. */
export interface RepositoryRun {
  readonly proposal: Proposal
  /** Whether its builders are those of the configuration. */
  readonly configured: boolean
  /** One for each builder; none when it is refused. */
  readonly requested: readonly RequestedOf[]
  /** Why nothing is built. */
  readonly refused: string | null
}

export interface RequestedOf extends Requested {
  readonly builder: string
  readonly builderId: BuilderId
}

export interface Requested {
  readonly requestId: BuildRequestId
}

export interface LogSearch {
  readonly logId: LogId
  readonly pattern: string
  readonly regex: boolean
  readonly ignoreCase: boolean
  /** Where to go on: what the last answer said. */
  readonly from: LogPosition
  readonly limit: number
}

export interface AllLogsSearch {
  readonly pattern: string
  readonly regex: boolean
  readonly ignoreCase: boolean
  /** By its name. */
  readonly builder?: string
  readonly since?: Moment
  readonly results?: Result
  /** Where to go on: what the last answer said. */
  readonly from: LogsCursor | null
}

export interface Preview {
  readonly text: string
  /** Lines that are new, from 0. */
  readonly added: readonly number[]
  readonly problems: readonly string[]
}

/** The environment that local slaves, and git, start from. */
export interface EnvironmentInfo {
  /** `process`: that of the app itself; `shell`: what the person's shell sets up; `pinned`: kept from before. */
  readonly from: 'process' | 'shell' | 'pinned'
  readonly shell: string | null
  /** Why the shell could not be asked. */
  readonly problem: string | null
  readonly readAt: Moment
  /** By name; `null` for values that look like secrets. */
  readonly variables: readonly { readonly name: string; readonly value: string | null }[]
}

/** A state of a view that somebody gave a name. */
export interface SavedView {
  readonly name: string
  /** Its address in the window: `/waterfall?group=tag`. */
  readonly place: string
}

/** The command `triphammer` in a terminal. */
export interface TerminalCommand {
  /** Where it is; `null` where there is none of ours. */
  readonly file: string | null
  /** What is left to a person to do, or empty. */
  readonly hint: string
}

export interface DesktopInfo {
  /** An item in the tray or the menu bar. */
  readonly tray: boolean
  /** Goes on when the last window is closed. On macOS it always does. */
  readonly background: boolean
  /** Starts, without a window, when the person logs in. */
  readonly login: boolean
  /** Keeps the machine awake while builds run on it. */
  readonly keepAwake: boolean
  /** Builders that are not told of until they are good again. */
  readonly muted: readonly string[]
}

/** How this copy of the app stands to newer versions. */
export interface UpdateStatus {
  /** That runs. */
  readonly version: string
  readonly checkedAt: Moment | null
  readonly settings: {
    /** Looks at start and daily. */
    readonly check: boolean
    readonly channel: 'latest' | 'beta'
    readonly apply: 'ask' | 'quit' | 'quiet'
  }
  readonly phase: UpdatePhase
  /** What became of the update before this start. */
  readonly outcome: UpdateOutcome | null
}

export type UpdateOutcome =
  | {
      readonly kind: 'updated'
      readonly from: string
      readonly to: string
      readonly builds: number
    }
  /** The app starts as it was. */
  | { readonly kind: 'not-taken'; readonly from: string; readonly to: string }
  /** Rows are gone that were there before. The backup has them. */
  | {
      readonly kind: 'incomplete'
      readonly from: string
      readonly to: string
      readonly backup: string
      readonly missing: string
    }

export type UpdatePhase =
  /** It is not for this copy to update itself. */
  | { readonly kind: 'off'; readonly reason: string }
  | { readonly kind: 'current' }
  | { readonly kind: 'checking' }
  /** A package manager has to do it; a person is told what to type. */
  | {
      readonly kind: 'found'
      readonly version: string
      readonly notes: string
      readonly command: string
    }
  | {
      readonly kind: 'downloading'
      readonly version: string
      /** From 0 to 1. */
      readonly fraction: number
      readonly bytesPerSecond: number
    }
  | {
      readonly kind: 'ready'
      readonly version: string
      readonly notes: string
      /** When it goes in: `wait` when the running builds have ended, and no more are started. */
      readonly apply: 'ask' | 'wait' | 'quit' | 'quiet'
    }
  | { readonly kind: 'preparing'; readonly version: string; readonly words: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'given-up'; readonly version: string; readonly failures: number }

export interface ApplyOrder {
  readonly how: 'now' | 'wait' | 'quit' | 'quiet'
  /** The running builds that the person has seen and agreed to interrupt. */
  readonly agreed: readonly BuildId[]
}

export type UpdateAnswer =
  | { readonly kind: 'going' }
  | { readonly kind: 'chosen' }
  /** These run, and not all of them were agreed to. */
  | { readonly kind: 'ask'; readonly builds: readonly BuildId[] }
  | { readonly kind: 'not-ready' }

/** One handler for each request; leaving one out does not compile. */
export type Handlers = {
  [C in Channel]: (...args: Arguments<C>) => Answer<C> | Promise<Answer<C>>
}

/** What crosses a process's edge: an error thrown there keeps only its message. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }
