import { describe, expect, it } from 'vitest';
import { Flattener } from '../src/flatten/flattener.js';
import { readOverflow } from '../src/flatten/overflow.js';
import type { FlattenedBatch } from '../src/flatten/types.js';
import { utf8ColumnOf } from '../src/flatten/utf8-column.js';
import { JsonDocuments, randomFrom } from './json-documents.js';
import { comparable, expectedValues } from './json-oracle.js';

const DOCUMENTS = process.env['LEAN_OPS_TEST'] === 'full' ? 1_000_000 : 20_000;
const BATCH = 50;
const SEED = 20_261_123;

/** Path → text of every value of one output row, those in `_overflow` included. */
function valuesOf({ columns, overflow }: FlattenedBatch, row: number): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (const { path, vector } of columns) if (vector.isValid(row)) values.set(path, vector.get(row));
  const spilled = overflow?.get(row) ?? null;
  if (spilled !== null) {
    for (const [path, value] of readOverflow(spilled)) {
      expect(values.has(path), `${path} stands in a column and in _overflow`).toBe(false);
      if (value !== null) values.set(path, value);
    }
  }
  return values;
}

function check(seed: number): void {
  const documents = new JsonDocuments(seed);
  const random = randomFrom(seed ^ 0x5bd1e995);
  const maxDepth = 1 + Math.floor(random() * 6);
  const maxColumns = [2_000, 2_000, 8, 0][Math.floor(random() * 4)]!;
  const flattener = new Flattener({ maxDepth, maxColumns, reserved: ['message_id'] });
  const paths = ['$.a', '$.a.b', "$['we.ird']", '$.userId'];
  for (let part = 0; part < 2; part++) {
    const rows = Array.from({ length: BATCH / 2 }, () => documents.next());
    const payloads = utf8ColumnOf(rows);
    const expected = rows.map((bytes) => expectedValues(bytes, maxDepth));
    const batch = flattener.flatten(payloads);
    const rejected = expected.flatMap((values, row) => (values === null ? [row] : []));
    expect(batch.failures.map(({ row }) => row)).toEqual(rejected);
    expect(flattener.validate(payloads).filter((failure) => failure !== null)).toEqual(batch.failures);
    for (const { row, offset, reason } of batch.failures) {
      expect(offset).toBeLessThanOrEqual(rows[row]!.length);
      expect(offset === rows[row]!.length).toBe(reason === 'UNEXPECTED_END');
      if (reason === 'INVALID_UTF8') continue;
      // Everything before the offset is the beginning of some valid text.
      const [before] = flattener.validate(utf8ColumnOf([rows[row]!.subarray(0, offset)]));
      expect([undefined, 'UNEXPECTED_END', 'NOT_AN_OBJECT']).toContain(before?.reason);
    }
    for (let out = 0; out < batch.rowCount; out++) {
      const want = expected[batch.rows[out]!]!;
      const got = valuesOf(batch, out);
      for (const [path, text] of got)
        expect([path, comparable(text, want.get(path))]).toEqual([path, want.get(path)]);
      expect(got.size).toBe([...want.values()].filter((value) => value !== null).length);
    }
    const extraction = flattener.extract(payloads, paths);
    expect(extraction.failures).toEqual(batch.failures);
    for (const [index, path] of paths.entries()) {
      const column = extraction.columns[index]!;
      const deep = path.split('.').length - 1 > maxDepth;
      if (deep) continue;
      for (const [row, values] of expected.entries()) {
        const bytes = column.data.subarray(column.offsets[row]!, column.offsets[row + 1]!);
        const valid = column.validity === null || ((column.validity[row >> 3]! >> (row & 7)) & 1) === 1;
        const want = values?.get(path) ?? null;
        expect(comparable(valid ? Buffer.from(bytes).toString('utf8') : null, want)).toBe(want);
      }
    }
  }
}

describe('flattening against JSON.parse', () => {
  it(`accepts, rejects and gives the same texts for ${DOCUMENTS} generated and mutated documents`, {
    timeout: 3_600_000,
  }, () => {
    for (let batch = 0; batch < DOCUMENTS / BATCH; batch++) {
      const seed = SEED + batch;
      try {
        check(seed);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });
});
