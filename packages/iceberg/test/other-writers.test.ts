import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { batchFromRows, FolderCatalog, type Snapshot, type Table } from '../src/index.js';
import { decodeManifestList, encodeManifestList } from '../src/manifest/manifest-list-codec.js';
import { printTableMetadata } from '../src/metadata/metadata-codec.js';
import { FaultyStorage } from './support/faulty-storage.js';

const ID = { namespace: 'n', name: 't' };
const METADATA = 'memory://w/n/t/metadata';

let storage: FaultyStorage;
let catalog: FolderCatalog;
let table: Table;

beforeEach(async () => {
  storage = new FaultyStorage();
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
  table = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });
});

const rows = (...ids: number[]) =>
  batchFromRows(
    table.schema(),
    ids.map((id) => ({ id, note: `n${id}` })),
  );

async function contentOf(found: Table): Promise<[unknown, unknown][]> {
  const content: [unknown, unknown][] = [];
  for await (const row of found.scan().rows()) content.push([Number(row['id']), row['note']]);
  return content.sort(([left], [right]) => Number(left) - Number(right));
}

const setMain = (snapshot: Snapshot) =>
  catalog.commitTable({
    identifier: ID,
    requirements: [],
    updates: [
      {
        action: 'set-snapshot-ref',
        refName: 'main',
        ref: { type: 'branch', snapshotId: snapshot.snapshotId },
      },
    ],
  });

const setProperty = (key: string, value: string) =>
  catalog.commitTable({
    identifier: ID,
    requirements: [],
    updates: [{ action: 'set-properties', updates: { [key]: value } }],
  });

describe('commits that others make between our refresh and our commit', () => {
  test('a commit to another branch that takes the sequence number is a conflict, tried again with the next one', async () => {
    table = (await table.append(rows(1))).table;
    const main = table.currentSnapshot()!;
    storage.before = () =>
      catalog.commitTable({
        identifier: ID,
        requirements: [],
        updates: [
          { action: 'add-snapshot', snapshot: { ...main, snapshotId: 7n, sequenceNumber: 2n } },
          { action: 'set-snapshot-ref', refName: 'dev', ref: { type: 'branch', snapshotId: 7n } },
        ],
      });
    const first = await table.append(rows(2));
    expect(first.sequenceNumber).toBe(3n);
    const late = { ...main, snapshotId: 8n, sequenceNumber: 3n };
    const commit = catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'add-snapshot', snapshot: late }],
    });
    await expect(commit).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
  });

  test('a check is never passed by on what another commit has changed since, properties included', async () => {
    const commitTable = catalog.commitTable.bind(catalog);
    // The competitor comes after the check has run: between the refresh and the catalog's own look.
    catalog.commitTable = async (commit) => {
      catalog.commitTable = commitTable;
      await setProperty('owner', 'another');
      return commitTable(commit);
    };
    const owners: unknown[] = [];
    const { table: after } = await table.append(rows(1), {
      check: (fresh) => owners.push(fresh.properties['owner']),
    });
    expect(owners).toEqual([undefined, 'another']);
    expect(after.properties['owner']).toBe('another');
  });

  test('two that replace the same row by position do not both add a new version of it', async () => {
    table = (await table.append(rows(1, 2))).table;
    const [task] = await table.scan().planFiles();
    const replace = async (note: string) => {
      const transaction = table.transaction();
      await transaction.deletePositions([{ file: task!.dataFile.file.filePath, positions: [0] }]);
      await transaction.append(batchFromRows(table.schema(), [{ id: 1, note }]));
      return transaction;
    };
    const [first, second] = [await replace('first'), await replace('second')];
    const { table: after } = await first.commit();
    await expect(second.commit()).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
    expect(await contentOf(after)).toEqual([
      [1, 'first'],
      [2, 'n2'],
    ]);
  });

  test('two that only delete agree', async () => {
    table = (await table.append(rows(1, 2, 3))).table;
    const [task] = await table.scan().planFiles();
    const remove = (...positions: number[]) =>
      table.transaction().deletePositions([{ file: task!.dataFile.file.filePath, positions }]);
    const [first, second] = [await remove(0), await remove(0, 1)];
    await first.commit();
    expect(await contentOf((await second.commit()).table)).toEqual([[3, 'n3']]);
  });

  test('an upsert finds the rows that a rollback has brought back', async () => {
    table = (await table.append(rows(1))).table;
    const before = table.currentSnapshot()!;
    table = (await table.upsert(batchFromRows(table.schema(), [{ id: 1, note: 'newer' }]), { key: ['id'] }))
      .table;
    const transaction = table.transaction();
    await transaction.upsert(batchFromRows(table.schema(), [{ id: 1, note: 'newest' }]), { key: ['id'] });
    await setMain(before);
    expect(await contentOf((await transaction.commit()).table)).toEqual([[1, 'newest']]);
  });

  test('a nested column whose inner ids another commit has given out is a conflict', async () => {
    const tags = { name: 'tags', type: { type: 'list', element: 'string' } } as const;
    const alone = table.transaction().addColumns([tags]);
    await table
      .transaction()
      .addColumns([tags, { name: 'other', type: 'string' }])
      .commit();
    await expect(alone.commit()).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
  });
});

