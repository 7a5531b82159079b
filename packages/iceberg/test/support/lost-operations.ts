import { eq, type Table } from '../../src/index.js';

/** A change of the table `lost.t`, which holds the row `old` = 0, or whatever `prepare` makes of it. */
export interface LostOperation {
  prepare?: (table: Table) => Promise<Table>;
  run: (table: Table, signal: AbortSignal) => Promise<unknown>;
}

const NEW = [{ id: 'new', value: 1 }];
const OLD = [{ id: 'old', value: 1 }];
const older = eq('id', 'old');

const twoFiles = async (table: Table): Promise<Table> =>
  (await table.append([{ id: 'second', value: 2 }])).table;
const withDeletes = async (table: Table): Promise<Table> =>
  (await (await twoFiles(table)).upsert([{ id: 'second', value: 3 }], { key: ['id'] })).table;
const branched = async (table: Table): Promise<Table> => (await table.createBranch('audit')).table;
const ahead = async (table: Table): Promise<Table> =>
  (await (await branched(table)).append(NEW, { branch: 'audit' })).table;
const staged = async (table: Table): Promise<Table> =>
  twoFiles((await table.append(NEW, { stageOnly: true, wapId: 'load' })).table);

/** Every change that is published by a commit. */
export const LOST_OPERATIONS: Record<string, LostOperation> = {
  append: { run: (table, signal) => table.append(NEW, { signal }) },
  upsert: { run: (table, signal) => table.upsert(OLD, { key: ['id'], signal }) },
  'upsert by copy-on-write': {
    prepare: twoFiles,
    run: (table, signal) => table.upsert(OLD, { key: ['id'], mode: 'copy-on-write', signal }),
  },
  'upsert by equality deletes': {
    run: (table, signal) => table.upsert(OLD, { key: ['id'], mode: 'equality-deletes', signal }),
  },
  deleteKeys: { run: (table, signal) => table.deleteKeys([{ id: 'old' }], { key: ['id'], signal }) },
  deletePositions: {
    run: async (table, signal) => {
      const transaction = table.transaction({ signal });
      const [task] = await table.scan().planFiles();
      try {
        await transaction.deletePositions([{ file: task!.dataFile.file.filePath, positions: [0] }]);
      } catch (error) {
        await transaction.abort();
        throw error;
      }
      return await transaction.commit();
    },
  },
  'delete of whole files': { run: (table, signal) => table.delete({ filter: older, signal }) },
  'delete by position': {
    prepare: (table) => twoRows(table),
    run: (table, signal) => table.delete({ filter: older, mode: 'merge-on-read', signal }),
  },
  'delete by copy-on-write': {
    prepare: (table) => twoRows(table),
    run: (table, signal) => table.delete({ filter: older, mode: 'copy-on-write', signal }),
  },
  overwrite: { run: (table, signal) => table.overwrite(NEW, { filter: older, signal }) },
  updateSchema: {
    run: (table, signal) =>
      table.updateSchema((change) => change.addColumn('note', 'string').renameColumn('value', 'amount'), {
        signal,
      }),
  },
  updatePartitioning: {
    run: (table, signal) =>
      table.updatePartitioning((change) => change.addField('bucket(4, id)'), { signal }),
  },
  replaceSortOrder: { run: (table, signal) => table.replaceSortOrder(['value desc'], { signal }) },
  setIdentifierFields: { run: (table, signal) => table.setIdentifierFields(['id'], { signal }) },
  upgradeFormatVersion: { run: (table, signal) => table.upgradeFormatVersion(3, { signal }) },
  setProperties: { run: (table, signal) => table.setProperties({ owner: 'us' }, { signal }) },
  'schema and rows at once': {
    run: async (table, signal) => {
      const transaction = table.transaction({ signal });
      transaction.addColumns([{ name: 'note', type: 'string' }]);
      try {
        await transaction.append([{ id: 'new', value: 1, note: 'n' }]);
      } catch (error) {
        await transaction.abort();
        throw error;
      }
      return await transaction.commit();
    },
  },
  createBranch: { run: (table, signal) => table.createBranch('audit', { signal }) },
  createTag: { run: (table, signal) => table.createTag('release', { signal }) },
  replaceTag: {
    prepare: async (table) => twoFiles((await table.createTag('release')).table),
    run: (table, signal) =>
      table.replaceTag('release', { snapshotId: table.currentSnapshot()!.snapshotId, signal }),
  },
  dropRef: { prepare: branched, run: (table, signal) => table.dropRef('audit', { signal }) },
  'append to a branch': {
    prepare: branched,
    run: (table, signal) => table.append(NEW, { branch: 'audit', signal }),
  },
  'stage an append': {
    run: (table, signal) => table.append(NEW, { stageOnly: true, wapId: 'load', signal }),
  },
  fastForward: { prepare: ahead, run: (table, signal) => table.fastForward('main', { to: 'audit', signal }) },
  rollbackTo: {
    prepare: twoFiles,
    run: (table, signal) => table.rollbackTo({ snapshotId: table.snapshots()[0]!.snapshotId, signal }),
  },
  setCurrentSnapshot: {
    prepare: ahead,
    run: (table, signal) => table.setCurrentSnapshot(table.snapshots().at(-1)!.snapshotId, { signal }),
  },
  cherryPick: {
    prepare: staged,
    run: (table, signal) => table.cherryPick(table.snapshots()[1]!.snapshotId, { signal }),
  },
  publish: { prepare: staged, run: (table, signal) => table.publish('load', { signal }) },
  compact: { prepare: withDeletes, run: (table, signal) => table.compact({ rewriteAll: true, signal }) },
  rewriteManifests: { prepare: withDeletes, run: (table, signal) => table.rewriteManifests({ signal }) },
  expireSnapshots: {
    prepare: withDeletes,
    run: (table, signal) => table.expireSnapshots({ olderThan: Date.now() + 1000, retainLast: 1, signal }),
  },
};

async function twoRows(table: Table): Promise<Table> {
  const { table: emptied } = await table.delete({ filter: older });
  return (await emptied.append([...OLD, ...NEW])).table;
}

/** What a table is and holds, without what differs from one run to the next. */
export async function stateOf(table: Table): Promise<unknown> {
  const { metadata } = table;
  const rows = async (snapshotId?: bigint): Promise<string[]> => {
    const found: string[] = [];
    for await (const row of table.scan(snapshotId === undefined ? {} : { snapshotId }).rows())
      found.push(JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value)));
    return found.sort();
  };
  const place = new Map(table.snapshots().map(({ snapshotId }, at) => [snapshotId, at]));
  const snapshots = [];
  for (const { snapshotId, summary } of table.snapshots())
    snapshots.push({ operation: summary['operation'], rows: await rows(snapshotId) });
  return {
    rows: await rows(),
    snapshots,
    columns: table.schema().fields.map(({ id, name, type }) => `${id} ${name} ${String(type)}`),
    identifier: table.schema().identifierFieldIds ?? [],
    partition: table.spec().fields.map(({ transform, name }) => `${name} ${transform}`),
    sort: metadata.sortOrders.find(({ orderId }) => orderId === metadata.defaultSortOrderId)?.fields ?? [],
    formatVersion: metadata.formatVersion,
    properties: table.properties,
    refs: Object.entries(table.refs)
      .map(([name, ref]) => `${name} ${ref.type} ${place.get(ref.snapshotId)}`)
      .sort(),
  };
}
