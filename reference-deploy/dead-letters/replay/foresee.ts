import { MemoryStateStore, noopMetrics, silentLogger } from '@lean-ops/core';
import {
  type ArchivedMessage,
  decodeEnvelope,
  MemoryArchive,
  MemoryRawSink,
  processBatch,
  REPLAY_ATTRIBUTE,
  topicFromQueueArn,
} from '@lean-ops/ingest';
import type { DeadLetterPorts } from '../ports.js';
import { replayMessage } from './replay-message.js';

/** What is known of a replay before it is made. */
export type Foresight =
  /** Nothing speaks against it. What failed for other reasons than the message itself may of course fail again. */
  { readonly passes: true } | { readonly passes: false; readonly code: string; readonly detail: string };

/** Longer than deciding about one message in memory can take. */
const DEADLINE_MS = 60_000;

/**
 * Whether ingestion would take a message as things stand now: the processor itself decides, in memory, under the
 * deployment's registry. A record that could not be delivered needs no more than its table.
 */
export async function foresee(message: ArchivedMessage, ports: DeadLetterPorts): Promise<Foresight> {
  if (message.kind === 'delivery-failure') return await foreseeDelivery(message, ports);
  if (message.attributes[REPLAY_ATTRIBUTE] !== undefined) {
    return {
      passes: false,
      code: 'REPLAY_ATTRIBUTE_INVALID',
      detail: `it came with an attribute ${REPLAY_ATTRIBUTE} that cannot be read: who it was first is not known`,
    };
  }
  const { registry, sink, names, clock, random, sleep } = ports;
  const { maxRecordBytes } = sink;
  const state = new MemoryStateStore({ clock });
  const { queueArn, body, attributes } = replayMessage(message, 1);
  const { counts } = await processBatch(
    [
      {
        messageId: message.sqsMessageId,
        body,
        sentTimestampMs: message.sentTimestampMs,
        attributes,
        receiveCount: 1,
        queueArn,
      },
    ],
    {
      topicOf: (arn) => topicFromQueueArn(arn, names),
      registry: (topic) => registry.get(topic),
      sink: new MemoryRawSink({ maxRecordBytes }),
      archive: new MemoryArchive(),
      tracker: state.errors,
      clock,
      random,
      sleep,
      logger: silentLogger,
      metrics: noopMetrics,
      deadlineMs: clock.now() + DEADLINE_MS,
    },
  );
  if (counts.quarantined === 0) return { passes: true };
  for await (const { errorCode, errorMessage } of state.errors.list()) {
    return { passes: false, code: errorCode, detail: errorMessage };
  }
  return { passes: true };
}

async function foreseeDelivery(
  { body, topic }: ArchivedMessage,
  { hasRawTable, sink }: DeadLetterPorts,
): Promise<Foresight> {
  const bytes = Buffer.from(body, 'utf8');
  try {
    const envelope = decodeEnvelope(bytes);
    if (envelope.topic_name !== topic) {
      const detail = `the record is of topic ${envelope.topic_name}, and was archived under ${topic}`;
      return { passes: false, code: 'ENVELOPE_UNREADABLE', detail };
    }
  } catch (error) {
    return { passes: false, code: 'ENVELOPE_UNREADABLE', detail: (error as Error).message };
  }
  if (bytes.length > sink.maxRecordBytes) {
    const detail = `the record has ${bytes.length} bytes, above the sink's ${sink.maxRecordBytes}`;
    return { passes: false, code: 'RECORD_TOO_LARGE', detail };
  }
  if (await hasRawTable(topic)) return { passes: true };
  return { passes: false, code: 'TABLE_NOT_FOUND', detail: `topic ${topic} has no RAW table` };
}
