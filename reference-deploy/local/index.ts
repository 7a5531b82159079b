export { EmbeddedError, type EmbeddedErrorCode } from './error.js';
export { EmbeddedPlatform } from './platform.js';
export type {
  BufferHints,
  EmbeddedHooks,
  EmbeddedOptions,
  OrchestratorReport,
  OutgoingMessage,
  Platform,
  PumpReport,
  TopicOutcome,
  TopicOutcomeKind,
  TopicRegistration,
} from './types.js';
