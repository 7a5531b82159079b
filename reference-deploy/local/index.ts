export { EmbeddedError, type EmbeddedErrorCode } from './error.js';
export { EmbeddedPlatform } from './platform.js';
export type {
  BufferHints,
  EmbeddedHooks,
  EmbeddedOptions,
  MaintainPlatformOptions,
  MaintenanceRound,
  OrchestratorReport,
  OutgoingMessage,
  Platform,
  PumpReport,
  RoundOptions,
  TopicOutcome,
  TopicOutcomeKind,
  TopicPlan,
  TopicRegistration,
} from './types.js';
