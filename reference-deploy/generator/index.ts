export { type ClassCapture, verifyCapture } from './capture/verify-capture.js';
export type { FaultClass } from './fault-class.js';
export { type GeneratedMessage, type GeneratedStream, generateStream } from './generate-stream.js';
export type { Expectation, GroundTruthRecord } from './ground-truth.js';
export { DEMO_PROFILES } from './profile/profiles.js';
