import type { Table } from '@lean-ops/iceberg';
import type { RecordBatch, Vector } from 'apache-arrow';
import { isFromProducer } from '../dedup/held-rows.js';
import type { VersionTable } from '../dedup/version-table.js';
import { type Utf8Column, utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import { type OrderReader, orderReaders } from '../order/order-reader.js';
import type { OrderValue } from '../order/order-value.js';
import { keyFilter } from '../tables/key-filter.js';
import { columnPaths } from '../tables/standardized-table.js';
import type { ExistingRow } from './existing-row.js';
import { bytesAt, longs, textAt, vectorOf } from './raw-batch.js';

export interface ExistingRowsOptions {
  readonly table: Table;
  readonly versions: VersionTable;
  readonly order: OrderPlan;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The rows that Standardized holds for the keys of a run: only the columns that merging needs, and where they stand.
 * Files whose key bounds exclude every key are not read. A row holds views of its batch: see {@link ownRow}.
 */
export async function* existingRows({
  table,
  versions,
  order,
  signal,
}: ExistingRowsOptions): AsyncGenerator<{ key: number; row: ExistingRow }> {
  if (versions.mergeKeys.length === 0 || table.currentSnapshot() === null) return;
  const known = columnPaths(table);
  const sources = order.paths.map((path) => known.find((column) => column.path === path)?.name ?? null);
  const columns = new Set([
    ...['_merge_key', 'message_id', 'sqs_message_id', 'publish_time', 'publish_time_source', 'ingestion_ts'],
    ...['_payload_hash', '_seen', '_first_seen_ts'],
    ...order.columns.flatMap((column) => (column.kind === 'text' ? [column.column] : [])),
    ...sources.flatMap((source) => (source === null ? [] : [source])),
    ...['_file', '_pos'],
  ]);
  const scan = table.scan({
    columns: [...columns],
    filter: keyFilter(versions.mergeKeys),
    ...(signal === undefined ? {} : { signal }),
  });
  const readers = orderReaders(order);
  for await (const batch of scan) {
    const rows = matches(batch, versions);
    if (rows.length === 0) continue;
    const read = rowReader(batch, order, { sources, readers });
    for (const { row, key } of rows) yield { key, row: read(row) };
  }
}

function matches(batch: RecordBatch, versions: VersionTable): { row: number; key: number }[] {
  const keys = utf8Column(vectorOf(batch, '_merge_key'));
  const found: { row: number; key: number }[] = [];
  for (let row = 0; row < keys.length; row++) {
    const key = versions.mergeKeys.find(keys.data, keys.offsets[row]!, keys.offsets[row + 1]!);
    if (key !== -1) found.push({ row, key });
  }
  return found;
}

interface OrderColumns {
  /** The column of each order path; null where Standardized has none yet. */
  readonly sources: readonly (string | null)[];
  readonly readers: readonly OrderReader[];
}

function rowReader(
  batch: RecordBatch,
  order: OrderPlan,
  { sources, readers }: OrderColumns,
): (row: number) => ExistingRow {
  const text = (name: string): Utf8Column => utf8Column(vectorOf(batch, name));
  const [messageId, sqsMessageId, source, file] = [
    text('message_id'),
    text('sqs_message_id'),
    text('publish_time_source'),
    text('_file'),
  ];
  const [publishTime, ingestion] = [longs(batch, 'publish_time'), longs(batch, 'ingestion_ts')];
  const [payloadHash, firstSeen] = [longs(batch, '_payload_hash'), longs(batch, '_first_seen_ts')];
  const position = longs(batch, '_pos');
  const seen = vectorOf(batch, '_seen');
  const paths = sources.map((from) => (from === null ? null : text(from)));
  const envelope = new Map(
    order.columns.flatMap((column) => (column.kind === 'text' ? [[column.column, text(column.column)]] : [])),
  );
  return (row) => {
    let path = 0;
    const orderValues = order.columns.map((column): OrderValue => {
      if (column.kind === 'time') return (column.column === 'publish_time' ? publishTime : ingestion)[row]!;
      if (column.kind === 'text') return bytesAt(envelope.get(column.column)!, row);
      const index = path++;
      const values = paths[index];
      const bytes = values == null ? null : bytesAt(values, row);
      return bytes === null ? null : (readers[index]!(bytes) ?? null);
    });
    return {
      orderValues,
      messageId: bytesAt(messageId, row)!,
      sqsMessageId: bytesAt(sqsMessageId, row)!,
      payloadHash: payloadHash[row]!,
      publishTime: publishTime[row]!,
      ingestion: ingestion[row]!,
      fromProducer: isFromProducer(source, row),
      seen: longsOf(seen, row),
      firstSeen: firstSeen[row]!,
      file: textAt(file, row)!,
      position: position[row]!,
    };
  };
}

/** A list of longs; null where there is none. */
export function longsOf(vector: Vector, row: number): bigint[] | null {
  const list: unknown = vector.get(row);
  return list === null || list === undefined ? null : [...(list as Iterable<bigint>)];
}
