import { RecordBatch } from 'apache-arrow';
import { expect, test } from 'vitest';
import { RowIterator } from './row-iterator.js';

const sizes = new WeakMap<RecordBatch, number[]>();

function batch(...rows: number[]): RecordBatch {
  const made = new RecordBatch({});
  sizes.set(made, rows);
  return made;
}

function rowsOf(made: RecordBatch): Iterator<number> {
  return sizes.get(made)!.values();
}

test('rows keep their order, whoever asks before the last answer is there; empty batches are passed over', async () => {
  async function* batches() {
    yield batch(1, 2);
    yield batch();
    yield batch(3);
  }
  const rows = new RowIterator(batches(), rowsOf);
  const answers = await Promise.all(Array.from({ length: 5 }, () => rows.next()));
  expect(answers.map(({ value }) => value)).toEqual([1, 2, 3, undefined, undefined]);
  expect(answers.map(({ done }) => done)).toEqual([false, false, false, true, true]);
});

test('leaving a loop ends the batches; an error of a batch is thrown once', async () => {
  let closed = 0;
  async function* batches() {
    try {
      yield batch(1, 2);
      yield batch(3);
      throw new Error('no more');
    } finally {
      closed++;
    }
  }
  for await (const row of new RowIterator(batches(), rowsOf)) if (row === 2) break;
  expect(closed).toBe(1);
  const rows = new RowIterator(batches(), rowsOf);
  const seen: number[] = [];
  await expect(
    (async () => {
      for await (const row of rows) seen.push(row);
    })(),
  ).rejects.toThrow('no more');
  expect(seen).toEqual([1, 2, 3]);
  expect((await rows.next()).done).toBe(true);
});
