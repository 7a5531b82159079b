import assert from 'node:assert/strict';
import { forgetReplacement, stageReplacement } from '../replace/stage-replacement.js';
import { type CatalogHarness, caseOf, hasCode, ID, idsOf, OPTIONS, one } from './catalog-harness.js';
import type { ContractCase } from './contract-case.js';

/** What a catalog promises of branches, tags, rollback and removed snapshots. */
export function refContract(harness: CatalogHarness): ContractCase[] {
  return [
    caseOf(harness, 'keeps branches and tags with their retention', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const first = await created.append(one(created, 1));
      const second = await first.table.append(one(first.table, 2));
      await second.table.createTag('v1', { snapshotId: first.snapshotId!, maxRefAgeMs: 86_400_000 });
      await second.table.createBranch('audit', { minSnapshotsToKeep: 3, maxSnapshotAgeMs: 1000 });
      const { table } = await second.table.replaceBranch('audit', { snapshotId: first.snapshotId! });
      const loaded = await catalog.loadTable(ID);
      assert.deepEqual(loaded.refs, table.refs);
      assert.deepEqual(
        Object.fromEntries(
          Object.entries(loaded.refs).map(([name, { extra: _extra, ...ref }]) => [name, ref]),
        ),
        {
          main: { snapshotId: second.snapshotId, type: 'branch' },
          v1: { snapshotId: first.snapshotId, type: 'tag', maxRefAgeMs: 86_400_000 },
          audit: {
            snapshotId: first.snapshotId,
            type: 'branch',
            minSnapshotsToKeep: 3,
            maxSnapshotAgeMs: 1000,
          },
        },
      );
      await assert.rejects(loaded.createTag('audit'), hasCode('REF_ALREADY_EXISTS'));
      await assert.rejects(loaded.dropRef('none'), hasCode('REF_NOT_FOUND'));
      const dropped = await loaded.dropRef('v1');
      assert.deepEqual(Object.keys((await dropped.table.refresh()).refs).sort(), ['audit', 'main']);
    }),
    caseOf(harness, 'rolls back and forward, and logs what was current', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const first = await created.append(one(created, 1));
      const second = await first.table.append(one(first.table, 2));
      const back = await second.table.rollbackTo({ snapshotId: first.snapshotId! });
      assert.deepEqual(await idsOf(await catalog.loadTable(ID)), [1n]);
      await assert.rejects(
        back.table.rollbackTo({ snapshotId: second.snapshotId! }),
        hasCode('INVALID_ARGUMENT'),
      );
      const forward = await back.table.setCurrentSnapshot(second.snapshotId!);
      const loaded = await forward.table.refresh();
      assert.deepEqual(await idsOf(loaded), [1n, 2n]);
      assert.deepEqual(
        loaded.metadata.snapshotLog.map(({ snapshotId }) => snapshotId),
        [first.snapshotId, second.snapshotId, first.snapshotId, second.snapshotId],
      );
    }),
    caseOf(harness, 'publishes what was staged once, by moving on or by picking it', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const { table } = await created.append(one(created, 1));
      const a = await table.append(one(table, 2), { stageOnly: true, wapId: 'a' });
      await a.table.append(one(table, 3), { stageOnly: true, wapId: 'b' });
      assert.deepEqual(await idsOf(await catalog.loadTable(ID)), [1n]);
      const moved = await table.publish('a');
      assert.equal(moved.table.currentSnapshot()?.snapshotId, a.snapshotId);
      const picked = await table.publish('b');
      assert.deepEqual(await idsOf(await catalog.loadTable(ID)), [1n, 2n, 3n]);
      assert.equal(picked.table.currentSnapshot()?.summary['published-wap-id'], 'b');
      for (const id of ['a', 'b']) await assert.rejects(table.publish(id), hasCode('INVALID_ARGUMENT'));
    }),
    caseOf(harness, 'removes snapshots and trims the log', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const first = await created.append(one(created, 1));
      const second = await first.table.append(one(first.table, 2));
      await catalog.commitTable({
        identifier: ID,
        requirements: [{ type: 'assert-table-uuid', uuid: created.uuid }],
        updates: [{ action: 'remove-snapshots', snapshotIds: [first.snapshotId!] }],
      });
      const loaded = await catalog.loadTable(ID);
      assert.deepEqual(
        loaded.snapshots().map(({ snapshotId }) => snapshotId),
        [second.snapshotId],
      );
      assert.deepEqual(
        loaded.metadata.snapshotLog.map(({ snapshotId }) => snapshotId),
        [second.snapshotId],
      );
      assert.deepEqual(await idsOf(loaded), [1n, 2n]);
    }),
    caseOf(harness, 'replaces a table in place, and brings it back', async (catalog) => {
      const created = await catalog.createTable(ID, OPTIONS);
      const { table } = await created.append(one(created, 1));
      const before = table.state();
      const place = { table, folder: 'replacement' };
      const staged = await stageReplacement(place, {
        schema: { fields: [{ name: 'id', type: 'long' }] },
        partitionBy: ['bucket(2, id)'],
        properties: { made: 'anew' },
      });
      const filled = await staged.append([{ id: 2n }, { id: 3n }]);
      const keepAs = { tag: 'before', forMs: 1000 };
      const { snapshotId } = await table.replaceWith(filled.table, { keepAs });
      const replaced = await catalog.loadTable(ID);
      assert.equal(replaced.uuid, table.uuid);
      assert.deepEqual(await idsOf(replaced), [2n, 3n]);
      assert.equal(replaced.currentSnapshot()?.parentSnapshotId, null);
      assert.equal(replaced.properties['made'], 'anew');
      assert.equal(await replaced.scan({ ref: 'before' }).count(), 1);
      await forgetReplacement({ ...place, table: replaced }, { purge: false });
      assert.deepEqual(await idsOf(await replaced.refresh()), [2n, 3n]);
      await replaced.restore(before, { replacing: snapshotId!, dropTag: 'before' });
      const restored = await catalog.loadTable(ID);
      assert.deepEqual(await idsOf(restored), [1n]);
      assert.deepEqual(Object.keys(restored.refs), ['main']);
      assert.equal(restored.properties['made'], undefined);
    }),
  ];
}
