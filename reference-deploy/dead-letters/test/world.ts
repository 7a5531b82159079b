import {
  immediateSleep,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  seededRandom,
  silentLogger,
  type TrackedError,
} from '@lean-ops/core';
import {
  type Archive,
  type ArchivedMessage,
  archivedMessage,
  encodeEnvelope,
  type IngestFailure,
  MemoryArchive,
  MemoryRawSink,
  normalizeMessage,
  processBatch,
  type QueueMessage,
  quarantine,
  topicFromQueueArn,
} from '@lean-ops/ingest';
import type { DeadLetterPorts, ReplayMessage } from '../ports.js';

export const START = Date.UTC(2026, 5, 1);
export const NAMES = { project: 'lean-ops', environment: 'test' };

export function queueArn(queueTopic: string): string {
  return `arn:aws:sqs:eu-west-1:1:lean-ops-test-${queueTopic}-queue`;
}

const UNKNOWN_FAILURE: IngestFailure = {
  errorClass: 'unknown',
  action: 'RETRY',
  code: 'RECEIVED_TOO_OFTEN',
  message: 'handed back each time',
};

/** Archive, tracker, queue and sink in memory, with `orders` registered, and the real processor behind the queue. */
export class DeadLetterWorld {
  readonly clock: ManualClock = new ManualClock(START);
  readonly archive: Archive;
  readonly state: MemoryStateStore = new MemoryStateStore({ clock: this.clock });
  readonly sink: MemoryRawSink = new MemoryRawSink();
  readonly metrics: MemoryMetrics = new MemoryMetrics();
  /** What waits in the queues. */
  readonly queued: ReplayMessage[] = [];
  /** When each message was sent, on the clock. */
  readonly sentAt: number[] = [];
  readonly registered: Set<string> = new Set(['orders']);
  readonly ports: DeadLetterPorts;
  #received = 0;

  constructor(changes: Partial<DeadLetterPorts> = {}) {
    const { clock, state, sink } = this;
    const archive = changes.archive ?? new MemoryArchive();
    this.archive = archive;
    this.ports = {
      archive,
      tracker: state.errors,
      registry: {
        get: async (topic) => (this.registered.has(topic) ? registryRow(topic) : null),
        list: async () => [...this.registered].map(registryRow),
      },
      queue: {
        send: async (message) => {
          this.queued.push(message);
          this.sentAt.push(clock.now());
        },
      },
      sink,
      hasRawTable: async (topic) => this.registered.has(topic),
      tasks: { call: async () => null, newExecutionId: () => 'test' },
      names: NAMES,
      clock,
      random: seededRandom(1),
      sleep: immediateSleep(clock),
      ...changes,
    };
  }

  /** A message that the queue delivered too often, though nothing is wrong with it. */
  async deadLetter(id: string, changes: Partial<QueueMessage> = {}): Promise<ArchivedMessage> {
    return await this.#archive('dead-letter', message(id, changes));
  }

  /** A record that Firehose could not deliver. */
  async deliveryFailure(id: string, body?: string): Promise<ArchivedMessage> {
    const { archive, state, metrics, clock } = this;
    const normalized = normalizeMessage(message(id), {
      topic: 'orders',
      mode: 'auto',
      nowMicros: BigInt(clock.now()) * 1000n,
    });
    if (!normalized.ok) throw new Error('the message is no envelope');
    const text = body ?? Buffer.from(encodeEnvelope(normalized.envelope)).toString('utf8');
    const record = archivedMessage(message(id, { body: text }), {
      kind: 'delivery-failure',
      topic: 'orders',
      failure: UNKNOWN_FAILURE,
      nowMs: clock.now(),
    });
    await quarantine(record, { archive, tracker: state.errors, metrics });
    return record;
  }

  /** Takes a message through the processor, as the queue would deliver it. */
  async process(messages: readonly QueueMessage[]): Promise<void> {
    const { archive, state, sink, metrics, clock, ports } = this;
    await processBatch(messages, {
      topicOf: (arn) => topicFromQueueArn(arn, NAMES),
      registry: (topic) => ports.registry.get(topic),
      sink,
      archive,
      tracker: state.errors,
      clock,
      random: ports.random,
      sleep: ports.sleep,
      logger: silentLogger,
      metrics,
      deadlineMs: clock.now() + 60_000,
    });
  }

  /** Lets the processor take what waits in the queues. */
  async drain(): Promise<void> {
    const waiting = this.queued.splice(0);
    await this.process(
      waiting.map(({ queueArn: arn, body, attributes }) => ({
        messageId: `received-${this.#received++}`,
        body,
        attributes,
        queueArn: arn,
        sentTimestampMs: this.clock.now(),
        receiveCount: 1,
      })),
    );
  }

  async tracked(): Promise<TrackedError[]> {
    const records: TrackedError[] = [];
    for await (const record of this.state.errors.list()) records.push(record);
    return records;
  }

  async #archive(kind: 'dead-letter', queueMessage: QueueMessage): Promise<ArchivedMessage> {
    const { archive, state, metrics, clock } = this;
    const topic = topicFromQueueArn(queueMessage.queueArn, NAMES)?.topic ?? 'unknown';
    const record = archivedMessage(queueMessage, {
      kind,
      topic,
      failure: UNKNOWN_FAILURE,
      nowMs: clock.now(),
    });
    await quarantine(record, { archive, tracker: state.errors, metrics });
    return record;
  }
}

export function message(id: string, changes: Partial<QueueMessage> = {}): QueueMessage {
  return {
    messageId: `sqs-${id}`,
    body: `{"idempotency_key":"${id}","amount":1.10}`,
    sentTimestampMs: START - 60_000,
    attributes: {},
    receiveCount: 1,
    queueArn: queueArn('orders'),
    ...changes,
  };
}

function registryRow(topic: string) {
  return {
    topic,
    queueTopic: topic,
    state: 'enabled',
    stateReason: null,
    stateBy: null,
    stateSince: null,
    contractVersion: null,
    engine: 'node',
    envelope: 'auto',
    schedule: 'every-round',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: START,
  } as const;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
