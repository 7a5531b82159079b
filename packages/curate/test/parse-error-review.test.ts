import type { TopicContract } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import { asIfUnparsed } from './support/as-if-unparsed.js';
import { CONTRACT, CURATED, crashAt, envelope, PARSE_ERRORS, STANDARDIZED, World } from './support/world.js';

const BY_PATH: TopicContract = { ...CONTRACT, key: '$.id' };

const MALFORMED = envelope({ message_id: 'malformed', json: '{"cut off' });

describe('parse errors that parse now', () => {
  test('become rows of Standardized, and stay accounted for', async () => {
    const world = new World();
    await world.receive([MALFORMED, envelope({ message_id: 'good' }), envelope({ message_id: 'mended' })]);
    await world.standardize();
    await asIfUnparsed(world, 'mended');
    expect((await world.reconcile()).differences).not.toEqual([]);
    expect(await world.standardize()).toMatchObject({ commits: 0, reviewed: 0 });
    const report = await world.standardize({ reviewErrors: true });
    expect(report).toMatchObject({ commits: 1, reviewed: 2, mended: 1, inserted: 1, parseErrors: 0 });
    expect((await world.rows(PARSE_ERRORS)).map((row) => row['message_id'])).toEqual(['malformed']);
    expect((await world.rows(STANDARDIZED)).map((row) => row['message_id']).sort()).toEqual([
      'good',
      'mended',
    ]);
    expect((await world.reconcile()).differences).toEqual([]);
    expect(await world.standardize({ reviewErrors: true })).toMatchObject({
      commits: 0,
      reviewed: 1,
      mended: 0,
    });
  });

  test('take their place among the versions of their key: as winners, and as losers', async () => {
    const world = new World();
    await world.receive([
      MALFORMED,
      envelope({ idempotency_key: 'a', message_id: 'a1', sent: 1 }),
      envelope({ idempotency_key: 'b', message_id: 'b1', sent: 1 }),
      envelope({ idempotency_key: 'b', message_id: 'b2', sent: 2 }),
    ]);
    await world.standardize();
    const before = (await world.rows(STANDARDIZED)).filter((row) => row['message_id'] === 'a1');
    await world.receive([envelope({ idempotency_key: 'a', message_id: 'a2', sent: 2 })]);
    await world.standardize();
    await asIfUnparsed(world, 'a2', before);
    await asIfUnparsed(world, 'b1');
    const report = await world.standardize({ reviewErrors: true });
    // The row of b2 is decided again, too, and written as it was.
    expect(report).toMatchObject({ reviewed: 3, mended: 2, updated: 2 });
    expect((await world.rows(STANDARDIZED)).map((row) => row['message_id']).sort()).toEqual(['a2', 'b2']);
    expect((await world.reconcile()).differences).toEqual([]);
  });

  test('are found by a key that only their payload tells, and reach Curated', async () => {
    const world = new World();
    const payload = { id: 'k', amount: 1 };
    await world.receive([MALFORMED, envelope({ message_id: 'mended', payload })]);
    await world.standardize({ contract: BY_PATH });
    await asIfUnparsed(world, 'mended');
    await world.standardize({ contract: BY_PATH, reviewErrors: true });
    expect(await world.rows(STANDARDIZED)).toMatchObject([{ _merge_key: 'k:k', message_id: 'mended' }]);
    await world.curate({ contract: BY_PATH });
    expect(await world.rows(CURATED)).toMatchObject([{ message_id: 'mended' }]);
    expect((await world.reconcile({ contract: BY_PATH })).differences).toEqual([]);
  });

  test.each([
    'standardized:before-commit',
    'standardized:after-commit',
    'parse-errors:before-commit',
    'parse-errors:after-commit',
  ] as const)(
    'are finished by the next run, asked or not, when their review is cut off at %s',
    async (point) => {
      const world = new World();
      await world.receive([MALFORMED, envelope({ message_id: 'mended' })]);
      await world.standardize();
      await asIfUnparsed(world, 'mended');
      await expect(world.standardize({ reviewErrors: true, ...crashAt(point) })).rejects.toThrow('crashed');
      const began = point !== 'standardized:before-commit';
      await world.standardize(began ? {} : { reviewErrors: true });
      expect(await world.rows(PARSE_ERRORS)).toMatchObject([{ message_id: 'malformed' }]);
      expect(await world.rows(STANDARDIZED)).toMatchObject([{ message_id: 'mended' }]);
      expect((await world.reconcile()).differences).toEqual([]);
      expect(await world.standardize()).toMatchObject({ commits: 0 });
    },
  );

  test('that still do not parse, and a topic without any, make no commit', async () => {
    const world = new World();
    expect(await world.standardize({ reviewErrors: true })).toMatchObject({ commits: 0, reviewed: 0 });
    await world.receive([MALFORMED]);
    await world.standardize();
    expect(await world.standardize({ reviewErrors: true })).toMatchObject({
      commits: 0,
      reviewed: 1,
      mended: 0,
    });
  });
});
