export { type CaptureOptions, type ClassCapture, verifyCapture } from './capture/verify-capture.js';
export { DEFAULT_RATES, FAULT_CLASSES, type FaultClass, isFaultClass } from './fault-class.js';
export {
  type GeneratedMessage,
  type GeneratedRound,
  type GeneratedStream,
  type GenerateOptions,
  generateStream,
} from './generate-stream.js';
export type { Expectation, GroundTruthRecord } from './ground-truth.js';
export { DEMO_PROFILES, profileFor } from './profile/profiles.js';
export type { TopicProfile } from './profile/topic-profile.js';
