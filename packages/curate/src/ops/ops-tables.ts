import { METADATA_RETENTION, type OpsTable } from '@lean-ops/core';
import type { CreateTableOptions, NewField } from '@lean-ops/iceberg';

const ID: NewField = {
  name: 'entry_id',
  type: 'string',
  required: true,
  doc: 'the same fact has the same id',
};
/** Whatever a row has besides the table's columns, as a JSON object. */
export const DETAILS_COLUMN = 'details';
const DETAILS: NewField = { name: DETAILS_COLUMN, type: 'string' };

const APPENDED: NewField = { name: 'appended_at', type: 'timestamptz', required: true };

const COLUMNS: Readonly<Record<OpsTable, readonly NewField[]>> = {
  job_runs: [
    { name: 'topic', type: 'string' },
    { name: 'layer', type: 'string' },
    { name: 'run_id', type: 'string' },
    { name: 'status', type: 'string' },
    { name: 'started_at', type: 'timestamptz' },
    { name: 'finished_at', type: 'timestamptz' },
    { name: 'source_table', type: 'string' },
    { name: 'target_table', type: 'string' },
    { name: 'from_snapshot_id', type: 'long' },
    { name: 'to_snapshot_id', type: 'long' },
    { name: 'snapshot_id', type: 'long' },
    { name: 'contract_version', type: 'string' },
    { name: 'rows_read', type: 'long' },
    { name: 'inserted', type: 'long' },
    { name: 'updated', type: 'long' },
    { name: 'deleted', type: 'long' },
    { name: 'copies', type: 'long' },
    { name: 'superseded', type: 'long' },
    { name: 'failed', type: 'long' },
    { name: 'skipped', type: 'long' },
    { name: 'error_code', type: 'string' },
    { name: 'error_message', type: 'string' },
  ],
  drift_log: [
    { name: 'topic', type: 'string' },
    { name: 'layer', type: 'string' },
    { name: 'run_id', type: 'string' },
    { name: 'kind', type: 'string' },
    { name: 'column_name', type: 'string' },
    { name: 'path', type: 'string' },
    { name: 'count', type: 'long' },
    { name: 'sample', type: 'string' },
    { name: 'source_snapshot_id', type: 'long' },
    { name: 'observed_at', type: 'timestamptz' },
  ],
  reconciliation: [
    { name: 'topic', type: 'string' },
    { name: 'checked_at', type: 'timestamptz' },
    { name: 'balanced', type: 'boolean' },
    { name: 'messages', type: 'long' },
    { name: 'in_flight', type: 'long' },
    { name: 'quarantined', type: 'long' },
    { name: 'dead_lettered', type: 'long' },
    { name: 'delivery_failures', type: 'long' },
    { name: 'raw', type: 'long' },
    { name: 'copies', type: 'long' },
    { name: 'superseded', type: 'long' },
    { name: 'parse_errors', type: 'long' },
    { name: 'standardized', type: 'long' },
    { name: 'curated', type: 'long' },
    { name: 'open_errors', type: 'long' },
    { name: 'differences', type: 'string' },
  ],
  schema_versions: [
    { name: 'topic', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'operation', type: 'string' },
    { name: 'contract', type: 'string' },
    { name: 'deployed_by', type: 'string' },
    { name: 'deployed_at', type: 'timestamptz' },
  ],
};

/** The columns of an `ops` table. Instants come from the outbox as milliseconds since the epoch. */
export function opsColumns(table: OpsTable): readonly NewField[] {
  return [ID, ...COLUMNS[table], DETAILS, APPENDED];
}

export function opsTableOptions(table: OpsTable): CreateTableOptions {
  return { schema: { fields: opsColumns(table) }, properties: METADATA_RETENTION };
}
