import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import type { NewField } from '@lean-ops/iceberg';

/** Envelope columns that go on from RAW to Standardized: all but the payload and the wrapper. */
export const CARRIED_COLUMNS = ENVELOPE_COLUMNS.filter(
  ({ name }) => name !== 'json_payload' && name !== 'envelope_json',
);

/** Columns of ours in `standardized.{topic}`, after the envelope's. */
export const STANDARDIZED_OWN: readonly NewField[] = [
  { name: '_merge_key', type: 'string', required: true, doc: '"k:" and the key, or "m:" and the message id' },
  { name: '_payload_hash', type: 'long', required: true, doc: 'xxhash64 of the payload bytes, seed 42' },
  {
    name: '_seen',
    type: { type: 'list', element: 'long', elementRequired: true },
    doc: 'xxhash64 of message id, zero byte and payload of each folded version that its journey ordered',
  },
  { name: '_first_seen_ts', type: 'timestamptz', required: true, doc: 'least ingestion_ts of the key' },
  { name: '_updated_ts', type: 'timestamptz', required: true, doc: 'when this row was written' },
  { name: '_schema_version', type: 'string', doc: 'contract version under which this row was written' },
  { name: '_source_snapshot_id', type: 'long', required: true, doc: 'RAW snapshot of the run that wrote it' },
];

/** Names that payload columns cannot take; a leading `_` is ours as well. */
export const RESERVED_NAMES: readonly string[] = ENVELOPE_COLUMNS.map(({ name }) => name);

export function envelopeFields(columns: typeof ENVELOPE_COLUMNS): NewField[] {
  return columns.map(({ name, type, required }) => ({ name, type, required }));
}
