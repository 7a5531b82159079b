import type { RecordBatch } from 'apache-arrow';
import { expect, test } from 'vitest';
import { batchFromRows, MemoryCatalog, type Table } from '../src/index.js';

const WIDTH = 1_000_000;
/** Unpacked bytes of a row group, and so of a batch, at most: 32 MiB are meant, and four times that tolerated. */
const MOST_ROWS = (4 * 32 * 1024 * 1024) / WIDTH;

async function emptyTable(): Promise<Table> {
  const schema = {
    fields: [
      { name: 'id', type: 'long', required: true },
      { name: 'text', type: 'string' },
    ],
  } as const;
  return await new MemoryCatalog().createTable({ namespace: 'n', name: 't' }, { schema });
}

/** Text that is packed to next to nothing, so that the size of a file says nothing of what it holds. */
const text = (id: number): string => `${id} `.padEnd(WIDTH, 'abc ');

function* batches(table: Table, rows: number, size: number): Generator<RecordBatch> {
  for (let first = 0; first < rows; first += size) {
    const ids = Array.from({ length: size }, (_, index) => first + index);
    yield batchFromRows(
      table.schema(),
      ids.map((id) => ({ id, text: text(id) })),
    );
  }
}

async function expectRows(table: Table, rows: number): Promise<void> {
  let next = 0;
  for await (const batch of table.scan()) {
    expect(batch.numRows).toBeLessThanOrEqual(MOST_ROWS);
    const { valueOffsets, values } = batch.getChild('text')!.data[0]!;
    for (let row = 0; row < batch.numRows; row++) {
      const bytes = (values as Uint8Array).subarray(valueOffsets[row]!, valueOffsets[row + 1]!);
      if (!Buffer.from(text(next)).equals(bytes)) expect.fail(`row ${next}`);
      next++;
    }
  }
  expect(next).toBe(rows);
}

test('rows of a megabyte are written and read some at a time, however well they are packed', async () => {
  const created = await emptyTable();
  const { table } = await created.append(batches(created, 150, 50));
  await expectRows(table, 150);
});

test('rows of a megabyte that follow short ones are read some at a time as well', async () => {
  const created = await emptyTable();
  function* input(): Generator<RecordBatch> {
    yield batchFromRows(created.schema(), [{ id: -1, text: 'short' }]);
    yield* batches(created, 150, 5);
  }
  const { table } = await created.append(input());
  let rows = 0;
  for await (const batch of table.scan()) {
    expect(batch.numRows).toBeLessThanOrEqual(MOST_ROWS + 1);
    rows += batch.numRows;
  }
  expect(rows).toBe(151);
});
