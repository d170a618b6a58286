// The only file that names main/ or window.triphammer: the rest of the window imports from here.
import type { Bridge } from '../main/bridge/contract.ts'
import { connectByWebSocket } from './web-bridge.ts'

export type {
  AllLogsSearch,
  Answer,
  Arguments,
  Bridge,
  BuildDetails,
  BuildsPage,
  Channel,
  DesktopInfo,
  EnvironmentInfo,
  ForceOffer,
  ForceOrder,
  Identity,
  LogSearch,
  Preview,
  Queue,
  RecoveryStatus,
  Requests,
  SavedView,
  Schedule,
  SequencedNews,
  SessionInfo,
  Snapshot,
  TerminalCommand,
  UpdateStatus,
} from '../main/bridge/contract.ts'
export type { BackupInfo } from '../main/master/backup/list.ts'
export type { BackupSettings } from '../main/master/backup/settings.ts'
export type { ConfigProblem, ConfigStatus } from '../main/master/config/status.ts'
export type { PageAnswer } from '../main/master/data/history-answers.ts'
export type { FoundLog, LogsCursor } from '../main/master/data/search-logs.ts'
export type { Blamed } from '../main/master/db/blame.ts'
export type { Holdings, HoldingsQuery } from '../main/master/db/holdings.ts'
export type { Inside } from '../main/master/db/inside.ts'
export type { RedBuilder } from '../main/master/db/red.ts'
export type { SlaveLoad } from '../main/master/db/slave-load.ts'
export type { Summary } from '../main/master/db/summary.ts'
export type { TestAnswer, TestSummary } from '../main/master/db/test-history.ts'
export type { BuildsOfDay, Density } from '../main/master/db/timeline.ts'
export type { TrendPoint, Trends } from '../main/master/db/trends.ts'
export type { VitalsPart } from '../main/master/db/vitals.ts'
export type {
  Draft,
  DraftStep,
  Finding,
  Proposal,
  Suggestion,
} from '../main/master/detect/proposal.ts'
export type { LinePiece, LogLine, LogPosition, ScreenQuery } from '../main/master/logs/lines.ts'
export type { OutlineAnswer, OutlineMark } from '../main/master/logs/log-outline.ts'
export type { Redraw } from '../main/master/logs/redraws.ts'
export type {
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
  EnvironmentFact,
  Log,
  LogId,
  MasterEvent,
  Project,
  Properties,
  PropertyValue,
  Slave,
  SlaveVitals,
  Step,
  StepId,
  Stream,
  TestResult,
} from '../main/master/model.ts'
export type {
  AttachInfo,
  AttachTrouble,
  Invitation,
  Probe,
  ProbeAnswer,
} from '../main/master/slaves/remote/attach.ts'
export type { TerminalNews } from '../main/master/slaves/terminals.ts'
export type { Facts } from '../main/master/upgrade/check.ts'

declare global {
  interface Window {
    /** What the preload of the desktop app exposes. */
    readonly triphammer?: Bridge
  }
}

/** The main process: over IPC in the desktop app, over a WebSocket in a browser. */
export const bridge: Bridge = window.triphammer ?? connectByWebSocket()
// In a browser's console and in tests it goes by the same name.
if (!window.triphammer) Object.assign(window, { triphammer: bridge })
