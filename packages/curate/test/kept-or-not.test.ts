import type { Envelope, TopicContract } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import { CONTRACT, envelope, STANDARDIZED, World } from './support/world.js';

interface Outcome {
  /** Columns that the payloads made, in their order. */
  readonly columns: readonly string[];
  readonly drift: readonly string[];
  /** Values of those columns, by merge key. */
  readonly rows: ReadonlyMap<unknown, readonly unknown[]>;
}

/** What a run makes of some rows, and what the log says of it. */
async function outcome(
  rows: readonly Envelope[],
  cacheBytes: number,
  contract: TopicContract | null = null,
): Promise<Outcome> {
  const world = new World();
  await world.receive(rows);
  await world.standardize({ cacheBytes, contract });
  const table = await world.catalog.loadTable(STANDARDIZED);
  const all = table.schema().fields.map(({ name }) => name);
  const columns = all.slice(all.indexOf('_source_snapshot_id') + 1);
  const drift = (await world.state.outbox.peek('drift_log', 100)).map(({ row }) =>
    ['kind', 'column_name', 'path', 'count'].map((field) => String(row[field])).join(' '),
  );
  const written = (await world.rows(STANDARDIZED)).map(
    (row) => [row['_merge_key'], columns.map((name) => row[name])] as const,
  );
  return { columns, drift: drift.sort(), rows: new Map(written) };
}

const ALL = 1 << 30;
/** Thirty-two of these are a batch. */
const TEXT = 'x'.repeat(1 << 20);

const distinct = (payloads: readonly string[]): Envelope[] =>
  payloads.map((json) => envelope({ message_id: json, idempotency_key: json, json }));

/** Each payload in its turn corrects the one before it of the same key. */
const corrections = (payloads: readonly (readonly [key: string, json: string])[]): Envelope[] =>
  payloads.map(([key, json], index) =>
    envelope({ message_id: `m${index}`, idempotency_key: key, sent: 1000 + index, json }),
  );

test.each([
  ['a value after an object', ['{"a":{"b":1},"a":2}']],
  ['an object after a value', ['{"a":2,"a":{"b":1}}']],
  ['nulls twice', ['{"a":null,"a":null}', '{"a":1,"a":null}']],
  ['a null after an object', ['{"a":{"b":null},"a":null}', '{"a":null,"a":{"b":null}}']],
  ['a key that comes again behind another', ['{"a":1,"b":2,"a":3}']],
  ['an object that comes again with less', ['{"o":{"x":1,"y":2},"z":0,"o":{"y":3}}']],
  ['names that collide, of which the first is taken back', ['{"a_b":1,"a":{"b":2},"a_b":3}']],
  ['keys in another order in each row', ['{"a":1}', '{"c":1,"b":2,"a":3}', '{"b":1,"d":1,"c":3,"a":2}']],
])('%s makes the same columns and drift whether values are kept or read again', async (_, payloads) => {
  const rows = distinct(payloads);
  expect(await outcome(rows, 0)).toEqual(await outcome(rows, ALL));
});

describe('columns come in the order of the rows that are written, whatever other rows show', () => {
  test.each([
    [
      'a row that is corrected',
      [
        ['k', '{"b":1,"a":1}'],
        ['k', '{"a":2,"b":2}'],
      ],
      ['a', 'b'],
    ],
    [
      'names that collide',
      [
        ['k', '{"a_b":1,"a":{"b":2}}'],
        ['k', '{"a":{"b":2},"a_b":1}'],
      ],
      ['a_b', /^a_b_[0-9a-f]{6}$/],
    ],
    [
      'nulls',
      [
        ['k', '{"b":null,"a":null,"c":{"d":null}}'],
        ['k', '{"c":{"d":null},"a":null,"b":null}'],
      ],
      ['c_d', 'a', 'b'],
    ],
    [
      'escaped texts and a key that comes twice',
      [
        ['k', '{"d":"\\n","c":"\\t","b":1,"a":[]}'],
        ['k', '{"b":0,"c":"\\n","d":"x","a":[],"b":"\\n"}'],
      ],
      ['c', 'd', 'a', 'b'],
    ],
    [
      'a row between that is no object',
      [
        ['k', '{"b":1,"a":1}'],
        ['l', '{"c":1,"b":2,"a":3}!'],
        ['k', '{"a":2,"b":2}'],
      ],
      ['a', 'b'],
    ],
  ] as const)('%s', async (_, payloads, expected) => {
    const rows = corrections(payloads);
    const kept = await outcome(rows, ALL);
    expect(await outcome(rows, 0)).toEqual(kept);
    expect(kept.columns).toEqual(
      expected.map((name) => (typeof name === 'string' ? name : expect.stringMatching(name))),
    );
  });

  test('of which the table has some already', async () => {
    const columns = async (cacheBytes: number): Promise<string[]> => {
      const world = new World();
      await world.receive(distinct(['{"b":1,"a":1}']));
      await world.standardize({ cacheBytes });
      await world.receive(
        corrections([
          ['k', '{"d":1,"a":1,"c":1}'],
          ['k', '{"c":1,"b":1,"d":1,"a":1}'],
        ]),
      );
      await world.standardize({ cacheBytes });
      const table = await world.catalog.loadTable(STANDARDIZED);
      return table
        .schema()
        .fields.map(({ name }) => name)
        .slice(-4);
    };
    expect(await columns(0)).toEqual(['b', 'a', 'c', 'd']);
    expect(await columns(ALL)).toEqual(['b', 'a', 'c', 'd']);
  });
});

