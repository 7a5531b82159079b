import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { casesOf, type StateStoreHarness } from './state-store-harness.js';

const DOCUMENT = {
  step: 'write',
  snapshot: '9007199254740993',
  files: ['a/é.parquet', null],
  nested: { rows: 7 },
};

/** The journals' part of the state store's contract: every write compares, and no revision comes twice. */
export function journalContract(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'journals');
  return [
    example('a document comes back as it was written, also elsewhere', async ({ store, again }) => {
      assert.equal(await store.journals.get('rebuild/events'), null);
      const created = await store.journals.create('rebuild/events', DOCUMENT);
      assert.deepEqual(created?.document, DOCUMENT);
      assert.deepEqual(await (await again()).journals.get('rebuild/events'), created);
      const replaced = await store.journals.replace(created!, { step: 'publish' });
      assert.deepEqual(replaced?.document, { step: 'publish' });
      assert.deepEqual(await store.journals.get('rebuild/events'), replaced);
      assert.notEqual(replaced?.revision, created?.revision);
    }),
    example('what is there is not made again, and what is gone not replaced', async ({ store }) => {
      const created = (await store.journals.create('deploy/events', { step: 1 }))!;
      assert.equal(await store.journals.create('deploy/events', { step: 2 }), null);
      assert.deepEqual(await store.journals.get('deploy/events'), created);
      assert.equal(await store.journals.remove(created), true);
      assert.equal(await store.journals.get('deploy/events'), null);
      assert.equal(await store.journals.replace(created, { step: 3 }), null);
      assert.equal(await store.journals.remove(created), false);
      assert.equal(await store.journals.get('deploy/events'), null);
    }),
    example('who read before somebody else wrote changes nothing', async ({ store, again }) => {
      const first = (await store.journals.create('deploy/events', { step: 1 }))!;
      const second = await (await again()).journals.replace(first, { step: 2 });
      assert.equal(await store.journals.replace(first, { step: 3 }), null);
      assert.equal(await store.journals.remove(first), false);
      assert.deepEqual(await store.journals.get('deploy/events'), second);
    }),
    example('a journal that was removed and made again is another one', async ({ store }) => {
      const first = (await store.journals.create('deploy/events', { step: 1 }))!;
      assert.equal(await store.journals.remove(first), true);
      const second = (await store.journals.create('deploy/events', { step: 1 }))!;
      assert.notEqual(second.revision, first.revision);
      assert.equal(await store.journals.replace(first, { step: 2 }), null);
      assert.equal(await store.journals.remove(first), false);
      assert.deepEqual(await store.journals.get('deploy/events'), second);
    }),
    example('of many that write at once exactly one does', async ({ store, again }) => {
      const other = await again();
      const stores = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? store : other));
      const created = await Promise.all(
        stores.map(({ journals }, index) => journals.create('rebuild/events', { index })),
      );
      const [first, ...more] = created.filter((journal) => journal !== null);
      assert.equal(more.length, 0);
      const replaced = await Promise.all(
        stores.map(({ journals }, index) => journals.replace(first!, { index })),
      );
      assert.equal(replaced.filter((journal) => journal !== null).length, 1);
    }),
    example('names are listed by their beginning', async ({ store }) => {
      for (const name of ['rebuild/b', 'deploy/a', 'rebuild/a_1', 'rebuild/a']) {
        await store.journals.create(name, {});
      }
      await store.journals.remove((await store.journals.get('rebuild/b'))!);
      assert.deepEqual(await store.journals.list('rebuild/'), ['rebuild/a', 'rebuild/a_1']);
      assert.deepEqual(await store.journals.list('rebuild_'), []);
      assert.equal((await store.journals.list('')).length, 3);
    }),
    example('a long document comes back whole', async ({ store }) => {
      const files = Array.from({ length: 4_000 }, (_, index) => `data/period=2026-01/part-${index}.parquet`);
      await store.journals.create('rebuild/events', { files });
      assert.deepEqual((await store.journals.get('rebuild/events'))?.document, { files });
    }),
  ];
}
