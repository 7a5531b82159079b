import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../emulator/emulator.js';
import type { MessageQueues } from './message-queue.js';

export interface SettleOptions {
  readonly emulator: Pick<Emulator, 'status'>;
  readonly queues: Pick<MessageQueues, 'depth'>;
  /** Names of the queues that must be empty. */
  readonly names: readonly string[];
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
}

const PAUSE_MS = 400;
/** Between one place and the next (an object and the notice of it) nothing shows a message. */
const TIMES_AT_REST = 3;

/** Waits until no message is in a queue, in a function or in Firehose. */
export async function settle(options: SettleOptions): Promise<void> {
  const { emulator, queues, names, timeoutSeconds = 240, signal } = options;
  const until = Date.now() + timeoutSeconds * 1000;
  let atRest = 0;
  while (atRest < TIMES_AT_REST) {
    signal.throwIfAborted();
    const depths = new Map<string, number>();
    for (const name of names) {
      const depth = await queues.depth(name);
      if (depth > 0) depths.set(name, depth);
    }
    const { buffered, invocations } = await emulator.status();
    atRest = depths.size === 0 && buffered === 0 && invocations === 0 ? atRest + 1 : 0;
    if (Date.now() > until) {
      const waiting = [...depths].map(([name, depth]) => `${depth} in ${name}`).join(', ');
      throw new Error(
        `after ${timeoutSeconds} s there are still messages under way: ${waiting || 'none in queues'}; ${buffered} records in Firehose, ${invocations} batches in functions`,
      );
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}
