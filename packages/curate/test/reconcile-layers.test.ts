import { ENVELOPE_COLUMNS, type Envelope, type TopicContract } from '@lean-ops/core';
import { MemoryStorage } from '@lean-ops/iceberg';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { utf8ColumnOf } from '../src/flatten/utf8-column.js';
import { loadPayloadHash } from '../src/payload-hash.js';
import { compareShare, Found, NO_COUNTS } from '../src/reconcile/compare-layers.js';
import { CopyPool, type CopyPoolOptions } from '../src/reconcile/copy-pool.js';
import { DealtRows } from '../src/reconcile/dealt-rows.js';
import type { LayerColumns } from '../src/reconcile/layer-columns.js';
import {
  IDENTITY_COLUMNS,
  layerRecords,
  partsOf,
  RAW_PARTS,
  SOURCED_COLUMNS,
} from '../src/reconcile/layer-records.js';
import { Oracle } from '../src/reconcile/oracle-versions.js';
import type { RecordData, Records } from '../src/reconcile/records.js';
import { ShareKeys } from '../src/reconcile/share-keys.js';
import { ThreadPool } from '../src/workers/thread-pool.js';
import { stream } from './support/arbitraries.js';
import { type PlainRow, type PlainTables, plainVerdict, plainVersions } from './support/plain-layers.js';
import { CONTRACT, envelope } from './support/world.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 20_000 : 400;
const payloadHash = await loadPayloadHash();

const CONTRACTS: readonly (TopicContract | null)[] = [
  null,
  {
    ...CONTRACT,
    key: '$.id',
    orderBy: ['$.rev', '$.at'],
    columns: { rev: { type: 'int' }, at: { type: 'timestamp', epoch: 'millis' } },
  },
  { ...CONTRACT, key: 'message_id', orderBy: ['ingestion_ts', 'idempotency_key', '$.kind'] },
  { ...CONTRACT, orderBy: ['publish_time', '$.amount'], columns: { amount: { type: 'decimal(20,5)' } } },
  { ...CONTRACT, key: 'period_reference', orderBy: ['$.nested', 'sqs_message_id'] },
];

/** What is done to a balanced topic's tables; those that cannot be done, for want of a row, do nothing. */
const FAULTS = {
  lost: ['standardized', (rows, at) => rows.toSpliced(at, 1)],
  doubled: ['standardized', (rows, at) => [...rows, rows[at]!]],
  'of nowhere': ['standardized', (rows, at) => [...rows, { ...rows[at]!, _merge_key: 'k:nowhere' }]],
  'of another payload': ['standardized', (rows, at) => rows.with(at, { ...rows[at]!, _payload_hash: 7n })],
  'of another message': ['standardized', (rows, at) => rows.with(at, { ...rows[at]!, message_id: 'm9' })],
  'of no message': ['standardized', (rows, at) => rows.with(at, { ...rows[at]!, message_id: null })],
  'without its hash': ['standardized', (rows, at) => rows.with(at, { ...rows[at]!, _payload_hash: null })],
  'of a later copy': ['standardized', (rows, at) => rows.with(at, { ...rows[at]!, ingestion_ts: 9n })],
  'of another copy': ['standardized', (rows, at) => rows.with(at, { ...rows[at]!, sqs_message_id: 'other' })],
  'with another key': [
    'standardized',
    (rows, at) => rows.with(at, { ...rows[at]!, _merge_key: `${rows[at]!._merge_key} ` }),
  ],
  'a parse error lost': ['parseErrors', (rows, at) => rows.toSpliced(at, 1)],
  'a parse error doubled': ['parseErrors', (rows, at) => [...rows, rows[at]!]],
  'a parse error changed': ['parseErrors', (rows, at) => rows.with(at, { ...rows[at]!, _payload_hash: 7n })],
  'lost from Curated': ['curated', (rows, at) => rows.toSpliced(at, 1)],
  'doubled in Curated': ['curated', (rows, at) => [...rows, rows[at]!]],
  'stale in Curated': ['curated', (rows, at) => rows.with(at, { ...rows[at]!, _payload_hash: 7n })],
  'stray in Curated': ['curated', (rows, at) => [...rows, { ...rows[at]!, _merge_key: 'k:nowhere' }]],
  'an open error lost': ['errors', (rows, at) => rows.toSpliced(at, 1)],
  'an open error of another version': [
    'errors',
    (rows, at) => rows.with(at, { ...rows[at]!, message_id: 'm9' }),
  ],
} as const satisfies Record<
  string,
  readonly [
    'standardized' | 'parseErrors' | 'curated' | 'errors',
    (rows: readonly PlainRow[], at: number) => readonly PlainRow[],
  ]
