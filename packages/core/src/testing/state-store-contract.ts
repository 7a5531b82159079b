import { breakerContract } from './breaker-contract.js';
import type { ContractCase } from './contract-case.js';
import { journalContract } from './journal-contract.js';
import { leaseContract } from './lease-contract.js';
import { registryContract } from './registry-contract.js';
import type { StateStoreHarness } from './state-store-harness.js';
import { trackingContract } from './tracking-contract.js';

/**
 * Everything a `StateStore` promises, as named cases for any test runner.
 *
 * @example
 * for (const { name, run } of stateStoreContract(harness)) test(name, run);
 */
export function stateStoreContract(harness: StateStoreHarness): ContractCase[] {
  return [
    ...registryContract(harness),
    ...leaseContract(harness),
    ...trackingContract(harness),
    ...breakerContract(harness),
    ...journalContract(harness),
  ];
}
