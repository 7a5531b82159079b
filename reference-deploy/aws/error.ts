import { LeanOpsError } from '@lean-ops/core';

/** Codes of the errors that the functions' own set-up throws. */
export type AwsErrorCode = 'ENVIRONMENT_INVALID' | 'MASKING_KEY_INVALID' | 'OBJECT_WITHOUT_BODY';

/** Errors of what stands between Lambda and the handlers. */
export class AwsError extends LeanOpsError<AwsErrorCode> {}
