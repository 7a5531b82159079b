import { isIn, type Table } from '@lean-ops/iceberg';
import type { KeySource } from '../dedup/merge-key.js';
import { VersionTable } from '../dedup/version-table.js';
import type { OrderPlan } from '../order/order-plan.js';
import { RAW_COLUMNS, rawBatch, textAt } from './raw-batch.js';

/** Message ids that one filter names. */
const NAMED_IDS = 200;

export interface RawLookupOptions {
  readonly raw: Table;
  readonly snapshotId: bigint;
  readonly versions: VersionTable;
  readonly suspects: readonly number[];
  readonly key: KeySource;
  readonly order: OrderPlan;
  readonly payloadHash: (bytes: Uint8Array) => bigint;
  readonly signal: AbortSignal | undefined;
}

/**
 * Which of the suspects RAW shows to be copies: it holds the same version in a row with a lesser (`ingestion_ts`,
 * `sqs_message_id`). A suspect is its run's least copy, so that row came with an earlier run.
 */
export async function copiesInRaw(options: RawLookupOptions): Promise<Set<number>> {
  const { raw, snapshotId, versions, suspects, key, order, payloadHash, signal } = options;
  const copies = new Set<number>();
  if (suspects.length === 0) return copies;
  const ids = new Map<string, number[]>();
  for (const version of suspects) {
    const id = Buffer.from(versions.messageId(version)).toString('utf8');
    ids.set(id, [...(ids.get(id) ?? []), version]);
  }
  const found = new VersionTable({ key, order, payloadHash });
  const scan = raw.scan({
    columns: RAW_COLUMNS,
    snapshotId,
    signal,
    ...(ids.size <= NAMED_IDS ? { filter: isIn('message_id', ids.keys()) } : {}),
  });
  for await (const batch of scan) {
    const rows = rawBatch(batch);
    found.addBatch(rows, 0, (row) => ids.has(textAt(rows.text.message_id, row)!));
  }
  for (let other = 0; other < found.length; other++) {
    const id = Buffer.from(found.messageId(other)).toString('utf8');
    for (const version of ids.get(id) ?? []) {
      if (versions.isVersion(version, found, other) && found.isBefore(other, versions, version))
        copies.add(version);
    }
  }
  return copies;
}
