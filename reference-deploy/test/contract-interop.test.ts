import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { RULES, type RuleId } from '@lean-ops/core/contract';
import type { Table } from '@lean-ops/iceberg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ForeignTable, readWith } from '../../packages/iceberg/test/interop/python-readers.js';
import { canonicalRows, sortRows } from '../../packages/iceberg/test/support/canonical-rows.js';
import { ensurePythonPeers } from '../../scripts/peers/python.js';
import { suiteWhere } from '../../test/support/suite-where.js';
import { EmbeddedPlatform } from '../local/index.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = Date.UTC(2026, 0, 15, 8);
const { peers, missing } = await ensurePythonPeers();

type Columns = Record<string, ContractColumn>;

/** A compatible change of a topic with history: what came before and after it, and what must stand in Curated then. */
interface Case {
  readonly rule: RuleId;
  readonly before: Columns;
  readonly after: Columns;
  readonly owner?: string;
  readonly payloads: readonly [before: object, after: object];
  readonly rows: readonly [before: object, after: object];
}

const TEXT: ContractColumn = { type: 'string' };
const CASES: readonly Case[] = [
  {
    rule: 'COLUMN_ADDED',
    before: { a: TEXT },
    after: { a: TEXT, b: { type: 'timestamptz' } },
    payloads: [
      { a: 'x', b: '2026-01-01T00:00:00Z' },
      { a: 'y', b: '2026-01-02T00:00:00Z' },
    ],
    rows: [
      { a: 'x', b: null },
      { a: 'y', b: expect.stringMatching(/^2026-01-02T00:00:00/) },
    ],
  },
  {
    rule: 'COLUMN_RENAMED',
    before: { a: { type: 'decimal(9,3)', path: '$.v' } },
    after: { value: { type: 'decimal(9,3)', path: '$.v' } },
    payloads: [{ v: 1.5 }, { v: 2.25 }],
    rows: [{ value: '1.500' }, { value: '2.250' }],
  },
  {
    rule: 'PATH_ADDED',
    before: { a: TEXT },
    after: { a: { type: 'string', aliases: ['$.other'] } },
    payloads: [{ a: 'x' }, { other: 'y' }],
    rows: [{ a: 'x' }, { a: 'y' }],
  },
  {
    rule: 'TYPE_WIDENED',
    before: { i: { type: 'int' }, f: { type: 'float' }, d: { type: 'decimal(5,2)' } },
    after: { i: { type: 'long' }, f: { type: 'double' }, d: { type: 'decimal(20,2)' } },
    payloads: [
      { i: -7, f: 0.5, d: 123.45 },
      { i: 9_007_199_254_740_991, f: 0.1, d: 123_456_789.01 },
    ],
    rows: [
      { i: -7n, f: 0.5, d: '123.45' },
      { i: 9_007_199_254_740_991n, f: 0.1, d: '123456789.01' },
    ],
  },
  {
    rule: 'COLUMN_RENAMED',
    before: { i: { type: 'int', path: '$.n' } },
    after: { count: { type: 'long', path: '$.n' }, note: TEXT },
    payloads: [{ n: 1 }, { n: 5_000_000_000, note: 'new' }],
    rows: [
      { count: 1n, note: null },
      { count: 5_000_000_000n, note: 'new' },
    ],
  },
  {
    rule: 'CAST_LOOSENED',
    before: { t: { type: 'timestamptz' } },
    after: { t: { type: 'timestamptz', assumeUtc: true } },
    payloads: [{ t: '2026-01-01T00:00:00Z' }, { t: '2026-01-01T00:00:00' }],
    rows: [
      { t: expect.stringMatching(/^2026-01-01T00:00:00/) },
      { t: expect.stringMatching(/^2026-01-01T00:00:00/) },
    ],
  },
  {
    rule: 'CDE_REMOVED',
    before: { a: { type: 'string', cde: true } },
    after: { a: TEXT },
    payloads: [{ a: 'x' }, { z: 1 }],
    rows: [{ a: 'x' }, { a: null }],
  },
  {
    rule: 'ENUM_WIDENED',
    before: { a: { type: 'string', enum: ['x'] } },
    after: { a: { type: 'string', enum: ['x', 'y'] } },
    payloads: [{ a: 'x' }, { a: 'y' }],
    rows: [{ a: 'x' }, { a: 'y' }],
  },
  {
    rule: 'UNKNOWN_AS_NULL',
    before: { a: { type: 'string', enum: ['x'] } },
    after: { a: { type: 'string', enum: ['x'], onUnknown: 'null' } },
    payloads: [{ a: 'x' }, { a: 'y' }],
    rows: [{ a: 'x' }, { a: null }],
  },
  {
    rule: 'RANGE_WIDENED',
    before: { a: { type: 'int', min: 0, max: 9 } },
    after: { a: { type: 'int', min: -5 } },
    payloads: [{ a: 9 }, { a: -5 }],
    rows: [{ a: 9 }, { a: -5 }],
  },
  {
    rule: 'PATTERN_REMOVED',
    before: { a: { type: 'string', pattern: '[a-z]+' } },
    after: { a: TEXT },
    payloads: [{ a: 'x' }, { a: '17' }],
    rows: [{ a: 'x' }, { a: '17' }],
  },
  {
    rule: 'SENSITIVITY_TIGHTENED',
    before: { a: { type: 'string', sensitive: 'last4' } },
    after: { a: { type: 'string', sensitive: 'redact' } },
    payloads: [{ a: '123456789' }, { a: '987654321' }],
    rows: [{ a: expect.stringMatching(/6789$/) }, { a: expect.not.stringContaining('4321') }],
  },
  {
    rule: 'DEFAULT_CHANGED',
    before: { a: { type: 'int', default: 1 } },
    after: { a: { type: 'int', default: 2 } },
    payloads: [{ z: 1 }, { z: 1 }],
    rows: [{ a: 1 }, { a: 2 }],
  },
  {
    rule: 'PATH_PREFERRED',
    before: { a: { type: 'string', path: '$.old' } },
    after: { a: { type: 'string', path: '$.new', aliases: ['$.old'] } },
    payloads: [
      { old: 'x', new: 'y' },
      { old: 'x', new: 'y' },
    ],
    rows: [{ a: 'x' }, { a: 'y' }],
  },
  {
    rule: 'NULLED_ALLOWED',
    before: { a: { type: 'string', enum: ['x'], onUnknown: 'null' } },
    after: { a: { type: 'string', enum: ['x', 'y'], onUnknown: 'null' } },
    payloads: [{ a: 'y' }, { a: 'y' }],
    rows: [{ a: null }, { a: 'y' }],
  },
  {
    rule: 'ROUTING_CHANGED',
    before: { a: TEXT },
    after: { a: TEXT },
    owner: 'others',
    payloads: [{ a: 'x' }, { a: 'y' }],
    rows: [{ a: 'x' }, { a: 'y' }],
  },
];

