import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8ColumnOf } from '../flatten/utf8-column.js';
import { orderPlan } from '../order/order-plan.js';
import type { RawBatch, TextColumn } from '../standardize/raw-batch.js';
import type { HashBytes } from './byte-arena.js';
import { KeySet } from './key-set.js';
import { keySource } from './merge-key.js';
import { VersionTable, type VersionTableOptions } from './version-table.js';

const WEAK: [string, HashBytes][] = [
  ['one value for everything', () => 0],
  ['the length', (_, start, end) => end - start],
  ['the first byte', (source, start, end) => (start === end ? -1 : source[start]!)],
  ['few values, negative ones too', (source, start, end) => (start === end ? 1 : (source[end - 1]! % 3) - 1)],
];

test.each(WEAK)('a key set whose hash is %s tells keys apart by their bytes', (_, hash) => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\u0000', 'é'), maxLength: 4 }));
  fc.assert(
    fc.property(texts, texts, (added, asked) => {
      const keys = new KeySet(hash);
      const known = new Map<string, number>();
      for (const text of added) {
        const bytes = Buffer.from(`x${text}x`);
        const number = known.get(text) ?? known.size;
        known.set(text, number);
        expect(keys.add(bytes, 1, bytes.length - 1)).toBe(number);
      }
      expect(keys.length).toBe(known.size);
      for (const text of [...asked, ...known.keys()]) {
        expect(keys.find(Buffer.from(text))).toBe(known.get(text) ?? -1);
      }
      for (const [text, number] of known) expect(keys.text(number)).toBe(text);
    }),
    { seed: 7, numRuns: 300 },
  );
});

interface Row {
  readonly id: string;
  readonly key: string | null;
  readonly payload: string;
  readonly sent: number;
}

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    id: fc.constantFrom('m1', 'm2', 'm3', ''),
    key: fc.constantFrom('m1', 'a', 'b', '', null),
    payload: fc.constantFrom('{}', '[]', '{"a":1}', '{"a":2}', '{"b":1}'),
    sent: fc.constantFrom(1, 2),
  }),
  { maxLength: 40 },
);

/** What a table of versions makes of some rows: its copies, and per version the row it came with and its key. */
function outcome(given: readonly Row[], options: Partial<VersionTableOptions>): unknown {
  const table = new VersionTable({
    key: keySource(null),
    order: orderPlan(null),
    payloadHash: (bytes) => Buffer.from(bytes).reduce((sum, byte) => sum * 257n + BigInt(byte), 0n),
    ...options,
  });
  const batch = rawBatchOf(given);
  const versions = given.map((_, row) => {
    const version = table.add(batch, row, row);
    if (version === -1) return null;
    table.parsed(version, null, [null]);
    return [table.mergeKeyText(version), table.ordinal(version), table.publishTime(version)];
  });
  const keys = Array.from({ length: table.mergeKeys.length }, (_, key) => [...table.versionsOf(key)]);
  return { copies: table.copies, versions, keys };
}

function rawBatchOf(given: readonly Row[]): RawBatch {
  const texts = Object.fromEntries(
    ENVELOPE_COLUMNS.map(({ name }) => [name, utf8ColumnOf(given.map(() => null))]),
  ) as Record<TextColumn, RawBatch['text'][TextColumn]>;
  return {
    rowCount: given.length,
    text: {
      ...texts,
      message_id: utf8ColumnOf(given.map(({ id }) => id)),
      sqs_message_id: utf8ColumnOf(given.map((_, index) => `s${index}`)),
      idempotency_key: utf8ColumnOf(given.map(({ key }) => key)),
      publish_time_source: utf8ColumnOf(given.map(() => 'producer')),
      json_payload: utf8ColumnOf(given.map(({ payload }) => payload)),
    },
    publishTime: BigInt64Array.from(given, ({ sent }) => BigInt(sent)),
    ingestion: BigInt64Array.from(given, (_, index) => BigInt(index)),
    byteLength: 0,
  };
}

test.each(WEAK)('versions are the same ones where the hash of ids and keys is %s', (_, bucketHash) => {
  fc.assert(
    fc.property(rows, (given) => {
      expect(outcome(given, { bucketHash })).toEqual(outcome(given, {}));
    }),
    { seed: 8, numRuns: 300 },
  );
});

test('payloads that have one xxhash64 are still two versions', () => {
  fc.assert(
    fc.property(rows, (given) => {
      expect(outcome(given, { payloadHash: () => 0n })).toEqual(outcome(given, {}));
    }),
    { seed: 9, numRuns: 300 },
  );
});
