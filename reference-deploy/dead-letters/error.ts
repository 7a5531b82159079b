import { LeanOpsError } from '@lean-ops/core';

/** Codes of the errors that the work on dead letters itself throws. */
export type DeadLetterErrorCode =
  | 'DEAD_LETTER_NOT_FOUND'
  | 'ID_AMBIGUOUS'
  /** The queue, the function or the sink will not take this message, however often it is asked. */
  | 'REPLAY_REFUSED'
  /** Queue, function or sink cannot be reached now. */
  | 'REPLAY_INTERRUPTED'
  | 'DEPLOYMENT_UNREADABLE'
  | 'TOPIC_BUSY'
  | 'CONTRACT_MISSING'
  | 'OPTION_INVALID';

/** Errors of listing, replaying and discarding dead letters. */
export class DeadLetterError extends LeanOpsError<DeadLetterErrorCode> {}
