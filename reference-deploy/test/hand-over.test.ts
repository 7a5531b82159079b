import { ManualClock } from '@lean-ops/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPlatform } from '../local/index.js';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { runChild } from './support/run-child.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = ROUND_MS[1];
/** What a commit takes of a turn that has no more. */
const COMMIT_MS = 10 * 60_000;

/** Where a turn is killed, and which time it comes there; some of them, and all in the long run. */
const POINTS = (
  [
    ['commit:before:standardized.meter_readings', 2],
    ['commit:after:standardized.meter_readings', 2],
    ['commit:after:standardized.meter_readings_parse_errors', 1],
    ['commit:after:curated.meter_readings', 3],
    ['commit:after:curated.meter_readings_errors', 1],
    ['standardize:standardized:after-checkpoint', 3],
    ['curate:curated:after-checkpoint', 2],
  ] as const
).filter((_, index) => process.env['LEAN_OPS_TEST'] === 'full' || index % 3 === 1);

/** RAW has several snapshots of each topic; every turn of a job takes one of them. */
describe('jobs that hand over after every commit', () => {
  const warehouse = new TemporaryWarehouse();
  let atOnce: Dump;
  let points: readonly string[];

  beforeAll(async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await registerTopics(platform);
      const messages = [...messagesOf(0), ...messagesOf(1)];
      for (let start = 0; start < messages.length; start += 20) {
        await platform.send(messages.slice(start, start + 20));
        await platform.pump();
      }
    });
    warehouse.save();
    atOnce = await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.orchestrate();
      return await check(platform);
    });
    warehouse.restore();
    const { report, stderr } = await runChild({ warehouse: warehouse.path, nowMs: NOW, handOver: true });
    expect(stderr).toBe('');
    expect(report?.outcomes.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    points = report?.points ?? [];
  });

  afterAll(() => warehouse.remove());

  const check = async (platform: EmbeddedPlatform): Promise<Dump> => {
    for (const { topic, balanced, differences } of await platform.reconcile()) {
      expect(differences, topic).toEqual([]);
      expect(balanced, topic).toBe(true);
    }
    return await dumpTables(platform, TOPICS);
  };
  const commits = (table: string): number =>
    points.filter((point) => point === `commit:after:${table}`).length;

  it('end in the tables of jobs that did everything at once', async () => {
    expect(commits('standardized.meter_readings')).toBeGreaterThan(3);
    expect(commits('curated.meter_readings')).toBeGreaterThan(3);
    await withPlatform(warehouse.path, NOW, async (platform) => {
      expect(await check(platform)).toEqual(atOnce);
    });
  });

  it.each(POINTS)('and are killed at %s, time %i, end there too', async (point, occurrence) => {
    warehouse.restore();
    const crashed = await runChild({
      warehouse: warehouse.path,
      nowMs: NOW,
      handOver: true,
      crashAt: { point, occurrence },
    });
    expect(crashed.signal, crashed.stderr).toBe('SIGKILL');
    const next = await runChild({ warehouse: warehouse.path, nowMs: NOW, handOver: true });
    expect(
      next.report?.outcomes.map(({ outcome }) => outcome),
      next.stderr,
    ).toEqual(['succeeded', 'succeeded']);
    await withPlatform(warehouse.path, NOW, async (platform) => {
      expect(await check(platform)).toEqual(atOnce);
    });
  });

  it('and have more to do than the turns of a round leave the rest to the next', async () => {
    const many = new TemporaryWarehouse();
    try {
      const clock = new ManualClock(NOW);
      const platform = await EmbeddedPlatform.open({
        warehouse: many.path,
        clock,
        rowsPerCommit: 1,
        hooks: {
          at: (point) =>
            void (point === 'standardize:standardized:before-commit' && clock.advance(COMMIT_MS)),
        },
        invocation: () => {
          const end = clock.now() + COMMIT_MS;
          return { getRemainingTimeInMillis: () => 45_000 + end - clock.now() };
        },
      });
      await platform.registerTopic({ queueTopic: 'visits', contract: null });
      for (let message = 0; message < 15; message++) {
        const body = JSON.stringify({ idempotency_key: `v${message}` });
        await platform.send([
          { queueTopic: 'visits', body, sqsMessageId: `m${message}`, sentTimestampMs: NOW },
        ]);
        await platform.pump();
      }
      const first = (await platform.orchestrate()).topics[0];
      expect(first).toMatchObject({ outcome: 'unfinished', standardized: { commits: 12, rowsLeft: 3 } });
      const second = (await platform.orchestrate()).topics[0];
      expect(second).toMatchObject({ outcome: 'succeeded', standardized: { commits: 3, rowsLeft: 0 } });
      expect(await platform.reconcile()).toMatchObject([{ balanced: true, raw: 15, standardized: 15 }]);
      await platform.close();
    } finally {
      many.remove();
    }
  });
});
