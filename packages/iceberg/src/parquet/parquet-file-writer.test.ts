import { expect, test } from 'vitest';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import type { Schema } from '../schema/schema.js';
import { concatBytes } from '../util/bytes.js';
import { footerOf } from './parquet-file-reader.js';
import { ParquetFileWriter } from './parquet-file-writer.js';
import { loadWasm, toWasmTable } from './wasm.js';

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

const plain: Schema = { schemaId: 0, fields: [{ id: 1, name: 'id', type: 'long', required: true }] };
const ids = (count: number) =>
  batchFromRows(
    plain,
    Array.from({ length: count }, (_, id) => ({ id })),
  );

test('parquet-wasm makes a valid, shorter file of a source that fails: the reason for what follows', async () => {
  const wasm = await loadWasm();
  const table = toWasmTable(wasm, ids(10));
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue(table.recordBatch(0));
      setTimeout(() => controller.error(new Error('the source failed')), 5);
    },
  });
  const chunks: Uint8Array[] = [];
  const properties = new wasm.WriterPropertiesBuilder().setMaxRowGroupSize(10).build();
  const output = await wasm.transformParquetStream(source as never, properties as never);
  for await (const chunk of output as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  expect((await footerOf(concatBytes(chunks))).rowCounts).toEqual([10]);
});

test('a file that was given up is never handed out', async () => {
  const writer = await ParquetFileWriter.open(ids(10));
  await writer.write(ids(10));
  await writer.abort();
  await expect(writer.close()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await expect(writer.write(ids(1))).rejects.toThrow();
});

test('a file with fewer rows than were written is never handed out', async () => {
  const wasm = await loadWasm();
  const { transformParquetStream } = wasm;
  const writer = await ParquetFileWriter.open(ids(3000), {
    rowGroupBytes: 1,
    wasm: {
      ...wasm,
      transformParquetStream: (source, ...rest) =>
        transformParquetStream(withoutSecond(source as never) as never, ...rest),
    },
  });
  await writer.write(ids(3000));
  await expect(writer.close()).rejects.toMatchObject({
    code: 'CORRUPT_FILE',
    context: { rows: 3000, counted: 1976 },
  });
});

/** A source that loses its second item. */
function withoutSecond(source: ReadableStream<unknown>): ReadableStream<unknown> {
  let items = 0;
  return source.pipeThrough(
    new TransformStream({
      transform(item, controller) {
        if (++items !== 2) controller.enqueue(item);
      },
    }),
  );
}
