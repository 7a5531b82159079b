import type { CompactOptions } from '../maintenance/compact/compact-types.js';
import type {
  ExpireOptions,
  OrphanOptions,
  RewriteManifestsOptions,
} from '../maintenance/maintenance-types.js';
import type { MetadataTableOptions } from '../metadata-table/metadata-table.js';
import type { CherryPickOptions } from '../ref/cherry-pick.js';
import type {
  CreateBranchOptions,
  CreateTagOptions,
  ReplaceBranchOptions,
  ReplaceTagOptions,
} from '../ref/ref-options.js';
import type { ReplaceOptions } from '../replace/replace-table.js';
import type { RestoreOptions } from '../replace/restore-table.js';
import type { ChangelogScanOptions, IncrementalScanOptions, ScanOptions } from '../scan/scan-types.js';
import type { CommitOptions } from '../transaction/commit-metadata.js';
import type { FilterOptions, KeyOptions, TransactionOptions } from '../transaction/transaction-types.js';
import type { OptionNames } from '../util/check-options.js';

// The names of all options of the table's methods, for `checkOptions`.

const COMMIT: OptionNames<CommitOptions> = { signal: true, retries: true };

export const TRANSACTION: OptionNames<TransactionOptions> = {
  summary: true,
  properties: true,
  check: true,
  emptySnapshot: true,
  branch: true,
  stageOnly: true,
  wapId: true,
  isolation: true,
  conflictFilter: true,
  ...COMMIT,
};

export const BY_KEY: OptionNames<TransactionOptions & KeyOptions> = { key: true, mode: true, ...TRANSACTION };

export const BY_FILTER: OptionNames<TransactionOptions & FilterOptions> = {
  filter: true,
  mode: true,
  ...TRANSACTION,
};

const READ = {
  columns: true,
  filter: true,
  limit: true,
  batchSize: true,
  signal: true,
  ref: true,
} as const;

export const SCAN: OptionNames<ScanOptions> = {
  ...READ,
  snapshotId: true,
  asOf: true,
  afterSequenceNumber: true,
  files: true,
};

export const INCREMENTAL_SCAN: OptionNames<IncrementalScanOptions> = {
  ...READ,
  fromSnapshotId: true,
  toSnapshotId: true,
};

export const CHANGELOG_SCAN: OptionNames<ChangelogScanOptions> = {
  ...INCREMENTAL_SCAN,
  key: true,
};

export const METADATA_TABLE: OptionNames<MetadataTableOptions> = {
  snapshotId: true,
  asOf: true,
  ref: true,
  signal: true,
};

export const COMPACT: OptionNames<CompactOptions> = {
  strategy: true,
  sortBy: true,
  filter: true,
  readUpTo: true,
  targetFileBytes: true,
  minFileBytes: true,
  maxFileBytes: true,
  minInputFiles: true,
  deleteFileThreshold: true,
  deleteRatioThreshold: true,
  rewriteAll: true,
  removeDanglingDeletes: true,
  partialProgress: true,
  maxCommits: true,
  maxGroupBytes: true,
  dryRun: true,
  branch: true,
  summary: true,
  check: true,
  onProgress: true,
  ...COMMIT,
};

export const REWRITE_MANIFESTS: OptionNames<RewriteManifestsOptions> = {
  specId: true,
  clusterBy: true,
  branch: true,
  summary: true,
  check: true,
  ...COMMIT,
};

export const EXPIRE: OptionNames<ExpireOptions> = {
  olderThan: true,
  retainLast: true,
  snapshotIds: true,
  deleteFiles: true,
  dryRun: true,
  cleanMetadata: true,
  onProgress: true,
  ...COMMIT,
};

export const ORPHANS: OptionNames<OrphanOptions> = {
  olderThan: true,
  location: true,
  force: true,
  dryRun: true,
  maxConcurrency: true,
  signal: true,
  onProgress: true,
};

export const CHERRY_PICK: OptionNames<CherryPickOptions> = { branch: true, ...COMMIT };

export const TAG: OptionNames<CreateTagOptions & ReplaceTagOptions> = {
  snapshotId: true,
  maxRefAgeMs: true,
  ...COMMIT,
};

export const BRANCH: OptionNames<CreateBranchOptions & ReplaceBranchOptions> = {
  ...TAG,
  minSnapshotsToKeep: true,
  maxSnapshotAgeMs: true,
};

export const REPLACE: OptionNames<ReplaceOptions> = {
  keepAs: true,
  summary: true,
  properties: true,
  check: true,
  ...COMMIT,
};

export const RESTORE: OptionNames<RestoreOptions> = { replacing: true, dropTag: true, ...COMMIT };
