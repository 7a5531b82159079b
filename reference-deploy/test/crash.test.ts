import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../local/crash-points.js';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { runChild } from './support/run-child.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

/**
 * A process is killed at every point where it has something half done; another one takes over. Both run the real
 * build, the clock stands still, and the tables must end as if nothing had happened.
 */
describe('a process that is killed', () => {
  const warehouse = new TemporaryWarehouse();
  let undisturbed: Dump;
  let points: readonly string[];

  beforeAll(async () => {
    await withPlatform(warehouse.path, ROUND_MS[0], async (platform) => {
      await registerTopics(platform);
      await platform.send(messagesOf(0));
      await platform.pump();
      await platform.orchestrate();
    });
    await withPlatform(warehouse.path, ROUND_MS[1], (platform) => platform.send(messagesOf(1)));
    warehouse.save();
    const { report, stderr } = await runChild({ warehouse: warehouse.path, nowMs: ROUND_MS[1] });
    expect(stderr).toBe('');
    expect(report?.outcomes.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    points = report?.points ?? [];
    undisturbed = await check();
  });

  afterAll(() => warehouse.remove());

  /** The tables as they are, everything accounted for. */
  const check = (): Promise<Dump> =>
    withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      for (const { topic, balanced, differences } of await platform.reconcile()) {
        expect(differences, topic).toEqual([]);
        expect(balanced, topic).toBe(true);
      }
      return await dumpTables(platform, TOPICS);
    });

  const crashAndRecover = async (point: string, occurrence: number): Promise<void> => {
    warehouse.restore();
    const crashed = await runChild({
      warehouse: warehouse.path,
      nowMs: ROUND_MS[1],
      crashAt: { point, occurrence },
    });
    expect(crashed.signal, crashed.stderr).toBe('SIGKILL');
    const after = await runChild({ warehouse: warehouse.path, nowMs: ROUND_MS[1] });
    expect(
      after.report?.outcomes.map(({ outcome }) => outcome),
      after.stderr,
    ).toEqual(['succeeded', 'succeeded']);
    expect(await check()).toEqual(undisturbed);
  };

  it('passes, when nothing happens, every point that ingestion has without dead letters', () => {
    const expected = CRASH_POINTS.filter((point) => point !== 'dead-letter:archived');
    expect(expected.filter((point) => !points.includes(point))).toEqual([]);
  });

  it('passes a point before and after each commit of Standardized, Curated and both side tables', () => {
    const tables = [
      'raw.meter_readings_staging',
      'standardized.meter_readings',
      'standardized.meter_readings_parse_errors',
      'curated.meter_readings',
      'curated.meter_readings_errors',
      'standardized.visits',
      'ops.job_runs',
    ];
    const expected = tables.flatMap((table) => [`commit:before:${table}`, `commit:after:${table}`]);
    expect(expected.filter((point) => !points.includes(point))).toEqual([]);
  });

  it('leaves tables that another process brings to the same end, wherever it was killed', async () => {
    const everyOccurrence = process.env['LEAN_OPS_TEST'] === 'full';
    const passed = new Map<string, number>();
    for (const point of points) {
      const occurrence = (passed.get(point) ?? 0) + 1;
      passed.set(point, occurrence);
      if (occurrence > 1 && !everyOccurrence) continue;
      try {
        await crashAndRecover(point, occurrence);
      } catch (cause) {
        throw new Error(`killed at ${point}, time ${occurrence}: ${String(cause)}`, { cause });
      }
    }
  }, 1_200_000);

  it('twice in a row does no more harm than once', async () => {
    warehouse.restore();
    for (const point of ['raw:after-commit', 'commit:after:standardized.meter_readings']) {
      const crashed = await runChild({
        warehouse: warehouse.path,
        nowMs: ROUND_MS[1],
        crashAt: { point, occurrence: 1 },
      });
      expect(crashed.signal, crashed.stderr).toBe('SIGKILL');
    }
    await runChild({ warehouse: warehouse.path, nowMs: ROUND_MS[1] });
    expect(await check()).toEqual(undisturbed);
  });
});
