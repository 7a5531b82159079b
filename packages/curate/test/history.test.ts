import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { columnRenames, lintContract } from '@lean-ops/core/contract';
import { askHistory } from '@lean-ops/curate';
import { describe, expect, test } from 'vitest';
import { envelope, TOPIC, World } from './support/world.js';

const contractOf = (columns: Readonly<Record<string, ContractColumn>>, version = '1.0.0'): TopicContract => ({
  topic: TOPIC,
  version,
  owner: 'tests',
  columns,
});

async function worldOf(
  columns: Readonly<Record<string, ContractColumn>>,
  payloads: readonly object[],
): Promise<World> {
  const world = new World();
  const contract = contractOf(columns);
  await world.receive(payloads.map((payload, index) => envelope({ payload, message_id: `m-${index}` })));
  await world.standardize({ contract });
  await world.curate({ contract });
  return world;
}

/** What the linter says of a change once the rows were asked. */
async function judged(
  world: World,
  before: Readonly<Record<string, ContractColumn>>,
  after: Readonly<Record<string, ContractColumn>>,
) {
  const [base, head] = [contractOf(before), contractOf(after, '1.1.0')];
  const { questions } = lintContract(base, head);
  const renamed = columnRenames(base, head);
  const history = await askHistory({ catalog: world.catalog, base, head, renamed, questions });
  return lintContract(base, head, { history });
}

const text: ContractColumn = { type: 'string' };

describe('the rows that are there are asked', () => {
  const payloads = [
    { kind: 'a', amount: 5, at: '2026-01-01T00:00:00Z', code: 'AB' },
    { kind: 'b', amount: 50.25, at: '2026-02-01T00:00:00Z', code: 'cd' },
    { kind: 'c', amount: 7, at: '2026-03-01T00:00:00Z', code: 'EF' },
    { amount: 1 },
  ];
  const columns: Readonly<Record<string, ContractColumn>> = {
    kind: text,
    amount: { type: 'decimal(10,2)' },
    at: { type: 'timestamptz' },
    code: text,
  };
  type Case = readonly [string, string, ContractColumn, object];
  const cases: readonly Case[] = [
    [
      'an enum that all rows pass',
      'kind',
      { type: 'string', enum: ['a', 'b', 'c'] },
      { rows: 4, failing: 0, samples: [] },
    ],
    [
      'an enum that some do not pass',
      'kind',
      { type: 'string', enum: ['a'] },
      { rows: 4, failing: 2, samples: ['b', 'c'] },
    ],
    [
      'an enum under which a rebuild would write null',
      'kind',
      { type: 'string', enum: ['a'], onUnknown: 'null' },
      { failing: 2, note: 'a rebuild from RAW would pass all 4 rows of Standardized' },
    ],
    ['a range that all pass', 'amount', { type: 'decimal(10,2)', min: 1, max: '50.25' }, { failing: 0 }],
    [
      'a range that one does not pass',
      'amount',
      { type: 'decimal(10,2)', max: '50.24' },
      { failing: 1, samples: ['50.25'] },
    ],
    [
      'a range of instants',
      'at',
      { type: 'timestamptz', min: '2026-01-15T00:00:00Z' },
      { failing: 1, samples: ['2026-01-01T00:00:00.000000Z'] },
    ],
    ['a pattern', 'code', { type: 'string', pattern: '[A-Z]+' }, { failing: 1, samples: ['cd'] }],
    [
      'a critical column that one row lacks',
      'kind',
      { type: 'string', cde: true },
      { failing: 1, samples: ['message m-3'] },
    ],
    ['a critical column that no row lacks', 'amount', { type: 'decimal(10,2)', cde: true }, { failing: 0 }],
    [
      'a default, which changes no row that is there',
      'kind',
      { type: 'string', cde: true, default: 'a' },
      { failing: 1, note: 'a rebuild from RAW would pass all 4 rows of Standardized' },
    ],
  ];

  test.each(cases)('%s', async (_what, name, column, answer) => {
    const world = await worldOf(columns, payloads);
    const { findings, operation } = await judged(world, columns, { ...columns, [name]: column });
    const [finding] = findings.filter(({ history }) => history !== null);
    expect(finding?.history).toMatchObject(answer);
    expect(finding?.severity).toBe('failing' in answer && answer.failing === 0 ? 'warning' : 'breaking');
    expect(operation).toBe('failing' in answer && answer.failing === 0 ? 'SCHEMA_EVOLVE' : 'NUCLEAR_RESET');
  });

  test('a column under its old name', async () => {
    const world = await worldOf(columns, payloads);
    const { kind: _kind, ...rest } = columns;
    const { findings } = await judged(world, columns, {
      ...rest,
      sort: { type: 'string', path: '$.kind', enum: ['a', 'b'] },
    });
    expect(findings.find(({ rule }) => rule === 'ENUM_NARROWED')?.history).toMatchObject({
      rows: 4,
      failing: 1,
      samples: ['c'],
    });
  });

  test('a column that is new: Curated has nothing for it, whatever Standardized has', async () => {
    const { kind: _kind, ...before } = columns;
    const world = await worldOf(before, payloads);
    const { findings, verdict } = await judged(world, before, {
      ...before,
      kind: { type: 'string', cde: true },
    });
    expect(verdict).toBe('breaking');
    expect(findings[0]?.history).toMatchObject({
      rows: 4,
      failing: 4,
      note: 'a rebuild from RAW would make errors of 1 of 4 rows of Standardized',
    });
  });

  test('tables without rows, and tables that are not there, are in nobody’s way', async () => {
    const after = { ...columns, kind: { type: 'string', cde: true } } as const;
    for (const world of [await worldOf(columns, []), new World()]) {
      const { findings, verdict } = await judged(world, columns, after);
      expect(findings[0]?.history).toEqual({ rows: 0, failing: 0, samples: [] });
      expect(verdict).toBe('pass');
    }
  });

  test('rows that failed before are none of those that are there', async () => {
    const before: Readonly<Record<string, ContractColumn>> = {
      ssn: { type: 'string', path: '$.ssn', enum: ['1', '2'], sensitive: 'redact' },
    };
    const world = await worldOf(before, [{ ssn: '1' }, { ssn: '2' }, { ssn: '9' }]);
    const { findings } = await judged(world, before, {
      ssn: { type: 'string', path: '$.ssn', enum: ['1'], sensitive: 'redact' },
    });
    // `9` is among the errors already; `2` is masked in Curated, and asked of Standardized.
    expect(findings[0]?.history).toEqual({ rows: 3, failing: 1, samples: [] });
  });
});

