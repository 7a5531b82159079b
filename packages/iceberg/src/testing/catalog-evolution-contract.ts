import assert from 'node:assert/strict';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import { type CatalogHarness, caseOf, hasCode, ID, idsOf, OPTIONS, one } from './catalog-harness.js';
import type { ContractCase } from './contract-case.js';

/** What a catalog promises of changes of schema, partitioning, sort order and format version. */
export function evolutionContract(harness: CatalogHarness): ContractCase[] {
  return [
    caseOf(harness, 'keeps a changed schema, partitioning, sort order and identifiers', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const first = await created.append(one(created, 1));
      const transaction = first.table.transaction();
      transaction.updateSchema((change) =>
        change.addColumn('region', 'string', { after: 'id', doc: 'where' }).renameColumn('note', 'remark'),
      );
      transaction.updatePartitioning((change) =>
        change.addField('region').addField('bucket(4, id)', 'shard'),
      );
      transaction.replaceSortOrder(['id desc']).setIdentifierFields(['id']);
      await transaction.append(batchFromRows(transaction.schema(), [{ id: 2, region: 'eu' }]));
      const { table } = await transaction.commit();
      const loaded = await catalog.loadTable(ID);
      assert.deepEqual(loaded.metadata, table.metadata);
      assert.deepEqual(
        loaded.schema().fields.map(({ id, name, doc }) => [id, name, doc]),
        [
          [1, 'id', undefined],
          [3, 'region', 'where'],
          [2, 'remark', undefined],
        ],
      );
      assert.deepEqual(
        loaded.spec().fields.map(({ name, transform }) => [name, transform]),
        [
          ['region', 'identity'],
          ['shard', 'bucket[4]'],
        ],
      );
      assert.deepEqual(loaded.schema().identifierFieldIds, [1]);
      const { sortOrders, defaultSortOrderId } = loaded.metadata;
      assert.deepEqual(
        sortOrders
          .find(({ orderId }) => orderId === defaultSortOrderId)
          ?.fields.map((field) => field.direction),
        ['desc'],
      );
      assert.equal(loaded.currentSnapshot()?.schemaId, loaded.metadata.currentSchemaId);
      assert.deepEqual(await idsOf(loaded), [1n, 2n]);
    }),
    caseOf(harness, 'takes an old schema and partitioning back under their ids', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const changed = await created.updateSchema((change) => change.renameColumn('note', 'remark'));
      const back = await changed.table.updateSchema((change) => change.renameColumn('remark', 'note'));
      const split = await back.table.updatePartitioning((change) => change.addField('bucket(4, id)'));
      const { table } = await split.table.updatePartitioning((change) => change.removeField('id_bucket'));
      const { metadata } = await catalog.loadTable(ID);
      assert.deepEqual(metadata, table.metadata);
      assert.equal(metadata.currentSchemaId, created.metadata.currentSchemaId);
      assert.equal(metadata.defaultSpecId, created.metadata.defaultSpecId);
      assert.deepEqual([metadata.schemas.length, metadata.partitionSpecs.length], [2, 2]);
    }),
    caseOf(harness, 'refuses a change of what another commit has changed', async (catalog) => {
      const table = await catalog.createTable(ID, OPTIONS);
      const late = table.transaction().updateSchema((change) => change.renameColumn('note', 'a'));
      await table.updateSchema((change) => change.renameColumn('note', 'b'));
      await assert.rejects(late.commit(), hasCode('COMMIT_CONFLICT'));
      for (const requirement of [
        { type: 'assert-current-schema-id', currentSchemaId: 42 },
        { type: 'assert-default-spec-id', defaultSpecId: 42 },
        { type: 'assert-default-sort-order-id', defaultSortOrderId: 42 },
        { type: 'assert-last-assigned-partition-id', lastAssignedPartitionId: 42 },
        { type: 'assert-last-assigned-field-id', lastAssignedFieldId: 42 },
      ] as const) {
        const commit = catalog.commitTable({
          identifier: ID,
          requirements: [requirement],
          updates: [{ action: 'set-properties', updates: { touched: 'yes' } }],
        });
        await assert.rejects(commit, hasCode('COMMIT_CONFLICT'), requirement.type);
      }
    }),
    caseOf(harness, 'keeps tables of format version 3: defaults, row ids, upgrades', async (catalog) => {
      const created = await catalog.createTable(ID, { ...OPTIONS, formatVersion: 3, sortBy: ['id'] });
      assert.equal(created.metadata.formatVersion, 3);
      const first = await created.append(one(created, 1));
      const second = await first.table.updateSchema((change) =>
        change.addColumn('kind', 'string', { required: true, initialDefault: 'x' }),
      );
      const { table } = await second.table.append(one(second.table, 2));
      const loaded = await catalog.loadTable(ID);
      assert.deepEqual(loaded.metadata, table.metadata);
      assert.equal(loaded.metadata.nextRowId, 2n);
      assert.deepEqual(
        loaded.snapshots().map(({ firstRowId, addedRows }) => [firstRowId, addedRows]),
        [
          [0n, 1n],
          [1n, 1n],
        ],
      );
      assert.equal(loaded.schema().fields.at(-1)?.initialDefault, 'x');
      const kinds: unknown[] = [];
      for await (const row of loaded.scan({ columns: ['kind'] }).rows()) kinds.push(row['kind']);
      assert.deepEqual(kinds, ['x', 'x']);
      const other = { ...ID, name: 'older' };
      const old = await catalog.createTable(other, OPTIONS);
      const { table: upgraded } = await old.upgradeFormatVersion(3);
      await upgraded.append(one(upgraded, 7));
      const renewed = await catalog.loadTable(other);
      assert.deepEqual([renewed.metadata.formatVersion, renewed.metadata.nextRowId], [3, 1n]);
      assert.deepEqual(await idsOf(renewed), [7n]);
    }),
  ];
}
