import { expect, test } from 'vitest';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import type { Schema } from '../schema/schema.js';
import { ParquetFileWriter } from './parquet-file-writer.js';

const schema: Schema = {
  schemaId: 0,
  fields: [
    { id: 1, name: 'id', type: 'long', required: true },
    {
      id: 2,
      name: 'place',
      type: {
        type: 'struct',
        fields: [
          { id: 3, name: 'x', type: 'double', required: false },
          { id: 4, name: 'note', type: 'string', required: false },
        ],
      },
      required: false,
    },
    {
      id: 5,
      name: 'tags',
      type: { type: 'list', elementId: 6, element: 'string', elementRequired: false },
      required: false,
    },
    {
      id: 7,
      name: 'counts',
      type: { type: 'map', keyId: 8, key: 'string', valueId: 9, value: 'int', valueRequired: false },
      required: false,
    },
  ],
};

test('the size of every leaf is given by its field id, over all row groups', async () => {
  const rows = Array.from({ length: 4000 }, (_, id) => ({
    id,
    place: { x: id / 7, note: `note ${id}` },
    tags: [`a${id}`, 'b'],
    counts: new Map([[`k${id}`, id]]),
  }));
  const batch = batchFromRows(schema, rows);
  const size = async (rowGroupBytes: number) => {
    const writer = await ParquetFileWriter.open(batch, { rowGroupBytes });
    await writer.write(batch);
    const { bytes, columnSizes } = await writer.close();
    const total = Array.from(columnSizes.values()).reduce((sum, one) => sum + one, 0n);
    expect(Number(total)).toBeLessThan(bytes.length);
    return { columnSizes, total };
  };
  const [one, several] = [await size(1 << 25), await size(1)];
  for (const { columnSizes } of [one, several])
    expect([...columnSizes.keys()].sort()).toEqual([1, 3, 4, 6, 8, 9]);
  for (const [id, bytes] of one.columnSizes) expect(bytes, `field ${id}`).toBeGreaterThan(1000n);
  expect(several.total).toBeGreaterThan(one.total / 2n);
});
