import { expect, test } from 'vitest';
import { bytesHeld } from './support/bytes-held.js';
import { CONTRACT, CURATED, crashAt, ERRORS, envelope, World } from './support/world.js';

const MEBIBYTE = 1 << 20;
/** More than are held. */
const ROWS = 24;

/** Rows of a mebibyte each that all fail. */
async function failing(count = ROWS): Promise<World> {
  const world = new World();
  const text = 'x'.repeat(MEBIBYTE);
  await world.receive(
    Array.from({ length: count }, (_, index) =>
      envelope({ json: `{"amount":"none","n":${index},"text":"${text}"}` }),
    ),
  );
  await world.standardize({ contract: CONTRACT });
  return world;
}

test('rows that fail are written as they come, and not held until the last', async () => {
  const count = 64;
  const world = await failing(count);
  const before = await bytesHeld();
  let held = 0;
  const at = async (point: string): Promise<void> => {
    if (point === 'errors:before-commit') held = (await bytesHeld()) - before;
  };
  const report = await world.curate({ contract: CONTRACT, hooks: { at } });
  expect(report).toMatchObject({ failed: count, inserted: 0 });
  expect(held).toBeLessThan((count / 2) * MEBIBYTE);
  const errors = await world.rows(ERRORS);
  expect(new Set(errors.map((row) => row['_merge_key'])).size).toBe(count);
  expect(await world.rows(CURATED)).toEqual([]);
});

test.each(['errors:before-commit', 'errors:after-commit', 'curated:before-commit'] as const)(
  'a run that is cut off at %s leaves them once',
  async (point) => {
    const world = await failing();
    await expect(world.curate({ contract: CONTRACT, ...crashAt(point) })).rejects.toThrow('crashed');
    await world.curate({ contract: CONTRACT });
    expect(await world.rows(ERRORS)).toHaveLength(ROWS);
  },
);

test('a review that fails before Curated is committed changes neither table', async () => {
  const world = await failing();
  await world.curate({ contract: CONTRACT });
  const stricter = {
    ...CONTRACT,
    version: '2.0.0',
    columns: { ...CONTRACT.columns, n: { type: 'date' } },
  } as const;
  await expect(world.curate({ contract: stricter, ...crashAt('curated:before-commit') })).rejects.toThrow(
    'crashed',
  );
  const [first] = await world.rows(ERRORS);
  expect(first).toMatchObject({ _schema_version: CONTRACT.version });
  await world.curate({ contract: stricter });
  const errors = await world.rows(ERRORS);
  expect(errors).toHaveLength(ROWS);
  expect(errors[0]).toMatchObject({ _schema_version: '2.0.0' });
});
