import {
  type ErrorTracker,
  type Logger,
  MemoryStateStore,
  noopMetrics,
  type Random,
  seededRandom,
  silentLogger,
  systemClock,
} from '@lean-ops/core';
import type { Archive, ArchivedMessage } from '@lean-ops/ingest';
import { FirehoseRawSink } from '@lean-ops/ingest/firehose';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import type { SQSRecord } from 'aws-lambda';
import { createHandler as firehoseTransform } from '../handlers/firehose-transform/handler.js';
import { createHandler as sqsProcessor } from '../handlers/sqs-processor/handler.js';
import { type FaultRates, FaultyFirehose } from './faulty-firehose.js';
import { LoadTally } from './load-tally.js';
import { groupOf, indexOf, type LoadTopic, loadTopics, registryRowOf, sqsRecord } from './message-source.js';
import { TransformStream } from './transform-stream.js';

export interface LoadOptions {
  readonly messages: number;
  readonly topics: number;
  readonly seed: number;
  readonly rates: FaultRates;
  /** Share of messages that the queue delivers a second time after they were acknowledged. */
  readonly duplicated: number;
  /** Messages per batch of a standard queue; a FIFO queue's has 10 at most. */
  readonly batchSize: number;
  /** Called about every hundredth part of the way. */
  readonly onProgress?: (done: number) => void;
}

export interface LoadReport {
  readonly messages: number;
  readonly batches: number;
  readonly handedBack: number;
  readonly redelivered: number;
  readonly retries: number;
  readonly throttledCalls: number;
  readonly refusedRecords: number;
  readonly transformCalls: number;
  readonly quarantined: number;
  /** Messages neither in a table nor in the archive. */
  readonly lost: number;
  /** Messages in a table more often than the queue delivered them. */
  readonly doubled: number;
  /** Rows that repeat a message: of deliveries that came twice, and of answers that were lost. */
  readonly copies: number;
  /** Rows in a table of another topic, or in none. */
  readonly astray: number;
  /** Message groups of FIFO queues that were acknowledged out of order. */
  readonly outOfOrder: number;
  /** Seconds of processor time in the SQS processor, and in the transform. */
  readonly processorCpuSeconds: number;
  readonly transformCpuSeconds: number;
}

const PROJECT = 'lean-ops';
const ENVIRONMENT = 'load';
const STREAMS = Array.from({ length: 10 }, (_, index) => `${PROJECT}-${ENVIRONMENT}-raw-${index}`);
const FIFO_BATCH = 10;
/** Two puts of a record at most, so that some are handed back. */
const ATTEMPTS = 2;
const SENT_MS = Date.UTC(2026, 0, 15);
const CONTEXT = { getRemainingTimeInMillis: (): number => 60_000 };

interface Queue {
  readonly topic: LoadTopic;
  /** Number of the next new message: those of a topic are as many apart as there are topics. */
  next: number;
  /** Messages to deliver again, in order. */
  readonly again: number[];
  readonly lastOfGroup: Map<string, number>;
}

/**
 * Messages of many topics through the SQS processor, a Firehose with faults and its transform, with every message
 * accounted for at the end. Batches are made when they are delivered; a byte per message and counter is all that stays.
 */
export async function runIngestionLoad(options: LoadOptions): Promise<LoadReport> {
  return await new IngestionLoad(options).run();
}

