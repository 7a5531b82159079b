import assert from 'node:assert/strict';
import type { TableCommit } from '../catalog/catalog.js';
import { evolutionContract } from './catalog-evolution-contract.js';
import { type CatalogHarness, caseOf, hasCode, ID, idsOf, OPTIONS, one } from './catalog-harness.js';
import { refContract } from './catalog-ref-contract.js';
import type { ContractCase } from './contract-case.js';

export type { CatalogHarness } from './catalog-harness.js';

/**
 * Everything a {@link Catalog} promises.
 *
 * @example
 * for (const { name, run } of catalogContract(harness)) test(name, run);
 */
export function catalogContract(harness: CatalogHarness): ContractCase[] {
  return [
    ...namingContract(harness),
    ...commitContract(harness),
    ...evolutionContract(harness),
    ...refContract(harness),
  ];
}

function namingContract(harness: CatalogHarness): ContractCase[] {
  return [
    caseOf(
      harness,
      'creates a table that loads with the same schema, spec and properties',
      async (catalog) => {
        const created = await catalog.createTable(ID, {
          ...OPTIONS,
          partitionBy: ['bucket(4, id)'],
          properties: { owner: 'me' },
        });
        const loaded = await catalog.loadTable(ID);
        assert.deepEqual(loaded.metadata, created.metadata);
        assert.deepEqual(
          loaded.schema().fields.map(({ id, name, type, required }) => [id, name, type, required]),
          [
            [1, 'id', 'long', true],
            [2, 'note', 'string', false],
          ],
        );
        assert.deepEqual(loaded.spec().fields, [
          { sourceId: 1, fieldId: 1000, name: 'id_bucket', transform: 'bucket[4]' },
        ]);
        // A server may add properties of its own.
        assert.equal(loaded.properties['owner'], 'me');
        assert.equal(loaded.currentSnapshot(), null);
      },
    ),
    caseOf(harness, 'creates a table once', async (catalog) => {
      await catalog.createTable(ID, OPTIONS);
      await assert.rejects(catalog.createTable(ID, OPTIONS), hasCode('TABLE_ALREADY_EXISTS'));
    }),
    caseOf(harness, 'lets one of many concurrent creators win', async (catalog) => {
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => catalog.createTable(ID, OPTIONS)),
      );
      assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
      for (const result of results)
        if (result.status === 'rejected') assert.ok(hasCode('TABLE_ALREADY_EXISTS')(result.reason));
    }),
    caseOf(harness, 'says TABLE_NOT_FOUND of a table that is not there', async (catalog) => {
      await assert.rejects(catalog.loadTable(ID), hasCode('TABLE_NOT_FOUND'));
      await assert.rejects(catalog.dropTable(ID), hasCode('TABLE_NOT_FOUND'));
      assert.equal(await catalog.tableExists(ID), false);
    }),
    caseOf(harness, 'lists tables, all or of one namespace', async (catalog) => {
      for (const id of [ID, { namespace: 'raw', name: 'b' }, { namespace: 'raw', name: 'a' }])
        await catalog.createTable(id, OPTIONS);
      assert.deepEqual(await catalog.listTables('raw'), [
        { namespace: 'raw', name: 'a' },
        { namespace: 'raw', name: 'b' },
      ]);
      assert.equal((await catalog.listTables()).length, 3);
    }),
    caseOf(harness, 'lists no table while there is none', async (catalog) => {
      assert.deepEqual(await catalog.listTables(), []);
    }),
    caseOf(
      harness,
      'says NAMESPACE_NOT_FOUND of tables in a namespace that is not there',
      async (catalog) => {
        await catalog.createTable(ID, OPTIONS);
        for (const namespace of ['none', 'raw.none'])
          await assert.rejects(catalog.listTables(namespace), hasCode('NAMESPACE_NOT_FOUND'));
      },
    ),
    caseOf(harness, 'does nothing under a signal that has fired', async (catalog) => {
      const table = await catalog.createTable(ID, OPTIONS);
      const other = { ...ID, name: 'other' };
      const signal = AbortSignal.abort();
      const commit: TableCommit = {
        identifier: ID,
        requirements: [],
        updates: [{ action: 'set-properties', updates: { touched: 'yes' } }],
      };
      const calls: (() => Promise<unknown>)[] = [
        () => catalog.createTable(other, { ...OPTIONS, signal }),
        () => catalog.loadTable(ID, { signal }),
        () => catalog.tableExists(ID, { signal }),
        () => catalog.listTables(undefined, { signal }),
        () => catalog.listTables(ID.namespace, { signal }),
        () => catalog.dropTable(ID, { signal }),
        () => catalog.dropTable(ID, { purge: true, signal }),
        () => catalog.commitTable(commit, { signal }),
        () => table.refresh({ signal }),
      ];
      for (const call of calls) await assert.rejects(call(), hasCode('ABORTED'), String(call));
      assert.equal(await catalog.tableExists(other), false);
      assert.deepEqual((await catalog.loadTable(ID)).metadata, table.metadata);
    }),
    caseOf(harness, 'drops a table, after which the name is free', async (catalog) => {
      const table = await catalog.createTable(ID, OPTIONS);
      await table.append(one(table, 1));
      await catalog.dropTable(ID, { purge: true });
      assert.equal(await catalog.tableExists(ID), false);
      assert.deepEqual(await idsOf(await catalog.createTable(ID, OPTIONS)), []);
    }),
  ];
}