test('a table parted by columns of the envelope and of the payload has each row in its partition', async () => {
  const contract: TopicContract = {
    ...CONTRACT,
    columns: { ...CONTRACT.columns, account: { type: 'string' }, kind: { type: 'string' } },
    partitionBy: ['period_reference', 'bucket(4, account)', 'kind'],
  };
  const rows = Array.from({ length: 60 }, (_, index) =>
    envelope({
      message_id: `m${index}`,
      idempotency_key: `k${index}`,
      period_reference: index % 7 === 0 ? null : `2026-0${1 + (index % 3)}`,
      json: `{"account":"a${index % 9}"${index % 4 === 0 ? '' : `,"kind":"${index % 2}"`}}`,
    }),
  );
  const parted = async (cacheBytes: number): Promise<unknown> => {
    const world = new World();
    await world.receive(rows);
    await world.standardize({ cacheBytes, contract });
    const table = await world.catalog.loadTable(STANDARDIZED);
    const files = [];
    for (const task of await table.scan().planFiles())
      files.push([JSON.stringify(task.dataFile.file.partition), Number(task.dataFile.file.recordCount)]);
    return files.sort();
  };
  const kept = (await parted(ALL)) as unknown[];
  expect(kept.length).toBeGreaterThan(20);
  expect(await parted(0)).toEqual(kept);
});

describe('where some of a run is kept and some read again', () => {
  // Two batches, of which the second alone fits some allowances.
  const many = Array.from({ length: 34 }, (_, index) =>
    envelope({
      message_id: `m${index}`,
      idempotency_key: `k${index}`,
      json: `{"n":"${TEXT}"}`,
    }),
  );
  const allowances = [0, 1 << 20, ALL];

  test('columns have the order, and those that collide the names, of the rows', async () => {
    const rows = [...many.slice(1), ...distinct(['{"B":1}', '{"b":2,"c":3}'])];
    rows[10] = { ...rows[10]!, json_payload: '{"d":1,"n":0,"b":1}' };
    const [again, some, kept] = await Promise.all(allowances.map((bytes) => outcome(rows, bytes)));
    expect(kept!.columns).toEqual(['n', 'd', 'b', expect.stringMatching(/^b_[0-9a-f]{6}$/), 'c']);
    expect(some).toEqual(kept);
    expect(again).toEqual(kept);
  });

  test('the same paths overflow', async () => {
    const contract = { ...CONTRACT, columns: {}, flatten: { maxColumns: 2 } };
    const rows = [...many.slice(1), ...distinct(['{"x":1}', '{"n":0,"y":2}'])];
    rows[10] = { ...rows[10]!, json_payload: '{"n":0,"z":1}' };
    const [some, kept] = [await outcome(rows, 1 << 20, contract), await outcome(rows, ALL, contract)];
    expect(kept.columns).toContain('z');
    expect(kept.columns).not.toContain('x');
    expect(some).toEqual(kept);
  });

  test('the same keys are too long for a column', async () => {
    const long = 'k'.repeat(1_025);
    const rows = [...many.slice(1), ...distinct([`{"x":{"${long}":1}}`, `{"${long.slice(1)}":2}`])];
    const [again, some, kept] = await Promise.all(allowances.map((bytes) => outcome(rows, bytes)));
    expect(kept!.columns).toEqual(['n', expect.stringMatching(/^k+_[0-9a-f]{6}$/), '_overflow']);
    expect(some).toEqual(kept);
    expect(again).toEqual(kept);
  });
});

test('a governed column takes the last place for which another one was seen first', async () => {
  const contract: TopicContract = {
    ...CONTRACT,
    columns: { g: { type: 'string' }, h: { type: 'string' } },
    flatten: { maxColumns: 3 },
  };
  // `x` is seen before `g` and `h`, in a row that is not written, and written behind them.
  const rows = corrections([
    ['k', '{"x":0}'],
    ['k', '{"a":1,"b":2}'],
    ['l', '{"g":1}'],
    ['m', '{"h":1}'],
    ['n', '{"x":1}'],
  ]);
  const kept = await outcome(rows, ALL, contract);
  expect(await outcome(rows, 0, contract)).toEqual(kept);
});