class IngestionLoad {
  readonly #options: LoadOptions;
  readonly #random: Random;
  readonly #tally: LoadTally;
  readonly #firehose: FaultyFirehose;
  readonly #stream: TransformStream;
  readonly #queues: readonly Queue[];
  readonly #processor: ReturnType<typeof sqsProcessor>;
  readonly #state = new MemoryStateStore({ clock: systemClock });
  readonly #counts = { batches: 0, handedBack: 0, redelivered: 0, retries: 0, quarantined: 0, delivered: 0 };
  #processorMicros = 0;
  #astray = 0;
  #outOfOrder = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    const tally = new LoadTally(options.messages);
    this.#tally = tally;
    const topics = loadTopics(options.topics, `${PROJECT}-${ENVIRONMENT}`);
    this.#queues = topics.map((topic, next) => ({ topic, next, again: [], lastOfGroup: new Map() }));
    const tables = new Map(topics.map(({ topic }, index) => [rawTableName(topic), index]));
    this.#stream = new TransformStream({
      transform: firehoseTransform({
        namespace: 'raw',
        destinationTable: rawTableName,
        clock: systemClock,
        logger: silentLogger,
        metrics: noopMetrics,
      }),
      onRow: (bytes, table) => {
        const index = LoadTally.indexOfRecord(bytes);
        if (tables.get(table ?? '') === index % options.topics) tally.rows[index]! += 1;
        else this.#astray += 1;
      },
    });
    this.#firehose = new FaultyFirehose({
      rates: options.rates,
      random: this.#random,
      onRecord: (bytes) => {
        tally.streamed[LoadTally.indexOfRecord(bytes)]! += 1;
        this.#stream.add(bytes);
      },
      onLostAnswer: (bytes) => {
        tally.unheard[LoadTally.indexOfRecord(bytes)]! += 1;
      },
    });
    this.#processor = this.#sqsProcessor(silentLogger);
  }

  async run(): Promise<LoadReport> {
    await this.#register();
    const { messages, onProgress = () => {} } = this.#options;
    let told = 0;
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (const queue of this.#queues) {
        const batch = this.#batchOf(queue);
        if (batch.length === 0) continue;
        isBusy = true;
        await this.#deliver(queue, batch);
        if (this.#stream.isDue) await this.#stream.flush();
      }
      if (this.#counts.delivered - told < messages / 100) continue;
      told = this.#counts.delivered;
      onProgress(told);
    }
    await this.#stream.flush();
    const { delivered: _delivered, ...counts } = this.#counts;
    return {
      messages,
      ...counts,
      throttledCalls: this.#firehose.throttled,
      refusedRecords: this.#firehose.refused,
      transformCalls: this.#stream.calls,
      ...this.#tally.verdict(),
      astray: this.#astray,
      outOfOrder: this.#outOfOrder,
      processorCpuSeconds: this.#processorMicros / 1e6,
      transformCpuSeconds: this.#stream.cpuSeconds,
    };
  }

  #batchOf(queue: Queue): number[] {
    const { messages, topics, batchSize } = this.#options;
    const size = queue.topic.fifo ? FIFO_BATCH : batchSize;
    const batch = queue.again.splice(0, size);
    for (; batch.length < size && queue.next < messages; queue.next += topics) batch.push(queue.next);
    return batch;
  }

  async #deliver(queue: Queue, batch: readonly number[]): Promise<void> {
    const { topic } = queue;
    const Records: SQSRecord[] = batch.map((index) =>
      sqsRecord(index, topic, { sentMs: SENT_MS + index, receiveCount: 1 }),
    );
    const heardBefore = batch.map((index) => this.#tally.heard(index));
    const before = process.cpuUsage();
    const { batchItemFailures } = await this.#processor({ Records }, CONTEXT);
    const { user, system } = process.cpuUsage(before);
    this.#processorMicros += user + system;
    this.#counts.batches += 1;
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => indexOf(itemIdentifier)));
    if (![...failed].every((index) => batch.includes(index)))
      throw new Error('an id of no message of the batch');
    this.#settle(queue, batch, failed, heardBefore);
  }

  #settle(
    queue: Queue,
    batch: readonly number[],
    failed: ReadonlySet<number>,
    heardBefore: readonly number[],
  ): void {
    const tally = this.#tally;
    const duplicates: number[] = [];
    const back: number[] = [];
    for (const [place, index] of batch.entries()) {
      if (failed.has(index)) {
        back.push(index);
        this.#counts.handedBack += 1;
        tally.repeated[index]! += tally.heard(index) - heardBefore[place]!;
        continue;
      }
      tally.acknowledged[index]! += 1;
      this.#counts.delivered += 1;
      if (queue.topic.fifo) this.#checkOrder(queue, index);
      else if (this.#random.next() < this.#options.duplicated) duplicates.push(index);
    }
    this.#counts.redelivered += duplicates.length;
    // What a FIFO queue gets back comes again before all that is new.
    queue.again.unshift(...back);
    queue.again.push(...duplicates);
  }

  #checkOrder({ lastOfGroup }: Queue, index: number): void {
    const group = groupOf(index);
    if ((lastOfGroup.get(group) ?? -1) >= index) this.#outOfOrder += 1;
    lastOfGroup.set(group, index);
  }

  async #register(): Promise<void> {
    for (const { topic } of this.#queues) {
      await this.#state.topics.put(registryRowOf(topic));
    }
  }

  #sqsProcessor(logger: Logger): ReturnType<typeof sqsProcessor> {
    const tally = this.#tally;
    const archive: Archive = {
      put: async (message: ArchivedMessage) => {
        tally.archived[indexOf(message.sqsMessageId)]! += 1;
        this.#counts.quarantined += 1;
        return message.id;
      },
      get: () => Promise.reject(new Error('not kept')),
      list: async function* () {},
    };
    const tracker = { record: async () => true } as unknown as ErrorTracker;
    return sqsProcessor({
      project: PROJECT,
      environment: ENVIRONMENT,
      registry: this.#state.topics,
      sink: new FirehoseRawSink({ client: this.#firehose, streams: STREAMS }),
      archive,
      tracker,
      outbox: this.#state.outbox,
      clock: systemClock,
      random: this.#random,
      sleep: async () => {},
      logger,
      metrics: noopMetrics,
      retry: { maxAttempts: ATTEMPTS },
      onBatch: ({ retries }) => {
        this.#counts.retries += retries;
      },
    });
  }
}
