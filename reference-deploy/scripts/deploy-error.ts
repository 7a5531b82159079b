import { LeanOpsError } from '@lean-ops/core';

export type DeployErrorCode =
  | 'OPTION_INVALID'
  | 'ENVIRONMENT_UNKNOWN'
  | 'TOOL_MISSING'
  | 'BUILD_FAILED'
  | 'TERRAFORM_FAILED'
  | 'CREDENTIALS_MISSING'
  | 'ACCOUNT_UNEXPECTED'
  | 'BUCKET_UNAVAILABLE'
  | 'QUOTA_TOO_LOW'
  | 'CONTRACT_MISSING'
  | 'NOT_CONFIRMED'
  | 'PROTECTED'
  | 'DATA_WOULD_BE_LOST'
  | 'TOPIC_SYNC_FAILED'
  | 'SMOKE_TEST_FAILED';

/** A build, a deployment or a check of one that cannot go on. */
export class DeployError extends LeanOpsError<DeployErrorCode> {}
