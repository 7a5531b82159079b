import { forgetReplacement, IcebergError, loadIfExists, type Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { tableName, topicTables } from '../tables/names.js';
import { refuseLowerToken } from '../watermark/commit-options.js';
import { oldTag } from './publish.js';
import { RebuildCatalog } from './rebuild-catalog.js';
import { RebuildJournal, type ReplacedTable } from './rebuild-journal.js';
import { type AbandonOptions, REBUILT_TABLES, type RebuiltTable } from './rebuild-types.js';

/**
 * Gives up the rebuild that a topic is in: every table that was published is brought back as it was, with its schema,
 * properties and generation, and everything that was written goes. Killed anywhere, it is finished by the same call.
 *
 * @returns the generation that was given up.
 * @throws {CurateError} `REBUILD_NONE` where there is none; `REBUILD_UNDER_WAY` where a new table has been written to since it
 *   was published, or the topic is about to be given back: then finish the rebuild; `LEASE_LOST`.
 * @example
 * await abandonRebuild({ catalog, topic: 'events', fencingToken: lease.token, journals: state.journals, clock: systemClock });
 */
export async function abandonRebuild(options: AbandonOptions): Promise<{ readonly generation: number }> {
  const { journals, topic, hooks, restored } = options;
  const journal = await RebuildJournal.open(journals, topic);
  if (journal === null) {
    throw new CurateError(`topic ${topic} is in no rebuild: there is nothing to abandon`, {
      code: 'REBUILD_NONE',
      context: { topic },
    });
  }
  const { plan } = journal;
  if (plan.step !== 'abandon' && plan.cleared) throw isDone(topic, plan.generation);
  if (!plan.cleared) {
    await takeBack(options, journal);
    await journal.write({ cleared: true });
  }
  await restored?.(journal.journal);
  await hooks?.at?.('abandon:restored');
  await journal.remove();
  return { generation: plan.generation };
}

async function takeBack(options: AbandonOptions, journal: RebuildJournal): Promise<void> {
  const { topic, names, catalog: live, clock, fencingToken, signal, hooks } = options;
  const { plan } = journal;
  const tables = topicTables(topic, names);
  const catalog = new RebuildCatalog({
    live,
    rebuilt: REBUILT_TABLES.map((name) => tables[name]),
    folder: plan.folder,
    generation: plan.generation,
    clock,
    onCreate: async () => {},
  });
  const load = async (name: RebuiltTable): Promise<Table | null> => {
    const table = await loadIfExists(live, tables[name]);
    if (table !== null) refuseLowerToken(table, fencingToken);
    return table;
  };
  if (plan.step !== 'abandon') {
    for (const name of REBUILT_TABLES) {
      const table = await load(name);
      if (table !== null) refuseWritten(table, plan.replaced[name]);
    }
    await journal.write({ step: 'abandon' });
  }
  await hooks?.at?.('abandon:begun');
  for (const name of [...REBUILT_TABLES].reverse()) {
    await journal.hold();
    const table = await load(name);
    if (table === null) continue;
    if (plan.created.includes(name)) {
      await forgetReplacement(catalog.place(table), { purge: true });
      await live.dropTable(table.identifier, { purge: true });
    } else {
      const replaced = plan.replaced[name];
      if (replaced !== undefined) await bringBack(table, replaced, { tag: oldTag(plan.generation), signal });
      await forgetReplacement(catalog.place(table), { purge: true });
    }
    await hooks?.at?.(`abandon:after-${name}`);
  }
}

function isDone(topic: string, generation: number): CurateError {
  return new CurateError(
    `rebuild ${generation} of topic ${topic} is done but for its journal, and runs may have gone on from it: finish it with the same call`,
    { code: 'REBUILD_UNDER_WAY', context: { topic, generation } },
  );
}

async function bringBack(
  table: Table,
  { before, snapshotId }: ReplacedTable,
  { tag, signal }: { readonly tag: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const isPublished = table.currentSnapshot()?.snapshotId === snapshotId;
  const restored = isPublished
    ? (await table.restore(before, { replacing: snapshotId, dropTag: tag, signal })).table
    : table;
  if (!restored.snapshots().some((snapshot) => snapshot.snapshotId === snapshotId)) return;
  try {
    await restored.expireSnapshots({
      snapshotIds: [snapshotId],
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    // The table's own setting is that nothing of it is ever deleted.
    if (!(error instanceof IcebergError) || error.code !== 'INVALID_ARGUMENT') throw error;
  }
}

function refuseWritten(table: Table, replaced: ReplacedTable | undefined): void {
  const head = table.currentSnapshot()?.snapshotId ?? null;
  if (replaced === undefined || head === replaced.snapshotId || head === replaced.before.snapshotId) return;
  throw new CurateError(
    `${tableName(table.identifier)} was written to after it was rebuilt (snapshot ${head}): what was written would be lost. Finish the rebuild`,
    { code: 'REBUILD_UNDER_WAY', context: { table: tableName(table.identifier), snapshotId: head } },
  );
}
