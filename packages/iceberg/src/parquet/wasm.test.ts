import { expect, test } from 'vitest';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import { MemoryCatalog } from '../catalog/memory/memory-catalog.js';
import type { Schema } from '../schema/schema.js';
import { fromWasmTable, loadWasm, toWasmTable, withWasm } from './wasm.js';

const schema: Schema = {
  schemaId: 0,
  fields: [
    { id: 1, name: 'id', type: 'long', required: true },
    { id: 2, name: 'text', type: 'string', required: false },
  ],
};

const rows = (count: number, width: number) =>
  Array.from({ length: count }, (_, id) => ({ id, text: id % 7 === 0 ? null : `${id}`.padEnd(width, 'x') }));

/** `WebAssembly.Memory`, as far as it is looked at. */
interface Memory {
  readonly buffer: ArrayBuffer;
}

async function memoryBytes(): Promise<number> {
  const { buffer } = (await loadWasm()).wasmMemory() as Memory;
  return buffer.byteLength;
}

async function fileOf(count: number, width: number): Promise<Uint8Array> {
  const batch = batchFromRows(schema, rows(count, width));
  return await withWasm((wasm) => wasm.writeParquet(toWasmTable(wasm, batch)));
}

test('what was read stays as it was when wasm memory grows: nothing that is handed out points into it', async () => {
  const file = await fileOf(1000, 20);
  const created = await new MemoryCatalog().createTable({ namespace: 'n', name: 't' }, { schema });
  const { table } = await created.append(batchFromRows(created.schema(), rows(1000, 20)));
  const kept = await withWasm((wasm) => fromWasmTable(wasm.readParquet(file)));
  for await (const batch of table.scan()) kept.push(batch);
  const view = new Uint8Array(((await loadWasm()).wasmMemory() as Memory).buffer);
  expect(view.length).toBeGreaterThan(0);
  await fileOf(100, 200_000);
  // A view into wasm memory ends like this, without an error.
  expect(view[0]).toBeUndefined();
  expect(kept.map(({ numRows }) => numRows)).toEqual([1000, 1000]);
  for (const batch of kept) {
    expect(batch.toArray().map((row) => row.toJSON())).toEqual(
      rows(1000, 20).map(({ id, text }) => ({ id: BigInt(id), text })),
    );
  }
});

test('a thousand reads take no more wasm memory than the first hundred: every table is freed', async () => {
  const file = await fileOf(500, 400);
  const read = async (times: number): Promise<number> => {
    for (let count = 0; count < times; count++)
      await withWasm((wasm) => fromWasmTable(wasm.readParquet(file)));
    return await memoryBytes();
  };
  expect(await read(900)).toBe(await read(100));
});

test('after a panic work goes on in a new instance', async () => {
  const broken = await loadWasm();
  const panic = withWasm((wasm) =>
    new wasm.WriterPropertiesBuilder().setEncoding(wasm.Encoding.RLE_DICTIONARY),
  );
  await expect(panic).rejects.toThrow(/unreachable/);
  expect(await loadWasm()).not.toBe(broken);
  const file = await fileOf(10, 5);
  const [batch] = await withWasm((wasm) => fromWasmTable(wasm.readParquet(file)));
  expect(batch?.numRows).toBe(10);
});
