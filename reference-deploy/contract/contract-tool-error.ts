import { LeanOpsError } from '@lean-ops/core';

type ContractToolErrorCode =
  | 'CONTRACTS_UNREADABLE'
  /** A run, a rebuild or another deploy has the topic. */
  | 'TOPIC_BUSY'
  /** Somebody else took the deploy over. */
  | 'DEPLOY_LOST'
  /** The plan is another one than was asked for. */
  | 'PLAN_CHANGED'
  /** A contract that does not pass. */
  | 'CONTRACT_REFUSED'
  /** A topic's history has no such version. */
  | 'VERSION_NOT_FOUND'
  /** A topic that is registered, or still holds what was not processed. */
  | 'TOPIC_IN_USE'
  /** An execution ended, and the contract that it was to rebuild under is not live. */
  | 'REBUILD_FAILED'
  /** A topic that nobody registered. */
  | 'TOPIC_UNKNOWN';

/** Contracts that a command cannot work with, and deploys that cannot be made. */
export class ContractToolError extends LeanOpsError<ContractToolErrorCode> {}
