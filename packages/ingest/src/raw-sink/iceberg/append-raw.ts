import type { Envelope } from '@lean-ops/core';
import {
  batchFromRows,
  type Catalog,
  type CommitResult,
  type Schema,
  type TableIdentifier,
  type TransactionOptions,
} from '@lean-ops/iceberg';

/** Rows and text of one record batch: enough to write in bulk, little enough to hold twice. */
const MAX_ROWS = 16_384;
const MAX_CHARACTERS = 32 * 1024 * 1024;

/**
 * Appends envelopes to a RAW table in one commit.
 *
 * The envelopes are read once and held a batch at a time. Nothing is recognised as a copy here: RAW keeps what was
 * received.
 *
 * @throws IcebergError `TABLE_NOT_FOUND` and what an append throws.
 * @example
 * await appendRaw(catalog, { namespace: 'raw', name: 'events_staging' }, envelopes);
 */
export async function appendRaw(
  catalog: Catalog,
  identifier: TableIdentifier,
  envelopes: Iterable<Envelope>,
  options: TransactionOptions = {},
): Promise<CommitResult> {
  const table = await catalog.loadTable(identifier);
  return table.append(recordBatches(table.schema(), envelopes), options);
}

function* recordBatches(
  schema: Schema,
  envelopes: Iterable<Envelope>,
): Generator<ReturnType<typeof batchFromRows>> {
  let rows: Record<string, unknown>[] = [];
  let characters = 0;
  for (const envelope of envelopes) {
    rows.push(envelope as unknown as Record<string, unknown>);
    characters += envelope.json_payload.length + (envelope.envelope_json?.length ?? 0);
    if (rows.length < MAX_ROWS && characters < MAX_CHARACTERS) continue;
    yield batchFromRows(schema, rows);
    rows = [];
    characters = 0;
  }
  if (rows.length > 0) yield batchFromRows(schema, rows);
}