describe('tables that others have written', () => {
  test('manifests whose files are not counted (version 1) stay in the table, and are counted from then on', async () => {
    table = (await table.append(rows(1, 2))).table;
    const { manifestList, snapshotId } = table.currentSnapshot()!;
    const none = { addedFilesCount: 0, existingFilesCount: 0, addedRowsCount: 0n, existingRowsCount: 0n };
    const list = decodeManifestList(await storage.read(manifestList), manifestList);
    const uncounted = list.map((manifest) => ({ ...manifest, ...none }));
    const ids = {
      formatVersion: 2,
      snapshotId,
      parentSnapshotId: null,
      sequenceNumber: 1n,
      sync: new Uint8Array(16),
    };
    await storage.write(manifestList, encodeManifestList(uncounted, ids));
    const { table: after } = await (await table.refresh()).append(rows(3));
    expect((await contentOf(after)).map(([id]) => id)).toEqual([1, 2, 3]);
    const path = after.currentSnapshot()!.manifestList;
    const counts = decodeManifestList(await storage.read(path), path);
    expect(counts.map((manifest) => [manifest.addedFilesCount, manifest.addedRowsCount])).toEqual([
      [1, 1n],
      [1, 2n],
    ]);
  });

  test('a version in a compressed document is the newest, and the next one stands on it', async () => {
    table = (await table.append(rows(1))).table;
    const plain = `${METADATA}/v2.metadata.json`;
    await storage.write(`${METADATA}/v2.gz.metadata.json`, gzipSync(await storage.read(plain)));
    await storage.delete([plain]);
    const { table: after } = await (await catalog.loadTable(ID)).append(rows(2));
    expect((await contentOf(after)).map(([id]) => id)).toEqual([1, 2]);
    expect(after.metadataLocation).toBe(`${METADATA}/v3.metadata.json`);
    expect(after.metadata.metadataLog.at(-1)?.metadataFile).toBe(`${METADATA}/v2.gz.metadata.json`);
    expect(await catalog.listTables()).toEqual([ID]);
  });

  test('rows go into the partition of a nested field; of a column that is not there they are refused', async () => {
    const place = { type: 'struct', fields: [{ name: 'country', type: 'string' }] } as const;
    const nested = await catalog.createTable(
      { namespace: 'n', name: 'nested' },
      { schema: { fields: [{ name: 'place', type: place }] } },
    );
    const path = nested.metadataLocation;
    const partitionBy = async (sourceId: number): Promise<Table> => {
      const spec = { specId: 0, fields: [{ sourceId, fieldId: 1000, name: 'c', transform: 'identity' }] };
      const changed = { ...nested.metadata, partitionSpecs: [spec], lastPartitionId: 1000 };
      await storage.write(path, new TextEncoder().encode(printTableMetadata(changed)));
      return nested.refresh();
    };
    const batch = batchFromRows(nested.schema(), [{ place: { country: 'de' } }, { place: null }, {}]);
    await expect((await partitionBy(99)).append(batch)).rejects.toMatchObject({ code: 'INVALID_METADATA' });
    const { table: after } = await (await partitionBy(2)).append(batch);
    const tasks = await after.scan().planFiles();
    expect(tasks.map(({ dataFile: { file } }) => [file.partition, file.recordCount])).toEqual([
      [['de'], 1n],
      [[null], 2n],
    ]);
  });

  test('paths behind "file:" are taken as they are: what looks like an escape is none', async () => {
    const warehouse = await mkdtemp(join(tmpdir(), 'uri-'));
    const folder = new FolderCatalog({ warehouse: `file://${warehouse}` });
    const created = await folder.createTable(ID, {
      schema: { fields: [{ name: 'region', type: 'string' }] },
      partitionBy: ['region'],
    });
    const path = join(warehouse, 'n', 't', 'metadata', 'v1.metadata.json');
    expect(created.metadataLocation).toBe(path);
    await writeFile(path, (await readFile(path, 'utf8')).replace(`"${warehouse}`, `"file:${warehouse}`));
    const region = 'a b/c%41';
    const { table: after } = await (await created.refresh()).append(
      batchFromRows(created.schema(), [{ region }]),
    );
    const [task] = await after.scan().planFiles();
    const file = task!.dataFile.file.filePath.replace(/^file:/, '');
    expect(file).toContain('region=a%20b%2Fc%2541');
    expect((await readFile(file)).length).toBe(Number(task!.dataFile.file.fileSizeInBytes));
    expect(await after.scan().count()).toBe(1);
  });

  test('columns with nanoseconds, which version 2 lacks, are refused', async () => {
    const add = () => table.transaction().addColumns([{ name: 'at', type: 'timestamptz_ns' }]);
    expect(add).toThrow(/timestamptz_ns needs a table of format version 3/);
  });
});
