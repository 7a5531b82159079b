/** What kind of trouble an error is. Source: docs/layer_definitions.md, "Failures in ingestion". */
export type ErrorClass = 'malformed' | 'contract' | 'throttle' | 'timeout' | 'network' | 'unknown';

/** `DROP`: not retried but quarantined whole. `RETRY`: again inside the time left, then back to the queue. */
export type FailureAction = 'DROP' | 'RETRY';

/** Codes of what can be wrong with a message itself. */
export type IngestFailureCode =
  | 'BODY_NOT_JSON'
  | 'BODY_NOT_OBJECT'
  | 'BODY_NOT_UTF8'
  | 'PAYLOAD_MISSING'
  | 'PAYLOAD_NOT_BASE64'
  | 'PAYLOAD_NOT_UTF8'
  | 'RECORD_TOO_LARGE'
  | 'REPLAY_ATTRIBUTE_INVALID'
  | 'TOPIC_NOT_REGISTERED'
  | 'UNKNOWN_TOPIC';

const CLASSES: Readonly<Record<IngestFailureCode, 'malformed' | 'contract'>> = {
  BODY_NOT_JSON: 'malformed',
  BODY_NOT_OBJECT: 'malformed',
  BODY_NOT_UTF8: 'malformed',
  PAYLOAD_MISSING: 'contract',
  PAYLOAD_NOT_BASE64: 'malformed',
  PAYLOAD_NOT_UTF8: 'malformed',
  RECORD_TOO_LARGE: 'malformed',
  REPLAY_ATTRIBUTE_INVALID: 'contract',
  TOPIC_NOT_REGISTERED: 'contract',
  UNKNOWN_TOPIC: 'contract',
};

/** Why a message cannot become a RAW row. It is kept whole in quarantine; `message` never quotes its content. */
export interface IngestFailure {
  readonly errorClass: ErrorClass;
  readonly action: FailureAction;
  readonly code: string;
  readonly message: string;
}

export function ingestFailure(code: IngestFailureCode, message: string): IngestFailure {
  return { errorClass: CLASSES[code], action: 'DROP', code, message };
}

/** The class of a failure code of this package; undefined for any other code. */
export function classOfFailureCode(code: string): 'malformed' | 'contract' | undefined {
  return Object.hasOwn(CLASSES, code) ? CLASSES[code as IngestFailureCode] : undefined;
}