>;
type Fault = keyof typeof FAULTS;

/** The tables as they should be; one row in three is an open error. */
function balanced(raw: readonly Envelope[], contract: TopicContract | null): PlainTables {
  const { winners, malformed } = plainVersions(raw, contract, payloadHash);
  const rowOf = ({ mergeKey, row, hash }: (typeof malformed)[number]): PlainRow => ({
    _merge_key: mergeKey,
    message_id: row.message_id,
    _payload_hash: hash,
    ingestion_ts: row.ingestion_ts,
    sqs_message_id: row.sqs_message_id,
    _source_snapshot_id: 5n,
  });
  const standardized = [...winners.values()].map(rowOf);
  const fails = (_: PlainRow, index: number): boolean => index % 3 === 1;
  return {
    raw,
    standardized,
    parseErrors: malformed.map(rowOf),
    curated: standardized.filter((row, index) => !fails(row, index)),
    errors: standardized.filter(fails),
    standardizedRead: null,
  };
}

/** Null where there is no such row. */
function faulty(tables: PlainTables, fault: Fault, dice: number): PlainTables | null {
  const [table, change] = FAULTS[fault];
  const rows = tables[table];
  // What Curated read is what Standardized held before.
  const before = table === 'standardized' ? { standardizedRead: tables.standardized } : {};
  return rows.length === 0 ? null : { ...tables, ...before, [table]: change(rows, dice % rows.length) };
}

function rawColumns(rows: readonly Envelope[]): LayerColumns {
  const texts = ENVELOPE_COLUMNS.filter(({ type }) => type === 'string').map(({ name }) => [
    name,
    utf8ColumnOf(rows.map((row) => row[name] as string | null)),
  ]);
  const longs = (['publish_time', 'ingestion_ts'] as const).map((name) => [
    name,
    { values: BigInt64Array.from(rows, (row) => row[name]), present: null },
  ]);
  return { rowCount: rows.length, texts: Object.fromEntries(texts), longs: Object.fromEntries(longs) };
}

function layerColumns(rows: readonly PlainRow[], isSourced: boolean): LayerColumns {
  const text = (name: '_merge_key' | 'message_id' | 'sqs_message_id') =>
    utf8ColumnOf(rows.map((row) => row[name]));
  const long = (name: '_payload_hash' | 'ingestion_ts' | '_source_snapshot_id') => ({
    values: BigInt64Array.from(rows, (row) => row[name] ?? 0n),
    present: rows.some((row) => row[name] === null)
      ? Uint8Array.from(rows, (row) => Number(row[name] !== null))
      : null,
  });
  return {
    rowCount: rows.length,
    texts: {
      ...{ _merge_key: text('_merge_key'), message_id: text('message_id') },
      ...(isSourced ? { sqs_message_id: text('sqs_message_id') } : {}),
    },
    longs: {
      _payload_hash: long('_payload_hash'),
      ...(isSourced
        ? { ingestion_ts: long('ingestion_ts'), _source_snapshot_id: long('_source_snapshot_id') }
        : {}),
    },
  };
}

interface Way {
  readonly shares: number;
  /** Rows of a batch and of a piece. */
  readonly rows: number;
  readonly heldBytes: number;
  readonly isSpilled: boolean;
  readonly pool?: Pick<CopyPoolOptions, 'threads' | 'worthBytes'>;
}

