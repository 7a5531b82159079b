import type { Clock, Logger, Sleep } from '@lean-ops/core';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import type { FirehoseTransformResult } from '../../handlers/firehose-transform/handler.js';
import type { BufferedRecord, BufferStore } from './buffer-store.js';
import type { DeliveryFailure, DeliveryTarget, Destination } from './delivery-target.js';

/** Bytes of records per call of the transform: base64 and JSON stay below Lambda's 6 MB. */
const TRANSFORM_BYTES = 3 * 1024 * 1024;
const TRANSFORM_ATTEMPTS = 3;
/** How long a delivery may take before another process may take the records over. */
const CLAIM_MS = 15 * 60_000;

export interface DeliveryStreamOptions {
  readonly arn: string;
  readonly buffer: BufferStore;
  readonly hints: { readonly maxBytes: number; readonly maxRecords: number; readonly intervalMs: number };
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly transform: (event: FirehoseTransformationEvent) => Promise<FirehoseTransformResult>;
  readonly target: DeliveryTarget;
  readonly at: (point: 'claimed' | 'removed') => void | Promise<void>;
}

/** What flushing did. `kept` records could not be delivered now and wait for another attempt. */
export interface FlushOutcome {
  readonly delivered: number;
  readonly failed: number;
  readonly kept: number;
  readonly error: unknown;
}

const NOTHING: FlushOutcome = { delivered: 0, failed: 0, kept: 0, error: null };

/**
 * Firehose: gathers records, has the transform route them, and delivers each destination's records in one append.
 *
 * A record leaves the buffer once it is in RAW or, where its delivery cannot succeed, in the archive. A crash in
 * between delivers it again: at least once, as Firehose does.
 */
export class DeliveryStream {
  readonly #options: DeliveryStreamOptions;

  constructor(options: DeliveryStreamOptions) {
    this.#options = options;
  }

