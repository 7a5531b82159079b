import { LeanOpsError } from '@lean-ops/core';

/** A price file that cannot be used. */
export class CostError extends LeanOpsError<'PRICES_UNREADABLE'> {}
