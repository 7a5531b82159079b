import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8ColumnOf } from '../flatten/utf8-column.js';
import { orderPlan } from '../order/order-plan.js';
import type { RawBatch, TextColumn } from '../standardize/raw-batch.js';
import type { OrderColumn } from '../workers/batch-messages.js';
import type { HashBytes } from './byte-arena.js';
import { KeySet } from './key-set.js';
import { keySource } from './merge-key.js';
import { type FreshRows, VersionTable, type VersionTableOptions } from './version-table.js';

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
  readonly received: number;
}

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    id: fc.constantFrom('m1', 'm2', 'm3', ''),
    key: fc.constantFrom('m1', 'a', 'b', '', null),
    payload: fc.constantFrom('{}', '[]', '{"a":1}', '{"a":2}', '{"b":1}'),
    sent: fc.constantFrom(1, 2),
    received: fc.constantFrom(1, 2, 3),
  }),
  { maxLength: 40 },
);

interface Outcome {
  readonly copies: number;
  readonly reusedMessageIds: number;
  readonly versions: readonly (readonly unknown[])[];
  readonly keys: readonly (readonly number[])[];
}

/**
 * What a table of versions makes of rows in batches of some sizes, the last of them again and again: per version the
 * row that stands for it and its key, and the versions of each key.
 */
function outcome(
  given: readonly Row[],
  options: Partial<VersionTableOptions>,
  sizes: readonly number[] = [given.length],
): Outcome {
  const table = new VersionTable({
    key: keySource(null),
    order: orderPlan(null),
    payloadHash: (bytes) => Buffer.from(bytes).reduce((sum, byte) => sum * 257n + BigInt(byte), 0n),
    ...options,
  });
  const fresh: FreshRows[] = [];
  for (let base = 0, turn = 0; base < given.length; turn++) {
    const size = sizes[Math.min(turn, sizes.length - 1)]!;
    const batch = rawBatchOf(given.slice(base, base + size), base);
    fresh.push(table.addBatch(batch, base));
    base += size;
  }
  // As answers do, the values come later.
  for (const { batch, numbers, payloadHashes } of fresh) {
    table.answered(batch, { key: null, order: [noValues(payloadHashes.length)], seenHashes: null });
    table.parsed(
      batch,
      numbers.filter((number) => number >= 0),
    );
  }
  const versions = Array.from({ length: table.length }, (_, version) => [
    table.mergeKeyText(version),
    table.mergeKeys.find(Buffer.from(table.mergeKeyText(version))) === table.keyOf(version),
    table.ordinal(version),
    table.publishTime(version),
    Buffer.from(table.sqsMessageId(version)).toString(),
    Buffer.from(table.messageId(version)).toString(),
    table.payloadHash(version),
  ]);
  const keys = Array.from({ length: table.mergeKeys.length }, (_, key) => [...table.versionsOf(key)]);
  const { copies, reusedMessageIds } = table;
  return { copies, reusedMessageIds, versions, keys };
}

/** Without hashes of payloads and what is counted by them. */
function countsOf({ copies, versions, keys }: Outcome): unknown {
  return { copies, keys, versions: versions.map((version) => version.slice(0, -1)) };
}

function noValues(length: number): OrderColumn {
  return { states: new Uint8Array(length), micros: new BigInt64Array(length), others: new Map() };
}

function rawBatchOf(given: readonly Row[], base: number): RawBatch {
  const texts = Object.fromEntries(
    ENVELOPE_COLUMNS.map(({ name }) => [name, utf8ColumnOf(given.map(() => null))]),
  ) as Record<TextColumn, RawBatch['text'][TextColumn]>;
  return {
    rowCount: given.length,
    text: {
      ...texts,
      message_id: utf8ColumnOf(given.map(({ id }) => id)),
      sqs_message_id: utf8ColumnOf(given.map((_, index) => `s${base + index}`)),
      idempotency_key: utf8ColumnOf(given.map(({ key }) => key)),
      publish_time_source: utf8ColumnOf(given.map(() => 'producer')),
      json_payload: utf8ColumnOf(given.map(({ payload }) => payload)),
    },
    publishTime: BigInt64Array.from(given, ({ sent }) => BigInt(sent)),
    ingestion: BigInt64Array.from(given, ({ received }) => BigInt(received)),
    byteLength: 0,
    ownsPayloads: true,
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

test('versions and what stands for them do not depend on how the rows are cut into batches', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rows, sizes, (given, cut) => {
      expect(outcome(given, {}, cut)).toEqual(outcome(given, {}));
    }),
    { seed: 10, numRuns: 500 },
  );
});

test('payloads that have one xxhash64 are still two versions', () => {
  fc.assert(
    fc.property(rows, (given) => {
      expect(countsOf(outcome(given, { payloadHash: () => 0n }))).toEqual(countsOf(outcome(given, {})));
    }),
    { seed: 9, numRuns: 300 },
  );
});
