import {
  type ErrorTracker,
  MemoryStateStore,
  noopMetrics,
  silentLogger,
  systemClock,
  systemRandom,
  systemSleep,
} from '@lean-ops/core';
import { MemoryArchive, type RawSink } from '@lean-ops/ingest';
import { createHandler } from '../handlers/sqs-processor/handler.js';
import { loadTopics, registryRowOf, sqsRecord } from './message-source.js';

interface BatchOptions {
  readonly batches: number;
  /** Messages per batch. */
  readonly batchSize: number;
  /** Batches before measuring begins. */
  readonly warmUp: number;
}

/** Milliseconds that the SQS processor took for each batch, with a sink that takes everything at once. */
export async function measureBatches({ batches, batchSize, warmUp }: BatchOptions): Promise<Float64Array> {
  const state = new MemoryStateStore({ clock: systemClock });
  const [topic] = loadTopics(2, 'lean-ops-load').slice(1);
  await state.topics.put(registryRowOf(topic!));
  const sink: RawSink = {
    maxRecordBytes: 1_024_000,
    maxBatchRecords: 500,
    maxBatchBytes: 4 * 1024 * 1024,
    put: async (records) => records.map(() => ({ accepted: true })),
  };
  const handle = createHandler({
    project: 'lean-ops',
    environment: 'load',
    registry: state.topics,
    sink,
    archive: new MemoryArchive(),
    tracker: { record: async () => true } as unknown as ErrorTracker,
    outbox: state.outbox,
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    logger: silentLogger,
    metrics: noopMetrics,
  });
  const took = new Float64Array(batches);
  for (let batch = -warmUp; batch < batches; batch += 1) {
    const first = (batch + warmUp) * batchSize;
    const Records = Array.from({ length: batchSize }, (_, place) =>
      sqsRecord(first + place, topic!, { sentMs: Date.UTC(2026, 0, 15), receiveCount: 1 }),
    );
    const before = performance.now();
    await handle({ Records });
    if (batch >= 0) took[batch] = performance.now() - before;
  }
  return took;
}
