import type { OpsEntry } from '@lean-ops/core';
import { type Catalog, eq } from '@lean-ops/iceberg';
import type { DeployPorts } from './ports.js';

/** A contract that went live. */
export interface DeployedVersion {
  readonly topic: string;
  readonly version: string;
  /** Of the linter, or `register` for a topic that was registered with it. */
  readonly operation: string;
  readonly deployedBy: string | null;
  /** Milliseconds since the epoch. */
  readonly deployedAt: number;
  readonly note: string | null;
  /** Whether it is the one that is live. */
  readonly live: boolean;
}

type HistoryPorts = Pick<DeployPorts, 'catalog' | 'state' | 'names'>;

/** Entries of the outbox that are looked at: rounds empty it, so that few wait. */
const WAITING = 10_000;

/** What went live of a topic, oldest first: what `ops.schema_versions` holds, and what waits to be appended to it. */
export async function contractHistory(ports: HistoryPorts, topic: string): Promise<DeployedVersion[]> {
  const live = (await ports.state.topics.get(topic))?.contractVersion ?? null;
  const entries = new Map<string, Omit<DeployedVersion, 'live'>>();
  for await (const [id, entry] of appended(ports, topic)) entries.set(id, entry);
  for (const { id, row } of await ports.state.outbox.peek('schema_versions', WAITING))
    if (row['topic'] === topic) entries.set(id, ofOutbox(row));
  const all = [...entries.values()].sort((left, right) => left.deployedAt - right.deployedAt);
  const newest = all.findLastIndex(({ version }) => version === live);
  return all.map((entry, index) => ({ ...entry, live: index === newest }));
}

async function* appended(
  { catalog, names }: { readonly catalog: Catalog } & HistoryPorts,
  topic: string,
): AsyncGenerator<[string, Omit<DeployedVersion, 'live'>]> {
  const identifier = { namespace: names?.ops ?? 'ops', name: 'schema_versions' };
  if (!(await catalog.tableExists(identifier))) return;
  const table = await catalog.loadTable(identifier);
  if (table.currentSnapshot() === null) return;
  const columns = ['entry_id', 'topic', 'version', 'operation', 'deployed_by', 'deployed_at', 'details'];
  for await (const row of table.scan({ columns, filter: eq('topic', topic) }).rows()) {
    const details = JSON.parse((row['details'] as string | null) ?? '{}') as { note?: string | null };
    // Plain rows give instants as ISO 8601 text.
    const deployedAt = Date.parse(row['deployed_at'] as string);
    yield [row['entry_id'] as string, { ...texts(row), deployedAt, note: details.note ?? null }];
  }
}

function ofOutbox(row: OpsEntry['row']): Omit<DeployedVersion, 'live'> {
  return {
    ...texts(row),
    deployedAt: Number(row['deployed_at']),
    note: (row['note'] as string | null) ?? null,
  };
}

function texts(row: Readonly<Record<string, unknown>>) {
  return {
    topic: row['topic'] as string,
    version: row['version'] as string,
    operation: row['operation'] as string,
    deployedBy: row['deployed_by'] as string | null,
  };
}
