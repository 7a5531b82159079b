import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EmbeddedPlatform } from '../../local/index.js';
import { TemporaryWarehouse } from '../../test/support/temporary-folder.js';
import { runCommand } from '../testing.js';

const PROGRAM = fileURLToPath(new URL('../../dist/lean-ops.js', import.meta.url));
const MESSAGES = 60;

let warehouse: TemporaryWarehouse;
let platform: EmbeddedPlatform;
beforeEach(async () => {
  warehouse = new TemporaryWarehouse();
  platform = await EmbeddedPlatform.open({ warehouse: warehouse.path });
  // Nobody has registered the topic when the messages come: all are quarantined.
  await platform.send(
    Array.from({ length: MESSAGES }, (_, id) => ({
      queueTopic: 'orders',
      body: `{"amount":${id}}`,
      sqsMessageId: `sqs-${id}`,
      sentTimestampMs: Date.now() - 1_000,
    })),
  );
  await platform.pump();
  await platform.registerTopic({ queueTopic: 'orders', contract: null });
});
afterEach(async () => {
  await platform.close();
  warehouse.remove();
});

async function statuses(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { status } of platform.state.errors.list())
    counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

const replay = (): string[] => ['dlq', 'replay', '--warehouse', warehouse.path, '--yes', '--rate', '5/s'];

test.each(['SIGKILL', 'SIGINT'] as const)(
  'a replay that is ended by %s marks what it sent, and the next one sends the rest',
  async (signal) => {
    const child = spawn(process.execPath, [PROGRAM, ...replay()], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    for (let waited = 0; ((await statuses()).get('replayed') ?? 0) < 2; waited += 1) {
      if (waited > 600) throw new Error('nothing was replayed');
      await delay(50);
    }
    child.kill(signal);
    const [code] = await ended;
    expect(code).toBe(signal === 'SIGKILL' ? null : 130);
    const after = await statuses();
    expect(after.get('replayed')).toBeLessThan(MESSAGES);
    // Only who is killed leaves claims behind.
    if (signal === 'SIGINT') expect(after.get('replaying')).toBeUndefined();
    const rest = await runCommand([...replay().slice(0, -1), '1000/s']);
    expect(rest.code).toBe(0);
    expect(await statuses()).toEqual(new Map([['replayed', MESSAGES]]));
    const [orders] = await platform.reconcile(['orders']);
    expect(orders).toMatchObject({
      balanced: true,
      messages: MESSAGES,
      quarantined: 0,
      inFlight: 0,
      standardized: MESSAGES,
    });
  },
);
