import { type Expression, isIn, or, type Table } from '@lean-ops/iceberg';
import { isBlank, KEY_PREFIX, type KeySource, MESSAGE_PREFIX } from '../dedup/merge-key.js';
import type { Flattener } from '../flatten/flattener.js';
import type { Utf8Column } from '../flatten/utf8-column.js';
import { recordBatch, takeColumn } from '../tables/arrow.js';
import { bytesAt, RAW_COLUMNS, type RawBatch, rawBatch, type TextColumn, vectorOf } from './raw-batch.js';

export interface KeyHistoryOptions {
  readonly raw: Table;
  readonly snapshotId: bigint;
  readonly key: KeySource;
  /** Merge keys as text. */
  readonly mergeKeys: ReadonlySet<string>;
  readonly flattener: Flattener;
  readonly signal: AbortSignal | undefined;
}

/**
 * Every row that RAW has of some merge keys.
 *
 * Needed where the message that the journey ordered first turns out to have come earlier than its copy that is the
 * current version: what it had beaten may now beat it, and only RAW still knows what that was.
 */
export async function keyHistory(options: KeyHistoryOptions): Promise<RawBatch[]> {
  const { raw, snapshotId, key, mergeKeys, flattener, signal } = options;
  const history: RawBatch[] = [];
  const filter = historyFilter(key, mergeKeys);
  const scan = raw.scan({ columns: RAW_COLUMNS, snapshotId, signal, ...(filter === null ? {} : { filter }) });
  for await (const batch of scan) {
    const flat = rawBatch(batch);
    const keys =
      key.kind === 'path'
        ? flattener.extract(flat.text.json_payload, [key.path]).columns[0]!
        : flat.text[key.column as TextColumn];
    const rows = Array.from({ length: flat.rowCount }, (_, row) => row).filter((row) =>
      mergeKeys.has(mergeKeyText(keys, flat.text.message_id, row)),
    );
    if (rows.length === 0) continue;
    const taken = Int32Array.from(rows);
    const columns = RAW_COLUMNS.map((name) => ({ name, vector: takeColumn(vectorOf(batch, name), taken) }));
    history.push(rawBatch(recordBatch(columns, rows.length)));
  }
  return history;
}

/** The merge key of a row, as text. */
export function mergeKeyText(keys: Utf8Column, messageIds: Utf8Column, row: number): string {
  const bytes = bytesAt(keys, row);
  const missing = bytes === null || isBlank(bytes, 0, bytes.length);
  const parts = missing ? [MESSAGE_PREFIX, bytesAt(messageIds, row)!] : [KEY_PREFIX, bytes];
  return Buffer.concat(parts).toString('utf8');
}

/** Keeps rows that may have one of the keys; null where only the payload tells. */
function historyFilter(key: KeySource, mergeKeys: ReadonlySet<string>): Expression | null {
  if (key.kind === 'path') return null;
  const of = (prefix: Uint8Array): string[] => {
    const text = Buffer.from(prefix).toString('utf8');
    return [...mergeKeys].flatMap((each) => (each.startsWith(text) ? [each.slice(text.length)] : []));
  };
  return or(isIn(key.column, of(KEY_PREFIX)), isIn('message_id', of(MESSAGE_PREFIX)));
}
