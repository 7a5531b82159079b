import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedPlatform } from '../local/index.js';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { runChild } from './support/run-child.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const DAY_MS = 24 * 60 * 60_000;
/** A week after the second round: all that can expire is old enough. */
const LATER = ROUND_MS[1] + 8 * DAY_MS;
const POLICY = { minInputFiles: 2, deleteFileThreshold: 1, maxManifests: 2, orphanEveryDays: 1 };

/** Where a night is killed, and which time it comes there; some of them, and all in the long run. */
const POINTS = (
  [
    ['commit:before:raw.meter_readings_staging', 2],
    ['commit:after:raw.meter_readings_staging', 2],
    ['commit:after:standardized.meter_readings', 2],
    ['commit:after:curated.meter_readings', 2],
    ['commit:before:curated.meter_readings_errors', 1],
    ['commit:after:ops.job_runs', 2],
  ] as const
).filter((_, index) => process.env['LEAN_OPS_TEST'] === 'full' || index % 3 === 1);

describe('maintenance of a whole warehouse', () => {
  const warehouse = new TemporaryWarehouse();
  let before: Dump;

  beforeAll(async () => {
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      await registerTopics(platform);
      const messages = [...messagesOf(0), ...messagesOf(1)];
      for (let start = 0; start < messages.length; start += 12) {
        await platform.send(messages.slice(start, start + 12));
        await platform.pump();
        await platform.orchestrate();
      }
      before = await check(platform);
      // Files of a run that is cut off by its death; nobody names them.
      await platform.send(messagesOf(0));
      await platform.pump();
    });
    warehouse.save();
  });

  afterAll(() => warehouse.remove());

  const check = async (platform: EmbeddedPlatform): Promise<Dump> => {
    for (const { topic, balanced, differences } of await platform.reconcile()) {
      expect(differences, topic).toEqual([]);
      expect(balanced, topic).toBe(true);
    }
    return await dumpTables(platform, TOPICS);
  };

  it('says what it would do, does it, and leaves every row as it was', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, LATER, async (platform) => {
      const plans = await platform.planMaintenance({ policy: POLICY });
      expect(plans.map(({ topic }) => topic)).toEqual(['meter_readings', 'visits']);
      const planned = plans.flatMap(({ tables }) => tables).filter(({ isNeeded }) => isNeeded);
      expect(planned.length).toBeGreaterThan(4);
      const night = await platform.maintain({ policy: POLICY });
      expect(night.errors).toEqual([]);
      expect(night.topics).toEqual([
        { topic: 'meter_readings', outcome: 'maintained' },
        { topic: 'visits', outcome: 'maintained' },
      ]);
      for (const { name, filesToRewrite } of planned) {
        const report = night.tables.find((table) => table.name === name);
        expect(report?.rewrittenFiles, name).toBe(filesToRewrite);
      }
      const raw = night.tables.find(({ name }) => name === 'raw.meter_readings_staging');
      expect(raw?.rewrittenFiles).toBeGreaterThan(1);
      expect(raw?.expiredSnapshots).toBeGreaterThan(0);
      expect(night.tables.map(({ name }) => name)).toContain('ops.job_runs');
      expect(await dumpTables(platform, TOPICS)).toEqual(before);
      const { topics } = await platform.orchestrate();
      expect(topics.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
      expect(await check(platform)).toEqual(before);
    });
  });

  it('of a topic by its name leaves the others', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, LATER, async (platform) => {
      const night = await platform.maintain({ policy: POLICY, topics: ['visits'] });
      expect(night.topics).toEqual([{ topic: 'visits', outcome: 'maintained' }]);
      expect(night.tables.some(({ name }) => name.includes('meter_readings'))).toBe(false);
      await expect(platform.maintain({ topics: ['unheard_of'] })).rejects.toMatchObject({
        code: 'TOPIC_NOT_REGISTERED',
      });
    });
  });

  it.each(['paused', 'rebuilding'] as const)(
    'keeps every file and snapshot of a topic that is %s',
    async (state) => {
      warehouse.restore();
      await withPlatform(warehouse.path, LATER, async (platform) => {
        await platform.state.topics.put({ ...(await platform.state.topics.get('visits'))!, state });
        expect((await platform.planMaintenance({ policy: POLICY, topics: ['visits'] }))[0]?.tables).toEqual(
          [],
        );
        const night = await platform.maintain({ policy: POLICY, topics: ['visits'] });
        expect(night.topics).toEqual([{ topic: 'visits', outcome: 'maintained' }]);
        expect(night.tables.filter(({ name }) => name.includes('visits'))).toEqual([]);
      });
    },
  );

  it.each(POINTS)('that is killed at %s, time %i, does no harm', async (point, occurrence) => {
    warehouse.restore();
    const child = { warehouse: warehouse.path, nowMs: LATER, maintain: POLICY };
    const crashed = await runChild({ ...child, crashAt: { point, occurrence } });
    expect(crashed.signal, crashed.stderr).toBe('SIGKILL');
    const next = await runChild(child);
    expect(
      next.report?.outcomes.map(({ outcome }) => outcome),
      next.stderr,
    ).toEqual(['succeeded', 'succeeded', 'maintained', 'maintained']);
    await withPlatform(warehouse.path, LATER, async (platform) => {
      expect(await check(platform)).toEqual(before);
    });
  });

  it('beside the rounds of another process loses no row and fails no run', async () => {
    warehouse.restore();
    const children = [0, 1].map((child) =>
      runChild({
        warehouse: warehouse.path,
        nowMs: LATER,
        rounds: 3,
        ...(child === 0 ? { maintain: POLICY } : {}),
      }),
    );
    for (const { code, report, stderr } of await Promise.all(children)) {
      expect(code, stderr).toBe(0);
      expect(report?.outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    }
    await withPlatform(warehouse.path, LATER, async (platform) => {
      await platform.orchestrate();
      expect(await check(platform)).toEqual(before);
    });
  });
});
