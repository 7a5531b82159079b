export type { ContractCase } from './contract-case.js';
export {
  clockContract,
  loggerContract,
  metricsContract,
  randomContract,
  sleepContract,
} from './runtime-contract.js';
export { stateStoreContract } from './state-store-contract.js';
export type { StateStoreFixture, StateStoreHarness } from './state-store-harness.js';
