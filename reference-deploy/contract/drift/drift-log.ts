import type { OpsOutbox } from '@lean-ops/core';
import type { LayerNames } from '@lean-ops/curate';
import { type Catalog, IcebergError, type Table, type TableIdentifier } from '@lean-ops/iceberg';

/** Everything the drift log says of one thing of one field. */
export interface LoggedDrift {
  readonly topic: string;
  readonly kind: string;
  readonly column: string | null;
  readonly path: string | null;
  /** Milliseconds since the epoch, of the runs that saw it first and last. */
  firstSeen: number;
  lastSeen: number;
  /** Over all runs. */
  count: number;
  /** Of the last run. */
  sample: string | null;
}

export interface DriftSources {
  readonly catalog: Catalog;
  readonly names?: Partial<LayerNames>;
  readonly state: { readonly outbox: Pick<OpsOutbox, 'peek'> };
}

const COLUMNS = ['entry_id', 'topic', 'kind', 'column_name', 'path', 'count', 'sample', 'observed_at'];
/** Entries that wait to be appended: more than a round of hundreds of topics leaves. */
const MOST_WAITING = 10_000;

/** The drift log, summed by topic, kind and field: what is in the table, and what waits to be appended to it. */
export async function loggedDrift({ catalog, names, state }: DriftSources): Promise<LoggedDrift[]> {
  const log = new Map<string, LoggedDrift>();
  const waiting = await state.outbox.peek('drift_log', MOST_WAITING);
  const waitingIds = new Set(waiting.map(({ id }) => id));
  const table = await loadIfThere(catalog, { namespace: names?.ops ?? 'ops', name: 'drift_log' });
  if (table !== null && table.currentSnapshot() !== null) {
    for await (const row of table.scan({ columns: COLUMNS }).rows()) {
      // Appended, and not yet forgotten by the outbox.
      if (waitingIds.has(String(row['entry_id']))) continue;
      // Plain rows give instants as ISO 8601 text.
      add(log, row, Date.parse(row['observed_at'] as string));
    }
  }
  for (const { row } of waiting) add(log, row, Number(row['observed_at']));
  return [...log.values()];
}

function add(log: Map<string, LoggedDrift>, row: Readonly<Record<string, unknown>>, at: number): void {
  const [topic, kind] = [String(row['topic']), String(row['kind'])];
  const [column, path, sample] = ['column_name', 'path', 'sample'].map((name) => textOf(row[name]));
  const key = JSON.stringify([topic, kind, path ?? column]);
  const count = Number(row['count'] ?? 0);
  const known = log.get(key);
  if (known === undefined) {
    log.set(key, {
      topic,
      kind,
      column: column!,
      path: path!,
      firstSeen: at,
      lastSeen: at,
      count,
      sample: sample!,
    });
    return;
  }
  known.count += count;
  known.firstSeen = Math.min(known.firstSeen, at);
  if (at >= known.lastSeen) {
    known.lastSeen = at;
    known.sample = sample!;
  }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Null for a table that nobody has made yet. */
export async function loadIfThere(catalog: Catalog, identifier: TableIdentifier): Promise<Table | null> {
  try {
    return await catalog.loadTable(identifier);
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'TABLE_NOT_FOUND') return null;
    throw error;
  }
}
