import { parseContract } from '@lean-ops/core/contract';
import { validateRows } from '@lean-ops/curate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uncompilable } from '../uncompilable.js';
import { draftContract } from './draft-contract.js';
import { draftText } from './draft-text.js';
import { profileMessages } from './row-profile.js';

async function* each(rows: readonly (object | string)[]): AsyncGenerator<string> {
  for (const row of rows) yield typeof row === 'string' ? row : JSON.stringify(row);
}

const OPTIONS = { topic: 'orders', owner: 'tests', maxDepth: 5 };
const draftOf = async (rows: readonly (object | string)[]) =>
  draftContract(await profileMessages(each(rows), { rows: 100_000, maxDepth: 5, topic: 'orders' }), OPTIONS);
const typeOf = async (...values: unknown[]) =>
  (await draftOf(values.map((v) => ({ v })))).contract.columns['v'];

describe('the type of a column is one that every value has', () => {
  it.each([
    [[true, false], { type: 'boolean' }],
    [[1, -5, null], { type: 'long' }],
    [['1', 2], { type: 'long' }],
    [[1, 2.5], { type: 'double' }],
    [[1.25, 2.5], { type: 'double' }],
    [['1.10', '2.20'], { type: 'decimal(18,2)' }],
    [['007', '12'], { type: 'string' }],
    [['98765432109876543210', '1'], { type: 'decimal(38,0)' }],
    [['2026-01-01', '2024-02-29'], { type: 'date' }],
    [['2026-01-01', '2026-02-30'], { type: 'string' }],
    [['2026-01-01T00:00:00Z', '2026-01-01T00:00:00+01:00'], { type: 'timestamptz' }],
    [['2026-01-01T00:00:00', '2026-01-01 00:00:01'], { type: 'timestamp' }],
    [['2026-01-01T00:00:00', '2026-01-01T00:00:00Z'], { type: 'string' }],
    [['123e4567-e89b-12d3-a456-426614174000'], { type: 'uuid' }],
    [[[1], []], { type: 'string' }],
    [['', 'a'], { type: 'string' }],
  ])('%j', async (values, column) => {
    expect(await typeOf(...values)).toEqual(column);
  });

  it('whole numbers are times only where their name says so', async () => {
    const times = [1_767_225_600_000, 1_767_225_700_000].map((at) => ({
      sentAt: at,
      amount: at,
      at_s: 1,
      event_ts: at / 1_000,
    }));
    expect((await draftOf(times)).contract.columns).toEqual({
      sentat: { type: 'timestamptz', epoch: 'millis', path: '$.sentAt' },
      amount: { type: 'long' },
      at_s: { type: 'long' },
      event_ts: { type: 'timestamptz', epoch: 'seconds' },
    });
  });
});

describe('what was seen', () => {
  const rows = Array.from({ length: 20 }, (_, id) => ({
    id: `o-${id}`,
    kind: id % 2 === 0 ? 'web' : 'shop',
    eMail: id % 2 === 0 ? 'me@example.org' : 'you@example.org',
    updatedAt: '2026-01-01T00:00:00Z',
    ...(id < 15 ? { note: `n ${id}` } : {}),
  }));

  it('stands beside the columns: null rates, few values, names that look personal, without their values', async () => {
    const { columnNotes, notes } = await draftOf([
      ...rows,
      'no json',
      { id: 'o-x', kind: null, updatedAt: '2026-01-01T00:00:00Z' },
    ]);
    expect(Object.fromEntries(columnNotes)).toEqual({
      id: 'never null: cde?; every value once',
      kind: 'null in 4.8 % of rows; enum? ["shop","web"]',
      email: 'null in 4.8 % of rows; looks personal: sensitive?',
      updatedat: 'never null: cde?',
      note: 'null in 28.6 % of rows',
    });
    expect(notes.join('\n')).toContain('1 message had no JSON object');
    expect(notes.join('\n')).toContain(
      'key: no row has an idempotency_key; columns with another value in every row: $.id.',
    );
    expect(notes.join('\n')).toContain('newest: $.updatedAt.');
    expect(JSON.stringify([...columnNotes, ...notes])).not.toContain('example.org');
  });

  it('names key and order that need not be said', async () => {
    const { notes } = await draftOf([
      { idempotencyKeyResource: 'a', last_updated_ts: '2026-01-01T00:00:00Z' },
    ]);
    expect(notes.join('\n')).toMatch(
      /every row has an idempotency_key[\s\S]*every row has \$\.last_updated_ts/,
    );
  });

  it('is written as a contract in either form', async () => {
    const draft = await draftOf(rows);
    const yaml = draftText(draft, 'yaml');
    expect(yaml).toContain('  kind: { type: string } # never null: cde?; enum? ["shop","web"]');
    expect(parseContract(yaml, { path: 'c.yaml' })).toEqual(draft.contract);
    expect(parseContract(draftText(draft, 'json'), { path: 'c.json' })).toEqual(draft.contract);
  });
});

it('every row that was seen passes the contract that is drafted of it', async () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('1', '2026-01-01', '1.5', '0x1', 1e21, -0, '\u0000', ' '),
  );
  const key = fc.oneof(
    fc.constantFrom('a', 'A', 'a_b', 'at', 'sentAt', '1st', 'é'),
    fc.string({ maxLength: 5 }),
  );
  const rows = fc.array(fc.dictionary(key, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(rows, async (payloads) => {
      const { contract } = await draftOf(payloads);
      if (Object.keys(contract.columns).length === 0) return;
      expect(parseContract(JSON.stringify(contract), { path: 'c.json' })).toEqual(contract);
      expect(uncompilable(contract)).toBeNull();
      expect(validateRows(contract, payloads as Record<string, unknown>[]).failures).toEqual([]);
    }),
    { numRuns: 100, seed: 5 },
  );
});
