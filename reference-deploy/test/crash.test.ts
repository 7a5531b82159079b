import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../local/crash-points.js';
import { archivedDeadLetters, DEAD_LETTER, leaveDeadLetter } from './support/dead-letter.js';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { runChild } from './support/run-child.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

/** Tables of the topic that has all of them; RAW's commit is one of ingestion's points. */
const TABLES = [
  'standardized.meter_readings',
  'standardized.meter_readings_parse_errors',
  'curated.meter_readings',
  'curated.meter_readings_errors',
];
const COMMITS = TABLES.flatMap((table) => [`commit:before:${table}`, `commit:after:${table}`]);

/**
 * A process of the real build is killed where it has something half done; another one takes over. The clock stands
 * still, and the tables must end as if nothing had happened.
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
      await leaveDeadLetter(platform);
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
      for (const { topic, balanced, deadLettered, differences } of await platform.reconcile()) {
        expect(differences, topic).toEqual([]);
        expect(balanced, topic).toBe(true);
        expect(deadLettered, topic).toBe(topic === 'visits' ? 1 : 0);
      }
      expect(await archivedDeadLetters(platform)).toEqual([DEAD_LETTER]);
      return await dumpTables(platform, TOPICS);
    });

  /** What the next process does. */
  const recover = (): Promise<void> =>
    withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      await platform.pump();
      const { topics } = await platform.orchestrate();
      expect(topics.map(({ outcome, error }) => [outcome, error])).toEqual([
        ['succeeded', null],
        ['succeeded', null],
      ]);
    });

  const crashAndRecover = async (point: string, occurrence: number): Promise<void> => {
    warehouse.restore();
    const crashed = await runChild({
      warehouse: warehouse.path,
      nowMs: ROUND_MS[1],
      crashAt: { point, occurrence },
    });
    expect(crashed.signal, crashed.stderr).toBe('SIGKILL');
    await recover();
    expect(await check()).toEqual(undisturbed);
  };

  it('had passed every point of ingestion, and one before and after each commit of each table', () => {
    expect(
      [...CRASH_POINTS, ...COMMITS, 'commit:after:ops.job_runs'].filter((point) => !points.includes(point)),
    ).toEqual([]);
  });

  it.each([...CRASH_POINTS, ...COMMITS])(
    'at %s leaves what the next one brings to the same end',
    async (point) => {
      await crashAndRecover(point, 1);
    },
  );

  it('at any of all points, whatever the time, leaves what the next one brings to the same end', async (context) => {
    if (process.env['LEAN_OPS_TEST'] !== 'full') context.skip('several minutes: npm run test:full runs it');
    const passed = new Map<string, number>();
    for (const point of points) {
      const occurrence = (passed.get(point) ?? 0) + 1;
      passed.set(point, occurrence);
      try {
        await crashAndRecover(point, occurrence);
      } catch (cause) {
        throw new Error(`killed at ${point}, time ${occurrence}: ${String(cause)}`, { cause });
      }
    }
  }, 1_800_000);

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
    await recover();
    expect(await check()).toEqual(undisturbed);
  });

  it('leaves its messages and leases to one that was running all the time', async () => {
    warehouse.restore();
    const crashed = (point: string) =>
      runChild({ warehouse: warehouse.path, nowMs: ROUND_MS[1], crashAt: { point, occurrence: 1 } });
    await withPlatform(warehouse.path, ROUND_MS[1], async (survivor) => {
      expect((await crashed('sink:accepted')).signal).toBe('SIGKILL');
      expect((await survivor.pump()).delivered).toBeGreaterThan(0);
      expect((await crashed('commit:before:curated.meter_readings')).signal).toBe('SIGKILL');
      const { topics } = await survivor.orchestrate();
      expect(topics.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    });
    expect(await check()).toEqual(undisturbed);
  });
});