  /** Flushes while a buffering hint is reached. */
  async flushDue(): Promise<FlushOutcome> {
    return await this.#flushWhile(() => {
      const { buffer, clock, hints } = this.#options;
      const { records, bytes, oldestMs } = buffer.depth();
      if (oldestMs === null) return false;
      return (
        bytes >= hints.maxBytes || records >= hints.maxRecords || clock.now() - oldestMs >= hints.intervalMs
      );
    });
  }

  /** Flushes until nothing waits. */
  async drain(): Promise<FlushOutcome> {
    const { buffer, clock } = this.#options;
    // What another process claimed and did not finish in time waits as well, though nothing else may.
    buffer.releaseExpired(clock.now());
    return await this.#flushWhile(() => buffer.depth().records > 0);
  }

  async #flushWhile(due: () => boolean): Promise<FlushOutcome> {
    let total = NOTHING;
    while (due()) {
      const outcome = await this.#flush();
      total = {
        delivered: total.delivered + outcome.delivered,
        failed: total.failed + outcome.failed,
        kept: total.kept + outcome.kept,
        error: total.error ?? outcome.error,
      };
      // What was kept would come again at once; and nothing claimed means that another process has the rest.
      if (outcome.kept > 0 || outcome.delivered + outcome.failed === 0) break;
    }
    return total;
  }

  async #flush(): Promise<FlushOutcome> {
    const { buffer, clock, hints, target, at } = this.#options;
    const records = buffer.claim({ ...hints, nowMs: clock.now(), claimMs: CLAIM_MS });
    if (records.length === 0) return NOTHING;
    await at('claimed');
    const settled: BufferedRecord[] = [];
    try {
      const { byDestination, failures } = await this.#transformAll(records);
      await target.fail(failures);
      await this.#settle(
        failures.map(({ record }) => record),
        settled,
      );
      let outcome: FlushOutcome = { ...NOTHING, failed: failures.length };
      for (const { destination, deliveries } of byDestination) {
        outcome = sum(outcome, await this.#deliver(destination, deliveries, settled));
      }
      return outcome;
    } finally {
      const left = new Set(records);
      for (const record of settled) left.delete(record);
      if (left.size > 0) buffer.release([...left]);
    }
  }

  async #deliver(
    destination: Destination,
    deliveries: readonly Delivery[],
    settled: BufferedRecord[],
  ): Promise<FlushOutcome> {
    const { target, logger } = this.#options;
    const records = deliveries.map(({ record }) => record);
    const result = await target.deliver(destination, deliveries);
    if (result.status === 'kept') {
      logger.error('delivery put off', { ...destination, records: records.length, error: result.error });
      return { ...NOTHING, kept: records.length, error: result.error };
    }
    await this.#settle(records, settled);
    return result.status === 'delivered'
      ? { ...NOTHING, delivered: records.length }
      : { ...NOTHING, failed: records.length };
  }

  async #settle(records: readonly BufferedRecord[], settled: BufferedRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.#options.buffer.remove(records);
    settled.push(...records);
    await this.#options.at('removed');
  }

  async #transformAll(records: readonly BufferedRecord[]): Promise<{
    byDestination: { destination: Destination; deliveries: Delivery[] }[];
    failures: DeliveryFailure[];
  }> {
    const byDestination = new Map<string, { destination: Destination; deliveries: Delivery[] }>();
    const failures: DeliveryFailure[] = [];
    for (const chunk of chunksOf(records, TRANSFORM_BYTES)) {
      for (const [index, answer] of (await this.#transform(chunk)).entries()) {
        const record = chunk[index] as BufferedRecord;
        if (answer.status === 'failed') {
          failures.push({ record, code: answer.code, message: answer.message });
          continue;
        }
        const { namespace, name } = answer.destination;
        const key = `${namespace}.${name}`;
        const group = byDestination.get(key) ?? { destination: answer.destination, deliveries: [] };
        group.deliveries.push({ record, data: answer.data });
        byDestination.set(key, group);
      }
    }
    return { byDestination: [...byDestination.values()], failures };
  }

  /** The transform's answer for each record of a chunk, in the chunk's order. */
  async #transform(chunk: readonly BufferedRecord[]): Promise<TransformAnswer[]> {
    const { arn, sleep, transform, logger } = this.#options;
    const event: FirehoseTransformationEvent = {
      invocationId: `${chunk[0]?.seq}-${chunk.length}`,
      deliveryStreamArn: arn,
      region: 'local',
      records: chunk.map((record) => ({
        recordId: String(record.seq),
        approximateArrivalTimestamp: record.arrivedMs,
        data: Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength).toString(
          'base64',
        ),
      })),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        const { records } = await transform(event);
        return chunk.map((record, index) => toAnswer(record, records[index]));
      } catch (error) {
        logger.error('transform failed', { attempt, records: chunk.length, error });
        if (attempt === TRANSFORM_ATTEMPTS) {
          const message = error instanceof Error ? error.message : String(error);
          return chunk.map(() => ({ status: 'failed', code: 'TRANSFORM_FAILED', message }));
        }
        await sleep(1_000 * attempt);
      }
    }
  }
}

/** A record with what the transform made of it. */
export interface Delivery {
  readonly record: BufferedRecord;
  readonly data: Uint8Array;
}

type TransformAnswer =
  | { readonly status: 'routed'; readonly destination: Destination; readonly data: Uint8Array }
  | { readonly status: 'failed'; readonly code: string; readonly message: string };

/** Firehose drops what the transform answers with `Dropped`; we do not: nothing may vanish. */
function toAnswer(
  record: BufferedRecord,
  answer: FirehoseTransformResult['records'][number] | undefined,
): TransformAnswer {
  if (answer?.recordId !== String(record.seq)) {
    return {
      status: 'failed',
      code: 'TRANSFORM_RECORD_MISSING',
      message: 'the transform did not answer for the record',
    };
  }
  const route = answer.metadata?.otfMetadata;
  if (answer.result !== 'Ok' || route === undefined) {
    return {
      status: 'failed',
      code: 'TRANSFORM_PROCESSING_FAILED',
      message: `the transform answered ${answer.result}${route === undefined ? ' without a destination' : ''}`,
    };
  }
  return {
    status: 'routed',
    destination: { namespace: route.destinationDatabaseName, name: route.destinationTableName },
    data: Buffer.from(answer.data, 'base64'),
  };
}

function* chunksOf(records: readonly BufferedRecord[], maxBytes: number): Iterable<BufferedRecord[]> {
  let chunk: BufferedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    if (chunk.length > 0 && bytes + record.data.byteLength > maxBytes) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += record.data.byteLength;
  }
  if (chunk.length > 0) yield chunk;
}

function sum(left: FlushOutcome, right: FlushOutcome): FlushOutcome {
  return {
    delivered: left.delivered + right.delivered,
    failed: left.failed + right.failed,
    kept: left.kept + right.kept,
    error: left.error ?? right.error,
  };
}
