import { describe, expect, it } from 'vitest';
import { Flattener } from '../src/flatten/flattener.js';
import { readOverflow } from '../src/flatten/overflow.js';
import type { ParseFailure } from '../src/flatten/parse-failure.js';
import type { FlattenedBatch } from '../src/flatten/types.js';
import { isPresent, type Utf8Column, utf8Column, utf8ColumnOf } from '../src/flatten/utf8-column.js';
import { JsonDocuments, randomFrom } from './json-documents.js';
import { expectedValues, judge, treeOf, type Value } from './json-oracle.js';

const DOCUMENTS = process.env['LEAN_OPS_TEST'] === 'full' ? 1_000_000 : 20_000;
const BATCH = 50;
const SEED = 20_261_123;
const PARTS = 10;
/** Batches that once showed a fault: always run first. A failing run prints the seed to add. */
const KEPT_SEEDS: readonly number[] = [];

const PATHS = ['$.a', '$.a.b', "$['we.ird']", '$.userId'];

/** A document, and what the oracle says of it. */
interface Case {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Null where the document is no JSON object. */
  readonly tree: Value | null;
  /** Byte offset and character of the fault, as far as `JSON.parse` tells. */
  readonly position: number | null;
  readonly token: string | null;
}

function caseOf(bytes: Uint8Array): Case {
  const verdict = judge(bytes);
  if (verdict === null) return { bytes, text: '', tree: null, position: null, token: null };
  if (!verdict.ok) return { bytes, text: '', tree: null, ...verdict };
  const { text, value } = verdict;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return { bytes, text, tree: isObject ? treeOf({ text, value }) : null, position: null, token: null };
}

/** Path → text of every value of one output row, those in `_overflow` included. */
function valuesOf({ columns, overflow }: FlattenedBatch, row: number): Map<string, string> {
  const values = new Map<string, string>();
  for (const { path, vector } of columns) {
    const text = textAt(utf8Column(vector), row);
    if (text !== null) values.set(path, text);
  }
  const spilled = overflow === null ? null : textAt(utf8Column(overflow), row);
  if (spilled !== null) {
    for (const [path, value] of readOverflow(spilled)) {
      same(values.has(path), false, `${path} stands in a column and in _overflow`);
      if (value !== null) values.set(path, value);
    }
  }
  return values;
}

/** Not by Arrow's `get`, which drops a byte order mark at the start. */
function textAt(column: Utf8Column, row: number): string | null {
  if (!isPresent(column, row)) return null;
  return Buffer.from(column.data.subarray(column.offsets[row], column.offsets[row + 1])).toString('utf8');
}

/** A million `expect` calls would take longer than what they check. */
function same(got: unknown, want: unknown, what: string): void {
  if (got !== want) expect({ what, got }).toEqual({ what, got: want });
}

function checkFailures(flattener: Flattener, payloads: Utf8Column, cases: readonly Case[]): ParseFailure[] {
  const failures = flattener.validate(payloads);
  for (const [row, { bytes, tree, position, token }] of cases.entries()) {
    const failure = failures[row] ?? null;
    const document = Buffer.from(bytes).toString('latin1');
    same(failure === null, tree !== null, document);
    if (failure === null) continue;
    const { offset, reason } = failure;
    same(offset <= bytes.length, true, `offset in ${document}`);
    same(offset === bytes.length, reason === 'UNEXPECTED_END', `reason in ${document}`);
    if (position !== null) same(offset, position, `offset in ${document}`);
    if (token !== null) {
      same(Buffer.from(bytes.subarray(offset)).toString('utf8').startsWith(token), true, document);
    }
    if (reason === 'INVALID_UTF8') continue;
    // Everything before the offset is the beginning of some valid text.
    const [before] = flattener.validate(utf8ColumnOf([bytes.subarray(0, offset)]));
    same(
      [undefined, 'UNEXPECTED_END', 'NOT_AN_OBJECT'].includes(before?.reason),
      true,
      `before the offset in ${document}`,
    );
  }
  return failures.filter((failure) => failure !== null);
}

