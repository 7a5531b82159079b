import { LeanOpsError } from '@lean-ops/core';

/** Codes of the errors that handlers themselves throw. */
export type HandlerErrorCode =
  | 'EVENT_INVALID'
  | 'TOPIC_NOT_REGISTERED'
  | 'CONTRACT_MISSING'
  | 'CONTRACT_OF_OTHER_TOPIC'
  | 'CONTRACT_NOT_DEPLOYED'
  | 'TOPICS_DOCUMENT_INVALID'
  | 'LEASE_LOST'
  | 'STEP_TOO_LONG'
  | 'TOPIC_BUSY'
  | 'REGISTRY_TOO_LARGE'
  | 'TABLE_UNKNOWN'
  | 'TIME_OVER'
  | 'RECORD_NOT_DECODABLE';

/** Errors of the handlers. */
export class HandlerError extends LeanOpsError<HandlerErrorCode> {}
