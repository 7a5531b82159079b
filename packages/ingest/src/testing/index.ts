export {
  type ArchiveFixture,
  type ArchiveHarness,
  archiveContract,
  sampleArchivedMessage,
} from './archive-contract.js';
export type { ContractCase } from './contract-case.js';
export {
  type RawSinkFixture,
  type RawSinkHarness,
  rawSinkContract,
  sampleEnvelope,
} from './raw-sink-contract.js';