describe('what is masked is never shown', () => {
  const SECRET = ['SECRET-1', 'SECRET-2'];
  const payloads = SECRET.map((ssn) => ({ ssn }));

  test.each<[string, ContractColumn, ContractColumn]>([
    [
      'before and after',
      { type: 'string', sensitive: 'last4' },
      { type: 'string', sensitive: 'last4', pattern: 'x+' },
    ],
    ['before', { type: 'string', sensitive: 'redact' }, { type: 'string', enum: ['x'] }],
    ['after', text, { type: 'string', sensitive: 'hash', enum: ['x'] }],
    ['dropped', { type: 'string', sensitive: 'drop' }, { type: 'string', sensitive: 'drop', enum: ['x'] }],
  ])('%s', async (_when, before, after) => {
    const world = await worldOf({ ssn: before }, payloads);
    const result = await judged(world, { ssn: before }, { ssn: after });
    const asked = result.findings.filter(({ history }) => history !== null);
    expect(asked).not.toHaveLength(0);
    for (const { history } of asked) expect(history).toMatchObject({ rows: 2, failing: 2, samples: [] });
    expect(JSON.stringify(result)).not.toMatch(/SECRET/);
  });

  test('message ids that a contract hides', async () => {
    const columns: Readonly<Record<string, ContractColumn>> = {
      id: { type: 'string', path: 'message_id', sensitive: 'hash' },
      x: text,
    };
    const world = await worldOf(columns, [{ y: 1 }]);
    const result = await judged(world, columns, { ...columns, x: { type: 'string', cde: true } });
    expect(result.findings[0]?.history).toMatchObject({ failing: 1, samples: [] });
  });
});
