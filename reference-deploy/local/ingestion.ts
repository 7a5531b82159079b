import type {
  Clock,
  ErrorTracker,
  Logger,
  Metrics,
  OpsOutbox,
  Random,
  Sleep,
  TopicRegistry,
} from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import type { Archive } from '@lean-ops/ingest';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import { createHandler as deadLetterProcessor } from '../handlers/dead-letter-processor/handler.js';
import { createHandler as firehoseTransform } from '../handlers/firehose-transform/handler.js';
import { createHandler as sqsProcessor } from '../handlers/sqs-processor/handler.js';
import type { BufferStore } from './firehose/buffer-store.js';
import { DeliveryStream } from './firehose/delivery-stream.js';
import { DeliveryTarget } from './firehose/delivery-target.js';
import { FirehoseSink } from './firehose/firehose-sink.js';
import type { OwnerRegistry } from './owner-registry.js';
import { Pump } from './pump.js';
import { type DeploymentNames, deadLetterQueueArn, deliveryStreamArn, topicQueueArn } from './queue/arns.js';
import { EventSourceMapping } from './queue/event-source-mapping.js';
import type { QueueStore } from './queue/queue-store.js';
import type { BufferHints, PumpReport } from './types.js';

export interface IngestionParts {
  readonly names: DeploymentNames;
  readonly rawNamespace: string;
  readonly catalog: Catalog;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly outbox: OpsOutbox;
  readonly registry: TopicRegistry;
  readonly queues: QueueStore;
  readonly buffer: BufferStore;
  readonly owners: OwnerRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly at: (point: string) => void | Promise<void>;
  readonly batchSize: number;
  readonly visibilityTimeoutMs: number;
  readonly maxReceiveCount: number;
  readonly hints: Required<BufferHints>;
}

/** Runs everything between the queues and RAW until nothing is in flight. */
export async function pumpOnce(parts: IngestionParts, signal?: AbortSignal): Promise<PumpReport> {
  const { names, queues, buffer, owners, clock, sleep, at } = parts;
  const taken = { accepted: 0, quarantined: 0 };
  const deadLetterQueue = queues.ensure(deadLetterQueueArn(names), true);
  const sink = new FirehoseSink({ buffer, clock, onAccepted: () => at('sink:accepted') });
  const mapping = { queues, clock, logger: parts.logger, visibilityTimeoutMs: parts.visibilityTimeoutMs };
  const processor = sqsProcessor({
    ...names,
    ...parts,
    sink,
    // A pump ends with its last batch.
    driftIntervalMs: 0,
    onBatch: (counts) => {
      taken.accepted += counts.accepted;
      taken.quarantined += counts.quarantined;
    },
  });
  const pump = new Pump({
    queues,
    owners,
    buffer,
    clock,
    sleep,
    maxDeadLetterFailures: parts.maxReceiveCount,
    stream: deliveryStream(parts),
    processor: new EventSourceMapping({
      ...mapping,
      batchSize: parts.batchSize,
      redrive: { maxReceiveCount: parts.maxReceiveCount, to: deadLetterQueue },
      handler: processor,
      at: (point) => (point === 'handled' ? undefined : at(`queue:${point}`)),
    }),
    deadLetters: new EventSourceMapping({
      ...mapping,
      batchSize: 10,
      redrive: null,
      handler: deadLetterProcessor({ ...names, ...parts }),
      at: (point) => (point === 'handled' ? at('dead-letter:archived') : undefined),
    }),
  });
  return { ...(await pump.run(signal)), ...taken };
}

function deliveryStream(parts: IngestionParts): DeliveryStream {
  const { names, rawNamespace, at } = parts;
  return new DeliveryStream({
    arn: deliveryStreamArn(names),
    buffer: parts.buffer,
    hints: parts.hints,
    clock: parts.clock,
    sleep: parts.sleep,
    logger: parts.logger,
    transform: firehoseTransform({
      ...parts,
      namespace: rawNamespace,
      destinationTable: rawTableName,
    }),
    target: new DeliveryTarget({
      ...parts,
      queueArnOf: (topic) => topicQueueArn(names, topic),
      at: (point) => at(`raw:${point}`),
    }),
    at: (point) => at(`firehose:${point}`),
  });
}
