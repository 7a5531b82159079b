export type { CastCode, CastOptions, CastResult, CastValue } from './cast/cast-result.js';
export { castValue } from './cast/cast-value.js';
export { compareInstants, type ExactInstant, parseInstant, parseInstantExact } from './cast/instant.js';
export { curate } from './curated/curate.js';
export { type CuratedTableColumn, curatedColumns } from './curated/curated-columns.js';
export type { TableColumnChange } from './deploy/curated-changes.js';
export { contractOfTable, isCuratedCutOff } from './deploy/table-state.js';
export {
  changeTopicTable,
  checkTopicTables,
  type GovernedTable,
  planTopicTables,
  type TableChange,
  type TopicTablesOptions,
} from './deploy/topic-tables.js';
export type { DriftEntry, DriftKind } from './drift/drift.js';
export { CurateError, type CurateErrorCode } from './error.js';
export { arrowColumns } from './evolve/arrow-columns.js';
export {
  type ColumnChange,
  type EvolveOptions,
  type EvolvingColumn,
  evolve,
  type Refusal,
  type RefusalCode,
  type SchemaEvolution,
} from './evolve/evolve.js';
export { type Evolution, planEvolution } from './evolve/plan-evolution.js';
export { Flattener } from './flatten/flattener.js';
export { OVERFLOW_COLUMN, readOverflow } from './flatten/overflow.js';
export type { ParseFailure, ParseReason } from './flatten/parse-failure.js';
export type {
  ColumnPath,
  Extraction,
  FlattenedBatch,
  FlattenedColumn,
  FlattenOptions,
} from './flatten/types.js';
export { isPresent, type Utf8Column, utf8Column, utf8ColumnOf, utf8Vector } from './flatten/utf8-column.js';
export { type AskHistoryOptions, askHistory } from './history/ask-history.js';
export type {
  CurateReport,
  HandOver,
  JobHooks,
  JobOptions,
  JobPoint,
  LayerNames,
  RunReport,
  StandardizeReport,
} from './job.js';
export type { BatchInput, BatchLike } from './library/batch-source.js';
export { type CollectOptions, collect } from './library/collect.js';
export {
  type DeduplicatedPart,
  type DeduplicateOptions,
  type DeduplicateRules,
  deduplicate,
} from './library/deduplicate.js';
export { type DeduplicatedRows, deduplicateRows } from './library/deduplicate-rows.js';
export {
  type FlattenBatchesOptions,
  type FlattenedPart,
  type FlattenLimits,
  flatten,
} from './library/flatten.js';
export {
  type FlatRow,
  type FlattenedRows,
  type FlattenRowsOptions,
  flattenRows,
} from './library/flatten-rows.js';
export type { JsonRow } from './library/json-text.js';
export type { PayloadCode, PayloadFailure } from './library/payload-failure.js';
export type { PlainValue } from './library/plain-rows.js';
export type { OrderColumn } from './library/row-order.js';
export {
  type ValidatedPart,
  type ValidateOptions,
  type ValueContract,
  validate,
} from './library/validate.js';
export {
  type ValidatedRows,
  type ValidateRowsOptions,
  validateRows,
} from './library/validate-rows.js';
export { type MaintainOpsOptions, maintainOps } from './maintain/maintain-ops.js';
export { maintainTable } from './maintain/maintain-table.js';
export {
  MAINTAINED_TABLES,
  type MaintainedTable,
  type MaintainOptions,
  type MaintenancePolicy,
  type MaintenanceReport,
  type MaintenanceScope,
  type TableMaintenance,
} from './maintain/maintenance-types.js';
export { planMaintenance } from './maintain/plan-maintenance.js';
export { type Mask, maskOf, REDACTED } from './mask/mask.js';
export { type FlushOptions, type FlushPoint, type FlushReport, flushOps } from './ops/flush-ops.js';
export type { TableStatus, TopicStatus } from './ops/topic-status.js';
export { highestFencingToken, type StatusOptions, warehouseStatus } from './ops/warehouse-status.js';
export { formatPath, parsePath } from './path/json-path.js';
export { loadPayloadHash, type PayloadHash } from './payload-hash.js';
export { abandonRebuild } from './rebuild/abandon-rebuild.js';
export { rebuild } from './rebuild/rebuild.js';
export { type RebuildUnderWay, rebuildUnderWay } from './rebuild/rebuild-journal.js';
export type {
  AbandonOptions,
  RebuildOptions,
  RebuildPoint,
  RebuildProgress,
  RebuildReport,
  RebuildStep,
  RebuiltTable,
} from './rebuild/rebuild-types.js';
export { RebuildWatch, type RebuildWatchOptions } from './rebuild/rebuild-watch.js';
export type { Scratch } from './reconcile/dealt-rows.js';
export type { Evidence } from './reconcile/evidence.js';
export {
  type ReconcileOptions,
  type ReconcileTurn,
  type ReconcileTurnOptions,
  reconcile,
  reconcileTurn,
} from './reconcile/reconcile.js';
export type { Difference, Reconciliation } from './reconcile/reconciliation.js';
export { reconciliationEntry } from './reconcile/reconciliation-entry.js';
export { standardize } from './standardize/standardize.js';
export { topicTableNames } from './tables/names.js';
export { columnPaths } from './tables/standardized-table.js';
export {
  type AppliedContract,
  type CompiledContract,
  type CompileOptions,
  type CuratedColumn,
  compileContract,
} from './validate/compiled-contract.js';
export { contractPaths } from './validate/contract-paths.js';
export type { ColumnFailure, FailureCode, RowFailures } from './validate/row-failure.js';
