import type { OpsOutbox, OpsTable } from '@lean-ops/core';
import type { LayerNames } from '@lean-ops/curate';
import { type Catalog, eq, loadIfExists } from '@lean-ops/iceberg';

export interface OpsSources {
  readonly catalog: Catalog;
  readonly names?: Partial<LayerNames>;
  readonly state: { readonly outbox: Pick<OpsOutbox, 'peek'> };
}

export interface OpsRow {
  readonly row: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface OpsRowsOptions {
  /** Of the rows in the table. */
  readonly columns: readonly string[];
  /** Column of the instant that a row is of. */
  readonly instant: string;
  /** Default: all of them. */
  readonly topic?: string;
}

/** Entries that wait to be appended: more than a round of hundreds of topics leaves. */
const MOST_WAITING = 10_000;

/** Every row of an ops table once: those that are in it, then those that wait in the outbox to be appended to it. */
export async function* opsRows(
  { catalog, names, state }: OpsSources,
  name: OpsTable,
  { columns, instant, topic }: OpsRowsOptions,
): AsyncGenerator<OpsRow> {
  // The outbox first: what is appended meanwhile is then seen twice and told by its id, instead of not at all.
  const waiting = await state.outbox.peek(name, MOST_WAITING);
  const waitingIds = new Set(waiting.map(({ id }) => id));
  const table = await loadIfExists(catalog, { namespace: names?.ops ?? 'ops', name });
  if (table !== null && table.currentSnapshot() !== null) {
    const filter = topic === undefined ? {} : { filter: eq('topic', topic) };
    for await (const row of table.scan({ columns: ['entry_id', ...columns], ...filter }).rows()) {
      if (waitingIds.has(String(row['entry_id']))) continue;
      // Plain rows give instants as ISO 8601 text.
      yield { row, at: Date.parse(row[instant] as string) };
    }
  }
  for (const { row } of waiting)
    if (topic === undefined || row['topic'] === topic) yield { row, at: Number(row[instant]) };
}
