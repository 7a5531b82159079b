import { type CurateError, curate, type JobOptions, standardize } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { describe, expect, test } from 'vitest';
import { CONTRACT, World } from './support/world.js';

/** A catalog that nothing may be asked of. */
const untouched = new Proxy({} as Catalog, {
  get: (_, property) => {
    throw new Error(`the catalog was asked for ${String(property)}`);
  },
});

async function refusal(job: 'standardize' | 'curate', options: Partial<JobOptions>): Promise<CurateError> {
  const run = job === 'curate' ? curate : standardize;
  return await run(new World(untouched).job({ contract: CONTRACT, ...options })).then(
    () => expect.unreachable(),
    (error: CurateError) => error,
  );
}

describe('an option of a job that is outside its range is refused before anything is read', () => {
  test.each<[string, unknown, string]>([
    ['workers', -1, 'a whole number from 0 to 64'],
    ['workers', 1.5, 'a whole number from 0 to 64'],
    ['workers', Number.NaN, 'a whole number from 0 to 64'],
    ['workers', 65, 'a whole number from 0 to 64'],
    ['workers', Number.POSITIVE_INFINITY, 'a whole number from 0 to 64'],
    ['workers', '2', 'a whole number from 0 to 64'],
    ['workers', null, 'a whole number from 0 to 64'],
    ['maxRowsPerCommit', 0, 'a whole number from 1'],
    ['maxRowsPerCommit', Number.NaN, 'a whole number from 1'],
    ['maxRowsPerCommit', 10.5, 'a whole number from 1'],
    ['cacheBytes', -1, 'a whole number from 0'],
    ['cacheBytes', Number.NaN, 'a whole number from 0'],
    ['cacheBytes', '1GB', 'a whole number from 0'],
  ])('%s: %s', async (option, value, range) => {
    for (const job of ['standardize', 'curate'] as const) {
      const error = await refusal(job, { [option]: value });
      expect(error).toMatchObject({ code: 'OPTION_INVALID', context: { option, value } });
      expect(error.message.startsWith(`${option} is `)).toBe(true);
      expect(error.message.endsWith(`: give ${range}`)).toBe(true);
    }
  });

  test('limits may be none', async () => {
    const none = Number.POSITIVE_INFINITY;
    const report = await new World().standardize({ maxRowsPerCommit: none, cacheBytes: none, workers: 0 });
    expect(report.commits).toBe(0);
  });
});
