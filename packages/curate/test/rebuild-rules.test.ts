import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { lintContract, RULES, type RuleId } from '@lean-ops/core/contract';
import { expect, test } from 'vitest';
import { contents, fromScratch, RebuildWorld } from './support/rebuild-world.js';
import { envelope, TOPIC } from './support/world.js';

const COLUMNS = {
  s: { type: 'string' },
  n: { type: 'int' },
  tag: { type: 'string', enum: ['x', 'y', 'z'], onUnknown: 'null' },
  at: { type: 'timestamptz', assumeUtc: true },
  mail: { type: 'string', sensitive: 'hash' },
} as const satisfies Record<string, ContractColumn>;
const BEFORE: TopicContract = { topic: TOPIC, version: '1.0.0', owner: 'tests', columns: COLUMNS };

const columns = (changed: Record<string, ContractColumn>): Partial<TopicContract> => ({
  columns: { ...COLUMNS, ...changed },
});
const { n: _n, ...WITHOUT_N } = COLUMNS;

/** A change of each kind that cannot be had by changing tables. */
const CASES: readonly (readonly [rule: RuleId, change: Partial<TopicContract>])[] = [
  ['COLUMN_ADDED_CDE', columns({ maybe: { type: 'string', cde: true } })],
  ['COLUMN_REMOVED', { columns: WITHOUT_N }],
  ['PATH_CHANGED', columns({ s: { type: 'string', path: '$.deep.s' } })],
  ['TYPE_CHANGED', columns({ n: { type: 'string' } })],
  ['CAST_CHANGED', columns({ at: { type: 'timestamptz' } })],
  ['CDE_ADDED', columns({ n: { type: 'int', cde: true } })],
  ['ENUM_NARROWED', columns({ tag: { type: 'string', enum: ['x'], onUnknown: 'null' } })],
  ['UNKNOWN_REFUSED', columns({ tag: { type: 'string', enum: ['x', 'y', 'z'], onUnknown: 'error' } })],
  ['RANGE_NARROWED', columns({ n: { type: 'int', min: 3 } })],
  ['PATTERN_CHANGED', columns({ s: { type: 'string', pattern: '^s[12]$' } })],
  ['SENSITIVITY_LOOSENED', columns({ mail: { type: 'string', sensitive: 'last4' } })],
  ['SENSITIVITY_RETYPED', columns({ n: { type: 'int', sensitive: 'redact' } })],
  ['KEY_CHANGED', { key: '$.s' }],
  ['ORDER_CHANGED', { orderBy: ['$.n'] }],
  ['ENVELOPE_CHANGED', { envelope: 'wrapped' }],
  ['FLATTEN_CHANGED', { flatten: { maxDepth: 1 } }],
  ['PARTITION_CHANGED', { partitionBy: ['topic_name'] }],
];

/** Copies, corrections, values that are missing or that no column takes. */
const HISTORY = [0, 1].map((commit) =>
  Array.from({ length: 9 }, (_, row) => {
    const seen = commit * 5 + row;
    const payload = {
      s: `s${seen % 4}`,
      tag: ['x', 'y', 'z', 'other'][seen % 4],
      at: seen % 2 === 0 ? '2026-01-02T03:04:05' : '2026-01-02T03:04:05+01:00',
      mail: `someone${seen % 3}@example.org`,
      deep: { s: `d${seen % 3}`, deeper: { still: seen } },
      ...(seen % 5 === 0 ? {} : { n: seen % 7 === 0 ? 'many' : seen }),
      ...(seen % 3 === 0 ? {} : { maybe: 'here' }),
    };
    return envelope({
      idempotency_key: `k${seen % 6}`,
      sent: 1_000 + ((seen * 7) % 11),
      received: 2_000 + seen,
      payload,
    });
  }),
);

test('there is a change of every kind that breaks', () => {
  const breaking = Object.entries(RULES).flatMap(([rule, { severity }]) =>
    severity === 'breaking' ? [rule] : [],
  );
  expect(CASES.map(([rule]) => rule).sort()).toEqual(breaking.sort());
});

test.each(CASES)(
  'after %s a rebuild ends in the rows that building from scratch gives',
  async (rule, change) => {
    const after: TopicContract = { ...BEFORE, ...change, version: '2.0.0' };
    expect(lintContract(BEFORE, after).findings.map((finding) => finding.rule)).toContain(rule);
    const world = new RebuildWorld();
    for (const batch of HISTORY) {
      await world.receive(batch);
      await world.round(BEFORE);
    }
    const before = await contents(world);
    await world.rebuild({ contract: after });
    const found = await contents(world);
    expect(found).toEqual(await fromScratch(world.received, after));
    expect(found).not.toEqual(before);
    expect(await world.reconcile({ contract: after })).toMatchObject({ differences: [] });
  },
);