function commitContract(harness: CatalogHarness): ContractCase[] {
  return [
    caseOf(
      harness,
      'shows a commit to later loads and leaves earlier tables as they were',
      async (catalog) => {
        const before = await catalog.createTable(ID, OPTIONS);
        const { table, snapshotId, sequenceNumber, attempts } = await before.append(one(before, 1));
        assert.deepEqual([before.currentSnapshot(), sequenceNumber, attempts], [null, 1n, 1]);
        assert.equal(table.currentSnapshot()?.snapshotId, snapshotId);
        const loaded = await catalog.loadTable(ID);
        assert.deepEqual(loaded.metadata, table.metadata);
        assert.equal(loaded.metadataLocation, table.metadataLocation);
        assert.deepEqual(await idsOf(loaded), [1n]);
      },
    ),
    caseOf(harness, 'retries a commit on a stale table and keeps both', async (catalog) => {
      const stale = await catalog.createTable(ID, OPTIONS);
      await stale.append(one(stale, 1));
      const { table } = await stale.append(one(stale, 2));
      assert.deepEqual(await idsOf(table), [1n, 2n]);
    }),
    caseOf(harness, 'keeps every one of many concurrent commits exactly once', async (catalog) => {
      const table = await catalog.createTable(ID, OPTIONS);
      const commits = Array.from({ length: 8 }, (_, id) => table.append(one(table, id), { retries: 100 }));
      const results = await Promise.all(commits);
      const fresh = await table.refresh();
      assert.deepEqual(await idsOf(fresh), [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]);
      assert.deepEqual(
        new Set(fresh.snapshots().map((snapshot) => snapshot.snapshotId)),
        new Set(results.map((result) => result.snapshotId)),
      );
      assert.deepEqual(
        fresh.snapshots().map((snapshot) => snapshot.sequenceNumber),
        [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n],
      );
    }),
    caseOf(harness, 'keeps both of two commits to different branches that meet', async (catalog) => {
      for (const formatVersion of [2, 3] as const) {
        const name = `branched_v${formatVersion}`;
        const created = await catalog.createTable({ ...ID, name }, { ...OPTIONS, formatVersion });
        const { table } = await (await created.append(one(created, 1))).table.createBranch('audit');
        let met = false;
        const transaction = table.transaction({ branch: 'audit' });
        await transaction.append(one(table, 2));
        const other = catalog.commitTable.bind(catalog);
        catalog.commitTable = async (commit) => {
          catalog.commitTable = other;
          met = true;
          await table.append(one(table, 3));
          return other(commit);
        };
        const { table: after, snapshotId } = await transaction.commit();
        assert.equal(met, true);
        assert.deepEqual(await idsOf(after), [1n, 3n]);
        assert.equal(after.refs['audit']?.snapshotId, snapshotId);
        assert.equal(await after.scan({ ref: 'audit' }).count(), 2);
      }
    }),
    caseOf(
      harness,
      'refuses a commit whose requirement does not hold, and changes nothing',
      async (catalog) => {
        const table = await catalog.createTable(ID, OPTIONS);
        const commit = catalog.commitTable({
          identifier: ID,
          requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', snapshotId: 42n }],
          updates: [{ action: 'set-properties', updates: { touched: 'yes' } }],
        });
        await assert.rejects(commit, hasCode('COMMIT_CONFLICT'));
        assert.equal((await table.refresh()).metadataLocation, table.metadataLocation);
      },
    ),
    caseOf(harness, 'refuses to commit to a table that was dropped and created again', async (catalog) => {
      const old = await catalog.createTable(ID, OPTIONS);
      await catalog.dropTable(ID);
      const renewed = await catalog.createTable(ID, OPTIONS);
      assert.notEqual(renewed.uuid, old.uuid);
      await assert.rejects(old.append(one(old, 1)), hasCode('COMMIT_CONFLICT'));
      assert.deepEqual(await idsOf(await renewed.refresh()), []);
    }),
    caseOf(harness, 'sets and removes properties in the same commit as the data', async (catalog) => {
      const created = await catalog.createTable(ID, { ...OPTIONS, properties: { old: '1' } });
      const { table, snapshotId } = await created.append(one(created, 1), {
        summary: { 'my.entry': 'x' },
        properties: (written) => ({ old: null, at: `${written.snapshotId}/${written.sequenceNumber}` }),
      });
      assert.equal(table.properties['old'], undefined);
      assert.equal(table.properties['at'], `${snapshotId}/1`);
      assert.equal(table.currentSnapshot()?.summary['my.entry'], 'x');
    }),
  ];
}