/** The verdict of the comparison that runs. */
async function verdict(tables: PlainTables, contract: TopicContract | null, way: Way) {
  const { shares, heldBytes, isSpilled, rows } = way;
  let segments = 0;
  const scratch = { storage: new MemoryStorage(), location: 'memory://scratch' };
  const dealt = (parts: number): DealtRows =>
    new DealtRows({
      parts,
      shares,
      heldBytes,
      scratch: isSpilled ? scratch : null,
      newName: () => `${segments++}`,
    });
  const raw = dealt(RAW_PARTS);
  const pool = new CopyPool({ contract, payloadHash, threads: null, pieceRows: rows, ...way.pool });
  await pool.read(batches(tables.raw, rows), (records) => raw.add(records));
  await pool.close();
  await raw.relieve();
  const layer = async (all: readonly PlainRow[], columns: readonly string[]): Promise<DealtRows> => {
    const dealing = dealt(partsOf(columns));
    for (let at = 0; at < all.length; at += rows) {
      const some = layerColumns(all.slice(at, at + rows), columns === SOURCED_COLUMNS);
      dealing.add(layerRecords(some, columns));
      await dealing.relieve();
    }
    if (isSpilled) await dealing.flush(scratch);
    return dealing;
  };
  const standardized = await layer(tables.standardized, SOURCED_COLUMNS);
  const parseErrors = await layer(tables.parseErrors, SOURCED_COLUMNS);
  const read =
    tables.standardizedRead === null ? null : await layer(tables.standardizedRead, IDENTITY_COLUMNS);
  const curated = await layer(tables.curated, IDENTITY_COLUMNS);
  const errors = await layer(tables.errors, IDENTITY_COLUMNS);
  const counts = { ...NO_COUNTS };
  const found = new Found();
  const oracle = new Oracle(contract);
  for (let share = 0; share < shares; share++) {
    const current: Records = await standardized.take(share);
    const part = {
      raw: await raw.take(share),
      standardized: current,
      standardizedRead: read === null ? current : await read.take(share),
      parseErrors: await parseErrors.take(share),
      curated: await curated.take(share),
      errors: await errors.take(share),
    };
    compareShare(oracle, part, counts, found);
  }
  return { counts, found };
}

async function* batches(rows: readonly Envelope[], size: number): AsyncGenerator<LayerColumns> {
  for (let at = 0; at < rows.length; at += size) yield rawColumns(rows.slice(at, at + size));
}

/** Rules with the number of keys, and the keys where all of them are named. */
function summary(found: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const rules = Object.entries(
    found as Record<string, readonly string[] | { count: number; samples: string[] }>,
  );
  const said = rules.map(([rule, keys]) => {
    const all = 'count' in keys ? keys.samples : keys;
    const count = 'count' in keys ? keys.count : keys.length;
    return [rule, { count, keys: count > 10 ? null : all.toSorted() }] as const;
  });
  return Object.fromEntries(said.filter(([, { count }]) => count > 0));
}

const way = fc.record({
  shares: fc.constantFrom(1, 2, 5),
  rows: fc.constantFrom(1, 3, 1000),
  heldBytes: fc.constantFrom(0, 300, 1 << 20),
  isSpilled: fc.boolean(),
});

describe('the comparison of the layers', () => {
  test('finds what one with an object per row finds, and every fault, in any number of shares', async () => {
    const faults = fc.constantFrom(...(Object.keys(FAULTS) as Fault[]));
    await fc.assert(
      fc.asyncProperty(
        stream({ producerOnly: false, maxRows: 40 }),
        fc.constantFrom(...CONTRACTS),
        fc.array(fc.tuple(faults, fc.nat()), { maxLength: 3 }),
        way,
        async (raw, contract, injected, chosen) => {
          let tables = balanced(raw, contract);
          const sound = plainVerdict(tables, contract, payloadHash);
          expect(sound.found).toEqual({});
          let isFaulty = false;
          for (const [fault, dice] of injected) {
            const changed = faulty(tables, fault, dice);
            isFaulty ||= changed !== null;
            tables = changed ?? tables;
          }
          const expected = plainVerdict(tables, contract, payloadHash);
          const { counts, found } = await verdict(tables, contract, chosen);
          expect(counts).toEqual(expected.counts);
          expect(summary({ ...found })).toEqual(summary(expected.found));
          if (injected.length === 1 && isFaulty) expect(summary({ ...found })).not.toEqual({});
        },
      ),
      { numRuns: RUNS, seed: 23 },
    );
  }, 120_000);
});

const WORKER = new URL('./support/source-worker.mjs', import.meta.url);

class WatchedThreads extends ThreadPool {
  /** Resolves once the threads have begun. */
  begun: Promise<void> | null = null;
  pieces = 0;

