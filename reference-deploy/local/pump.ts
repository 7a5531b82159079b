import type { Clock, Sleep } from '@lean-ops/core';
import { EmbeddedError } from './error.js';
import type { BufferStore } from './firehose/buffer-store.js';
import type { DeliveryStream, FlushOutcome } from './firehose/delivery-stream.js';
import type { OwnerRegistry } from './owner-registry.js';
import type { EventSourceMapping } from './queue/event-source-mapping.js';
import type { QueueStore } from './queue/queue-store.js';
import type { PumpReport } from './types.js';

export interface PumpParts {
  readonly queues: QueueStore;
  readonly owners: OwnerRegistry;
  readonly buffer: BufferStore;
  readonly processor: EventSourceMapping;
  readonly deadLetters: EventSourceMapping;
  readonly stream: DeliveryStream;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Failures of the dead-letter processor in one run before its messages are left in their queue. */
  readonly maxDeadLetterFailures: number;
}

/** How often another process is looked at while it works on the rest. */
const OTHERS_POLL_MS = 100;

type Counts = { -readonly [Field in keyof Omit<PumpReport, 'accepted' | 'quarantined'>]: number };

/** Moves messages until nothing is in flight: not in a queue, visible or hidden, not in the Firehose buffer. */
export class Pump {
  readonly #parts: PumpParts;
  readonly #counts: Counts = {
    received: 0,
    handedBack: 0,
    deadLettered: 0,
    delivered: 0,
    deliveryFailures: 0,
  };
  #deadLetterFailures = 0;

  constructor(parts: PumpParts) {
    this.#parts = parts;
  }

  /**
   * @throws {EmbeddedError} `DELIVERY_FAILED` when the storage does not take the rest, `DEAD_LETTERS_STUCK` when the
   * archive does not: what is concerned stays where it is, everything else is done. `CLOCK_STANDS_STILL` when a
   * message is hidden and sleeping does not move the clock.
   */
  async run(signal?: AbortSignal): Promise<Counts> {
    for (;;) {
      signal?.throwIfAborted();
      this.#parts.owners.releaseDeadOwners();
      const progressed = await this.#sweep(signal);
      const flushed = this.#count(await this.#parts.stream.drain());
      if (progressed || flushed.delivered + flushed.failed > 0) continue;
      if (!(await this.#waitForMore(signal))) return this.#counts;
    }
  }

  /** One pass over all queues, each until nothing in it is visible. Whether there was anything. */
  async #sweep(signal: AbortSignal | undefined): Promise<boolean> {
    const { queues, processor, deadLetters, stream } = this.#parts;
    let progressed = false;
    for (const queue of queues.list()) {
      const mapping = queue.deadLetter ? deadLetters : processor;
      for (;;) {
        signal?.throwIfAborted();
        const { received, acknowledged, handedBack } = await mapping.poll(queue);
        if (received === 0) break;
        progressed = true;
        if (queue.deadLetter) {
          this.#counts.deadLettered += acknowledged;
          this.#noteDeadLetterFailure(queue.arn, handedBack);
        } else {
          this.#counts.received += received;
          this.#counts.handedBack += handedBack;
        }
        this.#count(await stream.flushDue());
      }
    }
    return progressed;
  }

  #count(flushed: FlushOutcome): FlushOutcome {
    this.#counts.delivered += flushed.delivered;
    this.#counts.deliveryFailures += flushed.failed;
    if (flushed.kept === 0) return flushed;
    throw new EmbeddedError(
      `${flushed.kept} records could not be written to RAW and stay in the Firehose buffer: ${String(flushed.error)}; mend the storage and run again`,
      { code: 'DELIVERY_FAILED', retryable: true, context: { records: flushed.kept }, cause: flushed.error },
    );
  }

  #noteDeadLetterFailure(queueArn: string, handedBack: number): void {
    if (handedBack === 0) return;
    this.#deadLetterFailures++;
    if (this.#deadLetterFailures < this.#parts.maxDeadLetterFailures) return;
    throw new EmbeddedError(
      `${handedBack} dead letters could not be archived and stay in ${queueArn}: see the log for the reason, mend it and run again`,
      { code: 'DEAD_LETTERS_STUCK', retryable: true, context: { queueArn, messages: handedBack } },
    );
  }

  /** Waits for a hidden message or for another process. False when there is nothing to wait for. */
  async #waitForMore(signal: AbortSignal | undefined): Promise<boolean> {
    const { queues, buffer, clock, sleep } = this.#parts;
    const depths = queues.list().map((queue) => queues.depth(queue));
    const hiddenUntil = depths.flatMap(({ nextVisibleAt }) =>
      nextVisibleAt === null ? [] : [nextVisibleAt],
    );
    // This process has settled or given up all it had: any claim is another's.
    const othersWork = depths.some(({ claimed }) => claimed) || buffer.claimed().records > 0;
    if (hiddenUntil.length === 0 && !othersWork) return false;
    const before = clock.now();
    const wait = Math.max(0, Math.min(...hiddenUntil) - before);
    await sleep(othersWork ? Math.min(OTHERS_POLL_MS, wait) : wait, signal);
    if (!othersWork && wait > 0 && clock.now() <= before) {
      throw new EmbeddedError(
        `a message is hidden for ${wait} ms more, but sleeping does not move the clock: inject a sleep that goes with the clock`,
        { code: 'CLOCK_STANDS_STILL', context: { wait } },
      );
    }
    return true;
  }
}
