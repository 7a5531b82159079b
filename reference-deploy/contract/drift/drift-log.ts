import { type OpsSources, opsRows } from '../ops-rows.js';

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

const COLUMNS = ['topic', 'kind', 'column_name', 'path', 'count', 'sample', 'observed_at'];

/** The drift log, summed by topic, kind and field: what is in the table, and what waits to be appended to it. */
export async function loggedDrift(sources: OpsSources): Promise<LoggedDrift[]> {
  const log = new Map<string, LoggedDrift>();
  for await (const { row, at } of opsRows(sources, 'drift_log', { columns: COLUMNS, instant: 'observed_at' }))
    add(log, row, at);
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
