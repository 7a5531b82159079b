import type { Clock, Envelope, ErrorTracker, Logger, Metrics, Sleep } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import {
  type Archive,
  type ArchivedMessage,
  decodeEnvelope,
  deliveryFailure,
  quarantine,
} from '@lean-ops/ingest';
import { appendRaw } from '@lean-ops/ingest/iceberg';
import type { BufferedRecord } from './buffer-store.js';

/** A table that a record is routed to. */
export interface Destination {
  readonly namespace: string;
  readonly name: string;
}

/** A record that cannot be delivered, and why. */
export interface DeliveryFailure {
  readonly record: BufferedRecord;
  readonly code: string;
  readonly message: string;
}

export type DeliveryResult =
  | { readonly status: 'delivered' }
  /** Archived: its destination will not take it as things stand. */
  | { readonly status: 'failed' }
  /** Left alone: the storage, not the record, is at fault. */
  | { readonly status: 'kept'; readonly error: unknown };

export interface DeliveryTargetOptions {
  readonly catalog: Catalog;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Queue of a topic, for the archived record. */
  readonly queueArnOf: (topic: string) => string;
  readonly at: (point: 'before-commit' | 'after-commit') => void | Promise<void>;
}

const ATTEMPTS = 3;
const RETRY_MS = 1_000;

/** Where Firehose delivers to: RAW tables, and the archive for what they refuse. */
export class DeliveryTarget {
  readonly #options: DeliveryTargetOptions;

  constructor(options: DeliveryTargetOptions) {
    this.#options = options;
  }

  /** Appends the records to their table in one commit. */
  async deliver(
    destination: Destination,
    deliveries: readonly { readonly record: BufferedRecord; readonly data: Uint8Array }[],
  ): Promise<DeliveryResult> {
    const { sleep, logger } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#append(
          destination,
          deliveries.map(({ data }) => data),
        );
        return { status: 'delivered' };
      } catch (error) {
        const { code, retryable } = error as { code?: unknown; retryable?: unknown };
        const transient = retryable === true || code === 'STORAGE_FAILED' || code === 'COMMIT_STATE_UNKNOWN';
        if (transient && attempt < ATTEMPTS) {
          await sleep(RETRY_MS * attempt);
          continue;
        }
        if (transient) return { status: 'kept', error };
        logger.error('delivery failed', { ...destination, records: deliveries.length, error });
        const failure = {
          code: typeof code === 'string' ? code : 'DELIVERY_FAILED',
          message: error instanceof Error ? error.message : String(error),
        };
        await this.fail(deliveries.map(({ record }) => ({ record, ...failure })));
        return { status: 'failed' };
      }
    }
  }

  async #append(destination: Destination, data: readonly Uint8Array[]): Promise<void> {
    const { catalog, at } = this.#options;
    await at('before-commit');
    await appendRaw(catalog, { namespace: destination.namespace, name: destination.name }, decoded(data));
    await at('after-commit');
  }

  /** Puts records where Firehose puts what it cannot process or deliver: archive, tracker, metric. */
  async fail(failures: readonly DeliveryFailure[]): Promise<void> {
    const { archive, tracker, metrics } = this.#options;
    for (const failure of failures) {
      const { arrivedMs } = failure.record;
      await quarantine(this.#archived(failure), { archive, tracker, metrics }, 0, arrivedMs);
    }
  }

  #archived({ record, code, message }: DeliveryFailure): ArchivedMessage {
    const { clock, queueArnOf } = this.#options;
    const { topic, data, arrivedMs } = record;
    return deliveryFailure(
      { data, arrivedMs, code, message },
      { topic, queueArn: queueArnOf(topic), nowMs: clock.now() },
    );
  }
}

/** Decoded as they are read, so that only a batch of them exists at a time. */
function* decoded(data: readonly Uint8Array[]): Iterable<Envelope> {
  for (const bytes of data) yield decodeEnvelope(bytes);
}
