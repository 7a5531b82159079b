import { afterEach, beforeEach, expect, it } from 'vitest';
import { dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { runChild } from './support/run-child.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

let warehouse: TemporaryWarehouse;
let reference: TemporaryWarehouse;

beforeEach(() => {
  warehouse = new TemporaryWarehouse();
  reference = new TemporaryWarehouse();
});

afterEach(() => {
  warehouse.remove();
  reference.remove();
});

const NOW = ROUND_MS[1];

it('two processes on one warehouse lose no row, double none, and leave sound tables', async () => {
  const expected = await withPlatform(reference.path, NOW, async (platform) => {
    await registerTopics(platform);
    for (const round of [0, 1] as const) await platform.send(messagesOf(round));
    await platform.pump();
    await platform.orchestrate();
    return await dumpTables(platform, TOPICS);
  });

  await withPlatform(warehouse.path, NOW, registerTopics);
  const children = [1, 2].map(() => runChild({ warehouse: warehouse.path, nowMs: NOW, rounds: 5 }));
  await withPlatform(warehouse.path, NOW, async (platform) => {
    // Arrives in pieces while both are at work.
    const messages = [...messagesOf(0), ...messagesOf(1)];
    for (let start = 0; start < messages.length; start += 10) {
      await platform.send(messages.slice(start, start + 10));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  for (const { code, report, stderr } of await Promise.all(children)) {
    expect(code, stderr).toBe(0);
    expect(report?.outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  }

  await withPlatform(warehouse.path, NOW, async (platform) => {
    await platform.pump();
    await platform.orchestrate();
    for (const { topic, differences, copies } of await platform.reconcile()) {
      expect(differences, topic).toEqual([]);
      // Only the duplicates that were sent: two processes never deliver one message twice while both live.
      expect(copies, topic).toBe(topic === 'meter_readings' ? 2 : 0);
    }
    expect(await dumpTables(platform, TOPICS)).toEqual(expected);
  });
});
