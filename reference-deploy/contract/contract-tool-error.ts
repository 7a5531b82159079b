import { LeanOpsError } from '@lean-ops/core';

type ContractToolErrorCode = 'CONTRACTS_UNREADABLE';

/** Contracts that a command cannot work with. */
export class ContractToolError extends LeanOpsError<ContractToolErrorCode> {}
