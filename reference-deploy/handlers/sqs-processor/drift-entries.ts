import { createHash } from 'node:crypto';
import type { OpsEntry } from '@lean-ops/core';
import type { BatchDrift } from '@lean-ops/ingest';

/**
 * The `ops.drift_log` entries of a batch, in the shape in which the jobs write theirs.
 *
 * An entry's id is made of what was odd and of the messages that showed it: a batch that is delivered again is not
 * logged again. Messages that come back in other company are, as copies in RAW are. Samples are payload values and
 * are left out: the drift log has more readers than the data.
 */
export function driftEntries(drift: readonly BatchDrift[], nowMs: number): Omit<OpsEntry, 'sequence'>[] {
  return drift.map(({ topic, kind, field, path, count, sqsMessageIds }) => ({
    id: `raw:${topic}:${kind}:${field}:${path}:${hashOf(sqsMessageIds)}`,
    table: 'drift_log',
    row: {
      topic,
      layer: 'raw',
      run_id: null,
      kind,
      column_name: field,
      path,
      count,
      sample: null,
      source_snapshot_id: null,
      observed_at: nowMs,
    },
  }));
}

function hashOf(ids: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 32);
}
