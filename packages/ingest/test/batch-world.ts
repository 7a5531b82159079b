import {
  type Clock,
  immediateSleep,
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  MemoryStateStore,
  type Random,
  type Sleep,
} from '@lean-ops/core';
import {
  MemoryArchive,
  MemoryRawSink,
  type ProcessBatchDependencies,
  processBatch,
  type QueueMessage,
  topicFromQueueArn,
} from '../src/index.js';

export const NAMING = { project: 'lean-ops', environment: 'test' };
export const START = Date.UTC(2026, 0, 1);

export function queueArn(queueTopic: string): string {
  return `arn:aws:sqs:eu-west-1:1:lean-ops-test-${queueTopic}-queue`;
}

export function queueMessage(messageId: string, changes: Partial<QueueMessage> = {}): QueueMessage {
  return {
    messageId,
    body: `{"id":"${messageId}"}`,
    sentTimestampMs: START - 1_000,
    attributes: {},
    receiveCount: 1,
    queueArn: queueArn('events'),
    ...changes,
  };
}

/** Everything a batch needs, in memory, with `events` and `clicks` registered. */
export class BatchWorld {
  readonly clock: ManualClock = new ManualClock(START);
  readonly sink: MemoryRawSink = new MemoryRawSink();
  readonly archive: MemoryArchive = new MemoryArchive();
  readonly state: MemoryStateStore = new MemoryStateStore({ clock: this.clock as Clock });
  readonly logger: MemoryLogger = new MemoryLogger();
  readonly metrics: MemoryMetrics = new MemoryMetrics();
  /** Delays asked for, milliseconds. */
  readonly slept: number[] = [];

  dependencies(changes: Partial<ProcessBatchDependencies> = {}): ProcessBatchDependencies {
    const pass = immediateSleep(this.clock);
    const sleep: Sleep = async (milliseconds, signal) => {
      this.slept.push(milliseconds);
      await pass(milliseconds, signal);
    };
    const random: Random = { next: () => 0.5, uuid: () => 'unused' };
    return {
      topicOf: (arn) => topicFromQueueArn(arn, NAMING),
      registry: (topic) => (topic === 'events' || topic === 'clicks' ? { envelope: 'auto' } : null),
      sink: this.sink,
      archive: this.archive,
      tracker: this.state.errors,
      clock: this.clock,
      random,
      sleep,
      logger: this.logger,
      metrics: this.metrics,
      deadlineMs: START + 60_000,
      ...changes,
    };
  }

  process(messages: readonly QueueMessage[], changes: Partial<ProcessBatchDependencies> = {}) {
    return processBatch(messages, this.dependencies(changes));
  }

  /** Queue ids of the messages in quarantine whose archive and tracker both know them, with their codes. */
  async quarantined(): Promise<Map<string, { code: string; body: string; topic: string }>> {
    const found = new Map<string, { code: string; body: string; topic: string }>();
    for await (const error of this.state.errors.list()) {
      const { body, sqsMessageId } = await this.archive.get(error.archiveKey);
      found.set(sqsMessageId, { code: error.errorCode, body, topic: error.topic });
    }
    return found;
  }
}
