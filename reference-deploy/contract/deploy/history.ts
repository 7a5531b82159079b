import { type OpsRow, opsRows } from '../ops-rows.js';
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

const COLUMNS = ['topic', 'version', 'operation', 'deployed_by', 'deployed_at', 'details'];

/** What went live of a topic, oldest first: what `ops.schema_versions` holds, and what waits to be appended to it. */
export async function contractHistory(ports: HistoryPorts, topic: string): Promise<DeployedVersion[]> {
  const live = (await ports.state.topics.get(topic))?.contractVersion ?? null;
  const all: Omit<DeployedVersion, 'live'>[] = [];
  const options = { columns: COLUMNS, instant: 'deployed_at', topic };
  for await (const { row, at } of opsRows(ports, 'schema_versions', options))
    all.push({
      topic,
      version: row['version'] as string,
      operation: row['operation'] as string,
      deployedBy: row['deployed_by'] as string | null,
      deployedAt: at,
      note: noteOf(row),
    });
  all.sort((left, right) => left.deployedAt - right.deployedAt);
  const newest = all.findLastIndex(({ version }) => version === live);
  return all.map((entry, index) => ({ ...entry, live: index === newest }));
}

/** A member of its own while it waits; in the table, which has no column for it, one of `details`. */
function noteOf(row: OpsRow['row']): string | null {
  const details = JSON.parse((row['details'] as string | null | undefined) ?? '{}') as {
    note?: string | null;
  };
  return (row['note'] as string | null | undefined) ?? details.note ?? null;
}
