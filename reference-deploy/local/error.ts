import { LeanOpsError } from '@lean-ops/core';

/** Codes of the errors that the embedded runtime throws. */
export type EmbeddedErrorCode =
  | 'WAREHOUSE_VERSION'
  | 'WAREHOUSE_UNREADABLE'
  | 'QUEUE_STORE_VERSION'
  | 'TOPIC_NOT_REGISTERED'
  | 'MESSAGE_INVALID'
  | 'CLOCK_STANDS_STILL'
  | 'DEAD_LETTERS_STUCK'
  | 'DELIVERY_FAILED'
  | 'STATE_MACHINE_INVALID'
  | 'PLATFORM_CLOSED';

/** Errors of the embedded runtime: its folder, its queues, its state machine interpreter. */
export class EmbeddedError extends LeanOpsError<EmbeddedErrorCode> {}
