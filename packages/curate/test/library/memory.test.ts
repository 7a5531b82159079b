import { deduplicate, flatten, validate } from '@lean-ops/curate';
import type { RecordBatch, Vector } from 'apache-arrow';
import { expect, test } from 'vitest';
import { utf8ColumnOf, utf8Vector } from '../../src/flatten/utf8-column.js';
import { collectGarbage } from '../support/bytes-held.js';
import { batchOf } from './batches.js';

/** Arrow's own builder would take most of the time. */
const texts = (values: string[]): Vector => utf8Vector(utf8ColumnOf(values));

/** Buffers are let go a moment after what held them. */
async function bytesHeld(): Promise<number> {
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 20));
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

const MEBIBYTE = 1 << 20;

function* payloads(batches: number, rows: number): Generator<RecordBatch> {
  for (let batch = 0; batch < batches; batch++)
    yield batchOf({
      json_payload: texts(
        Array.from({ length: rows }, (_, row) =>
          JSON.stringify({ id: batch * rows + row, user: { name: `user ${row}` }, text: 'x'.repeat(200) }),
        ),
      ),
    });
}

test('a stream is flattened and validated in the memory of its batches, however long it is', async () => {
  let held = 0;
  let parts = 0;
  let rows = 0;
  const contract = { columns: { id: { type: 'long', cde: true } } } as const;
  for await (const part of validate(contract, flatten(payloads(60, 1_000)))) {
    rows += part.batch.numRows;
    parts++;
    if (parts === 10) held = await bytesHeld();
  }
  expect([parts, rows]).toEqual([60, 60_000]);
  // The 50 batches behind the tenth had 12 MiB of payload.
  expect((await bytesHeld()) - held).toBeLessThan(4 * MEBIBYTE);
});

test('deduplicating keeps keys, not rows', async () => {
  const count = 200_000;
  const size = 10_000;
  function* source(): Generator<RecordBatch> {
    for (let first = 0; first < count; first += size) {
      const numbers = Array.from({ length: size }, (_, row) => first + row);
      yield batchOf({
        key: texts(numbers.map((number) => `order-${String(number % (count / 2)).padStart(30, '0')}`)),
        at: texts(numbers.map((number) => new Date(number).toISOString())),
        body: texts(numbers.map(() => 'x'.repeat(500))),
      });
    }
  }
  const before = await bytesHeld();
  let held = 0;
  let rows = 0;
  for await (const { batch } of deduplicate(() => source(), { key: 'key', orderBy: ['at'] })) {
    if (held === 0) held = (await bytesHeld()) - before;
    rows += batch.numRows;
  }
  expect(rows).toBe(count / 2);
  const perKey = held / (count / 2);
  if (process.env['LEAN_OPS_TEST'] === 'full') console.log(`${Math.round(perKey)} bytes per key of 36 bytes`);
  // The rows have 500 bytes and more each, twice as many as there are keys.
  expect(perKey).toBeLessThan(400);
});