  override beginCopies(contract: TopicContract | null): Promise<void> {
    this.begun = super.beginCopies(contract);
    return this.begun;
  }

  override readCopies(columns: LayerColumns): Promise<RecordData> {
    this.pieces++;
    return super.readCopies(columns);
  }
}

describe('rows of RAW read in threads', () => {
  const threads = new WatchedThreads(2, WORKER);
  afterAll(() => threads.close());

  /** Long and short payloads, keys and ids, copies, corrections, faults, and one that is no UTF-8. */
  const events = Array.from({ length: 400 }, (_, index) => {
    const key = index % 7 === 0 ? index - (index % 14) : index;
    const text = 'é'.repeat((index % 5) * 200);
    return envelope({
      idempotency_key: index % 11 === 0 ? null : `key ${key} ${index % 50 === 0 ? text : ''}`,
      message_id: `m${key}`,
      sqs_message_id: `s${index}`,
      sent: 1000 + (index % 3),
      publish_time_source: index % 4 === 0 ? 'sqs' : 'producer',
      json: `{"last_updated_ts":"2026-01-01T00:00:0${key % 10}Z","text":"${text}"}${key % 90 === 7 ? '!' : ''}`,
    });
  });

  test('are the same rows in the same order, whoever reads which', async () => {
    const read = async (
      chosen: Pick<CopyPoolOptions, 'threads' | 'pieceRows'>,
      begin: () => Promise<void>,
    ) => {
      const pool = new CopyPool({ contract: CONTRACT, payloadHash, worthBytes: 1, ...chosen });
      const list: Uint8Array[] = [];
      async function* all(): AsyncGenerator<LayerColumns> {
        for await (const batch of batches(events, 90)) {
          yield batch;
          await begin();
        }
      }
      await pool.read(all(), (records) => list.push(...rowsOf(records)));
      await pool.close();
      return list;
    };
    const alone = await read({ threads: null }, async () => {});
    const source = { open: () => threads, leave: async () => {} };
    const shared = await read({ threads: source, pieceRows: 7 }, async () => await threads.begun!);
    expect(alone).toHaveLength(events.length);
    expect(shared).toEqual(alone);
    expect(threads.pieces).toBeGreaterThan(10);
  });

  test('are read here where threads never begin, and their end is an error where they had begun', async () => {
    const missing = new ThreadPool(1, new URL('./support/no-such-worker.mjs', import.meta.url));
    const alone = new CopyPool({
      ...{ contract: null, payloadHash, worthBytes: 1 },
      threads: { open: () => missing, leave: (pool) => pool.close() },
    });
    let rows = 0;
    await alone.read(batches(events, 100), ({ count }) => {
      rows += count;
    });
    await alone.close();
    expect(rows).toBe(events.length);

    const dying = new WatchedThreads(1, WORKER);
    const pool = new CopyPool({
      ...{ contract: null, payloadHash, worthBytes: 1, pieceRows: 20 },
      threads: { open: () => dying, leave: (each) => each.close() },
    });
    async function* ending(): AsyncGenerator<LayerColumns> {
      yield rawColumns(events);
      await dying.begun!;
      await dying.close();
      yield rawColumns(events);
    }
    await expect(pool.read(ending(), () => {})).rejects.toMatchObject({ code: 'WORKER_LOST' });
    await pool.close();
  });
});

test('a payload that is no UTF-8 is malformed, also where it would be JSON with other characters', async () => {
  const raw = [envelope({ json: '{"a":"?"}' }), envelope({ json: '{"a":"\ufffd"}' })];
  const columns = rawColumns(raw);
  columns.texts['json_payload']!.data[6] = 0xff;
  const pool = new CopyPool({ contract: null, payloadHash, threads: null });
  const malformed: number[] = [];
  await pool.read(
    (async function* () {
      yield columns;
    })(),
    (records) => malformed.push(...new Oracle(null).result(records, new ShareKeys()).malformed),
  );
  expect(malformed).toEqual([0]);
});

/** The bytes of each row. */
function rowsOf(records: Records): Uint8Array[] {
  const { parts } = records;
  return Array.from({ length: records.count }, (_, row) =>
    Uint8Array.from(records.bytes.subarray(records.start(row, 0), records.end(row, parts - 1))),
  );
}
