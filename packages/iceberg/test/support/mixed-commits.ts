import { randomInt } from 'node:crypto';
import { type Catalog, eq, IcebergError, type Table, type TableIdentifier } from '../../src/index.js';

/** The table that many processes write to at once. */
export const BUSY_TABLE: TableIdentifier = { namespace: 'n', name: 't' };

export const BUSY_SCHEMA = {
  fields: [
    { name: 'id', type: 'string', required: true },
    /** All rows of a group come, change and go in one commit. */
    { name: 'group', type: 'string', required: true },
    { name: 'version', type: 'long' },
  ],
} as const;

/** Rows of every group; a reader that sees another number has seen half a commit. */
export const GROUP_ROWS = 3;
/** The row that all writers upsert. */
export const SHARED = 'shared';

export type CommitKind =
  | 'append'
  | 'upsert'
  | 'overwrite'
  | 'deleteKeys'
  | 'deletePositions'
  | 'delete'
  | 'rewriteManifests'
  | 'compact'
  | 'expire';

/** A commit that was reported as made. */
export interface MadeCommit {
  kind: CommitKind;
  /** The snapshot added; `null` where there was none to add. */
  snapshotId: string | null;
  sequenceNumber: string | null;
  attempts: number;
  /** Value that the shared row was given. */
  shared?: string;
  /** Snapshots that a compaction added. */
  compactions: number;
}

export interface WriterReport {
  made: MadeCommit[];
  /** Versions of this writer's groups at the end; groups that are not here are deleted. */
  groups: Record<string, string>;
  /** Commits refused with `COMMIT_CONFLICT`, which were begun anew. */
  refused: number;
  milliseconds: number;
}

/** What a writer does in its turns, over and over; it begins at a place of its own. */
const KINDS: readonly CommitKind[] = [
  'append',
  'upsert',
  'append',
  'overwrite',
  'append',
  'deleteKeys',
  'append',
  'deletePositions',
  'upsert',
  'delete',
];

/** Makes commits of mixed kinds on a table that others write to as well. */
export async function makeMixedCommits(
  catalog: Catalog,
  options: { writer: string; commits: number; upkeep: boolean },
): Promise<WriterReport> {
  const began = performance.now();
  const groups = new Map<string, bigint>();
  const report: WriterReport = { made: [], groups: {}, refused: 0, milliseconds: 0 };
  let table = await catalog.loadTable(BUSY_TABLE);
  for (let turn = 0; turn < options.commits; turn++) {
    const wanted = kindOf(turn, options.upkeep);
    const kind = needsGroup(wanted) && groups.size === 0 ? 'append' : wanted;
    const version = BigInt(turn);
    const chosen = [...groups.keys()][randomInt(Math.max(1, groups.size))] ?? '';
    const group = kind === 'append' ? `${options.writer}/${turn}` : chosen;
    for (let done = false; !done; ) {
      try {
        const made = await makeOne(table, kind, { group, version, shared: `${options.writer}/${turn}` });
        report.made.push(made.commit);
        table = made.table;
        done = true;
      } catch (error) {
        if (!(error instanceof IcebergError) || error.code !== 'COMMIT_CONFLICT') throw error;
        report.refused++;
        table = await table.refresh();
      }
    }
    if (kind === 'append' || kind === 'overwrite') groups.set(group, version);
    if (kind === 'delete' || kind === 'deleteKeys' || kind === 'deletePositions') groups.delete(group);
  }
  report.groups = Object.fromEntries([...groups].map(([group, version]) => [group, String(version)]));
  report.milliseconds = Math.round(performance.now() - began);
  return report;
}

/** Writers that look after the table as well do so in every fifth of their turns. */
function kindOf(turn: number, upkeep: boolean): CommitKind {
  if (upkeep && turn % 5 === 4)
    return (['compact', 'rewriteManifests', 'expire'] as const)[((turn - 4) / 5) % 3]!;
  return KINDS[turn % KINDS.length]!;
}

function needsGroup(kind: CommitKind): boolean {
  return ['overwrite', 'delete', 'deleteKeys', 'deletePositions'].includes(kind);
}

async function makeOne(
  table: Table,
  kind: CommitKind,
  { group, version, shared }: { group: string; version: bigint; shared: string },
): Promise<{ table: Table; commit: MadeCommit }> {
  const ids = Array.from({ length: GROUP_ROWS }, (_, at) => `${group}#${at}`);
  const rows = ids.map((id) => ({ id, group, version }));
  const result = await change();
  const { snapshotId, sequenceNumber, attempts, compactions = 0 } = result;
  return {
    table: result.table,
    commit: {
      kind,
      snapshotId: snapshotId === null ? null : String(snapshotId),
      sequenceNumber: sequenceNumber === null ? null : String(sequenceNumber),
      attempts,
      compactions,
      ...(kind === 'upsert' ? { shared } : {}),
    },
  };

  async function change(): Promise<{
    table: Table;
    snapshotId: bigint | null;
    sequenceNumber: bigint | null;
    attempts: number;
    compactions?: number;
  }> {
    switch (kind) {
      case 'append':
        return await table.append(rows);
      case 'upsert':
        return await table.upsert([{ id: SHARED, group: shared, version }], { key: ['id'] });
      case 'overwrite':
        return await table.overwrite(rows, { filter: eq('group', group) });
      case 'delete':
        return await table.delete({ filter: eq('group', group), mode: 'copy-on-write' });
      case 'deleteKeys':
        return await table.deleteKeys(
          ids.map((id) => ({ id })),
          { key: ['id'] },
        );
      case 'deletePositions':
        return await deletePositions(table, group);
      case 'rewriteManifests':
        return { sequenceNumber: null, attempts: 1, ...(await table.rewriteManifests()) };
      case 'compact': {
        const { table: compacted, commits } = await table.compact({ minInputFiles: 2 });
        return {
          table: compacted,
          snapshotId: null,
          sequenceNumber: null,
          attempts: 1,
          compactions: commits,
        };
      }
      case 'expire': {
        const { table: expired } = await table.expireSnapshots({ olderThan: Date.now(), retainLast: 20 });
        return { table: expired, snapshotId: null, sequenceNumber: null, attempts: 1 };
      }
    }
  }
}

async function deletePositions(stale: Table, group: string) {
  // The places have to be those of the newest version: a group that was moved is none of this commit's business.
  const table = await stale.refresh();
  const byFile = new Map<string, bigint[]>();
  const scan = table.scan({ columns: ['_file', '_pos'], filter: eq('group', group) });
  for await (const row of scan.rows()) {
    const file = row['_file'] as string;
    byFile.set(file, [...(byFile.get(file) ?? []), row['_pos'] as bigint]);
  }
  const transaction = table.transaction();
  await transaction.deletePositions([...byFile].map(([file, positions]) => ({ file, positions })));
  return await transaction.commit();
}
