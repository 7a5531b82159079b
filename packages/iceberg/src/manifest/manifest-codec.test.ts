import { expect, test } from 'vitest';
import { MemoryCatalog } from '../index.js';

test('a default that no double holds is no obstacle to writing, and keeps every digit', async () => {
  const catalog = new MemoryCatalog();
  const initialDefault = 2n ** 60n + 1n;
  const table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    { formatVersion: 3, schema: { fields: [{ name: 'id', type: 'long' }] } },
  );
  const { table: filled } = await table.append([{ id: 1n }]);
  const { table: evolved } = await filled.updateSchema((change) =>
    change.addColumn('weight', 'long', { initialDefault }),
  );
  const { table: written } = await evolved.append([{ id: 2n, weight: 3n }]);
  const rows: unknown[] = [];
  for await (const row of written.scan().rows()) rows.push(row);
  expect(rows).toHaveLength(2);
  expect(rows).toContainEqual({ id: 1n, weight: initialDefault });
  expect(rows).toContainEqual({ id: 2n, weight: 3n });
});

test('partition values of a column that is widened are written on, by those who had begun before it as well', async () => {
  const catalog = new MemoryCatalog();
  const created = await catalog.createTable(
    { namespace: 'n', name: 't' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long' },
          { name: 'n', type: 'int' },
        ],
      },
      partitionBy: ['n'],
    },
  );
  const { table } = await created.append([1, 2, 3, 4].map((id) => ({ id: BigInt(id), n: 7 })));
  const begun = table.transaction();
  await begun.deleteKeys([{ id: 1n }], { key: ['id'] });
  const { table: wide } = await table.updateSchema((change) => change.widenColumn('n', 'long'));
  await begun.commit();
  await (await wide.refresh()).deleteKeys([{ id: 2n }], { key: ['id'] });
  const last = (await (await wide.refresh()).append([{ id: 5n, n: 2n ** 40n }])).table;
  const rows: unknown[] = [];
  for await (const row of last.scan().rows()) rows.push(row);
  expect(rows).toHaveLength(3);
  for (const row of [
    { id: 3n, n: 7n },
    { id: 4n, n: 7n },
    { id: 5n, n: 2n ** 40n },
  ])
    expect(rows).toContainEqual(row);
});