const topicOf = (index: number): string => `topic_${index}`;
const contractOf = (index: number, version: string, columns: Columns, owner = 'tests'): TopicContract => ({
  topic: topicOf(index),
  version,
  owner,
  columns,
});

test('every rule under which tables stay has a case', () => {
  const staying = Object.entries(RULES).flatMap(([rule, { severity }]) =>
    // Of the two about declared resets no change of a contract is the cause.
    (severity === 'compatible' || severity === 'warning') && !rule.startsWith('RESET_') ? [rule] : [],
  );
  expect([...new Set(CASES.map(({ rule }) => rule as string))].sort()).toEqual(staying.sort());
});

suiteWhere(missing, 'a compatible deploy on a table with history', () => {
  const warehouse = new TemporaryWarehouse();
  const tables: Table[] = [];
  const rules: string[][] = [];
  let pyiceberg: ForeignTable[];
  let duckdb: ForeignTable[];

  beforeAll(async () => {
    const platform = await EmbeddedPlatform.open({ warehouse: warehouse.path });
    try {
      for (const round of [0, 1] as const) {
        for (const [index, { before, after, owner, payloads }] of CASES.entries()) {
          const version = `1.${round}.0`;
          const contract =
            round === 0 ? contractOf(index, version, before) : contractOf(index, version, after, owner);
          const { outcome, plan } = await platform.deploy({ contract, deployedBy: 'tests' });
          expect(outcome).toBe('deployed');
          if (round === 1) rules.push(plan.findings.map(({ rule }) => rule));
          const body = JSON.stringify({ idempotency_key: `key-${round}`, ...payloads[round] });
          const sqsMessageId = `${index}-${round}`;
          await platform.send([{ queueTopic: topicOf(index), body, sqsMessageId, sentTimestampMs: NOW }]);
        }
        await platform.pump();
        const { topics } = await platform.orchestrate();
        expect(topics.filter(({ error }) => error !== null)).toEqual([]);
      }
      for (const index of CASES.keys())
        tables.push(await platform.catalog.loadTable({ namespace: 'curated', name: topicOf(index) }));
      const files = tables.map(({ metadataLocation }) => metadataLocation);
      [pyiceberg, duckdb] = [
        await readWith(peers!, 'pyiceberg', files),
        await readWith(peers!, 'duckdb', files),
      ];
    } finally {
      await platform.close();
    }
  });

  afterAll(() => warehouse.remove());

  test.each(CASES.map(({ rule }, index) => [rule, index] as const))(
    '(%s, %i) is read right by our reader, PyIceberg and DuckDB: old rows and new ones',
    async (rule, index) => {
      expect(rules[index]).toContain(rule);
      const table = tables[index]!;
      const rows: Record<string, unknown>[] = [];
      for await (const row of table.scan().rows()) rows.push(row);
      rows.sort((left, right) => (String(left['_merge_key']) < String(right['_merge_key']) ? -1 : 1));
      expect(rows).toMatchObject(CASES[index]!.rows);
      const ours = await canonicalRows(table);
      expect(sortRows(pyiceberg[index]!.rows)).toEqual(ours);
      expect(sortRows(duckdb[index]!.rows)).toEqual(ours);
      const fields = table.schema().fields.map(({ id, name }) => [id, name]);
      expect(pyiceberg[index]!.columns.map(({ id, name }) => [id, name])).toEqual(fields);
    },
  );
});
