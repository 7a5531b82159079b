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