function checkValues(batch: FlattenedBatch, cases: readonly Case[], maxDepth: number): void {
  for (let out = 0; out < batch.rowCount; out++) {
    const { tree, text } = cases[batch.rows[out]!]!;
    const want = expectedValues(tree!, text, maxDepth);
    const got = valuesOf(batch, out);
    for (const [path, value] of want) same(got.get(path) ?? null, value, `${path} of ${text}`);
    same(got.size, [...want.values()].filter((value) => value !== null).length, text);
  }
}

function checkExtraction(
  flattener: Flattener,
  payloads: Utf8Column,
  cases: readonly Case[],
  maxDepth: number,
): readonly ParseFailure[] {
  const { failures, columns } = flattener.extract(payloads, PATHS);
  for (const [row, { tree, text }] of cases.entries()) {
    const want = tree === null ? null : expectedValues(tree, text, maxDepth);
    for (const [index, path] of PATHS.entries()) {
      if (path.split('.').length - 1 > maxDepth) continue;
      same(textAt(columns[index]!, row), want?.get(path) ?? null, `${path} of ${text}`);
    }
  }
  return failures;
}

function check(seed: number): void {
  const documents = new JsonDocuments(seed);
  const random = randomFrom(seed ^ 0x5bd1e995);
  const maxDepth = 1 + Math.floor(random() * 6);
  const maxColumns = [2_000, 2_000, 8, 0][Math.floor(random() * 4)]!;
  const options = { maxDepth, maxColumns, reserved: ['message_id'] };
  let flattener = new Flattener(options);
  for (let part = 0; part < 2; part++) {
    const rows = Array.from({ length: BATCH / 2 }, () => documents.next());
    const cases = rows.map(caseOf);
    const payloads = utf8ColumnOf(rows);
    const failures = checkFailures(flattener, payloads, cases);
    const batch = flattener.flatten(payloads);
    expect(batch.failures).toEqual(failures);
    checkValues(batch, cases, maxDepth);
    expect(checkExtraction(flattener, payloads, cases, maxDepth)).toEqual(failures);
    const some = Int32Array.from(rows.keys()).filter(() => random() < 0.5);
    checkValues(flattener.flatten(payloads, some), cases, maxDepth);
    // The next part is either another batch of this run, or the next run on the same table.
    if (random() < 0.5) flattener = new Flattener({ ...options, columns: flattener.columns });
  }
}

function checkSeed(seed: number): void {
  try {
    check(seed);
  } catch (cause) {
    throw new Error(`seed ${seed}: add it to KEPT_SEEDS`, { cause });
  }
}

describe(`flattening against JSON.parse, ${DOCUMENTS} generated and mutated documents`, () => {
  it.each(KEPT_SEEDS)('accepts, rejects and gives the same texts for seed %i, which once failed', (seed) => {
    checkSeed(seed);
  });

  it.each(Array.from({ length: PARTS }, (_, part) => part))(
    'accepts, rejects and gives the same texts, part %i of 10',
    { timeout: 3_600_000 },
    async (part) => {
      const batches = DOCUMENTS / BATCH / PARTS;
      for (let batch = 0; batch < batches; batch++) {
        checkSeed(SEED + part * batches + batch);
        // The runner wants to be heard from now and then.
        if (batch % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
  );
});

describe('where JSON.parse cannot be asked', () => {
  it('a key spelled with an escape is not taken for the key \\ that stood in its place before', () => {
    const batch = new Flattener().flatten(utf8ColumnOf(['{"x":1,"\\\\":2}', '{"x":1,"\\n":3,"\\u00e9":4}']));
    const values = [0, 1].map((row) => [...valuesOf(batch, row)]);
    expect(values).toEqual([
      [
        ['$.x', '1'],
        ["$['\\\\']", '2'],
      ],
      [
        ['$.x', '1'],
        ["$['\\u000a']", '3'],
        ["$['é']", '4'],
      ],
    ]);
  });

  it('a text keeps a byte order mark that it begins with', () => {
    const batch = new Flattener().flatten(utf8ColumnOf(['{"\ufeffa":"\ufeffx","a":"\\ufeffy"}']));
    expect([...valuesOf(batch, 0)]).toEqual([
      ["$['\ufeffa']", '\ufeffx'],
      ['$.a', '\ufeffy'],
    ]);
  });
});
