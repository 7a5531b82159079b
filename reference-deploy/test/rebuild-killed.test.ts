import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../local/index.js';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { runChild } from './support/run-child.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const TOPIC = 'meter_readings';
const TABLES = [
  ['standardized', TOPIC],
  ['standardized', `${TOPIC}_parse_errors`],
  ['curated', TOPIC],
  ['curated', `${TOPIC}_errors`],
] as const;
const NOW = ROUND_MS[1];
const isFull = process.env['LEAN_OPS_TEST'] === 'full';

/** A process of the real build is killed in the middle of a rebuild; the next one finishes it, or gives it up. */
describe('a rebuild whose process is killed', () => {
  const warehouse = new TemporaryWarehouse();
  let before: Dump;
  let points: readonly string[];

  beforeAll(async () => {
    await withPlatform(warehouse.path, ROUND_MS[0], async (platform) => {
      await registerTopics(platform);
      for (const round of [0, 1] as const) {
        await platform.send(messagesOf(round));
        await platform.pump();
        await platform.orchestrate();
      }
      before = await dumpTables(platform, TOPICS);
    });
    warehouse.save();
    const { report, stderr } = await runChild(child());
    expect(stderr).toBe('');
    points = [...new Set(report?.points)];
    expect(points.length).toBeGreaterThan(25);
    await withPlatform(warehouse.path, NOW, (platform) => check(platform, '2', 'undisturbed'));
  });

  afterAll(() => warehouse.remove());

  const child = (abandon = false) => ({
    warehouse: warehouse.path,
    nowMs: NOW,
    rounds: 0,
    rebuild: { topic: TOPIC, ...(abandon ? { abandon } : {}) },
  });

  /** The same rows in tables of one generation, nothing left over, and a round goes on from there. */
  const check = async (platform: Platform, generation: string, point: string): Promise<void> => {
    expect(await dumpTables(platform, TOPICS), point).toEqual(before);
    expect(await platform.state.journals.list('')).toEqual([]);
    expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'enabled', stateReason: null });
    for (const [namespace, name] of TABLES) {
      const table = await platform.catalog.loadTable({ namespace, name });
      expect(table.properties['lean-ops.generation'], name).toBe(generation);
      const { orphans } = await table.removeOrphanFiles({
        dryRun: true,
        force: true,
        olderThan: Date.now() + 1e9,
      });
      // As of every commit that dies, its manifests are left to maintenance; no file of data is, and nothing elsewhere.
      const died = point.startsWith('commit:before:') ? /\/metadata\/[^/]*\.avro$/ : null;
      const left = orphans.map(({ path }) => path).filter((path) => !died?.test(path));
      expect(left, point).toEqual([]);
      const files = readdirSync(table.folder, { recursive: true, encoding: 'utf8' });
      expect(files.filter((file) => /rebuild-.*\/(metadata|audit)\/./.test(file))).toEqual([]);
    }
    await platform.orchestrate();
    for (const { topic, differences } of await platform.reconcile()) expect(differences, topic).toEqual([]);
  };

  const killAt = async (point: string, abandon = false): Promise<void> => {
    const killed = await runChild({ ...child(abandon), crashAt: { point, occurrence: 1 } });
    expect(killed.signal, `${point}: ${killed.stderr}`).toBe('SIGKILL');
  };

  /** All of them take minutes. */
  const sampled = (every: number): readonly string[] =>
    isFull ? points : points.filter((_, index) => index % every === 2);

  it('is finished by the same call, wherever that was', async () => {
    for (const point of sampled(8)) {
      warehouse.restore();
      await killAt(point);
      await withPlatform(warehouse.path, NOW, async (platform) => {
        await platform.rebuild({ topic: TOPIC, requestedBy: 'tests' });
        // What was killed after it had given the topic back was done, and is done once more.
        const table = await platform.catalog.loadTable({ namespace: 'curated', name: TOPIC });
        await check(platform, table.properties['lean-ops.generation'] === '3' ? '3' : '2', point);
      });
    }
  }, 600_000);

  it('is given up by another, wherever that was', async () => {
    const end = points.indexOf('rebuild:restored');
    for (const point of sampled(12).filter((each) => points.indexOf(each) < end)) {
      warehouse.restore();
      await killAt(point);
      await withPlatform(warehouse.path, NOW, async (platform) => {
        await platform.rebuild({ topic: TOPIC, requestedBy: 'tests', abandon: true });
        await check(platform, '1', point);
      });
    }
  }, 600_000);

  it('and whose giving up is killed is given up by the next call', async () => {
    for (const point of isFull
      ? ['abandon:begun', 'abandon:after-curated', 'abandon:restored']
      : ['abandon:after-curated']) {
      warehouse.restore();
      await killAt('rebuild:after-curated');
      await killAt(point, true);
      await withPlatform(warehouse.path, NOW, async (platform) => {
        await platform.rebuild({ topic: TOPIC, requestedBy: 'tests', abandon: true });
        await check(platform, '1', point);
      });
    }
  }, 600_000);
});
