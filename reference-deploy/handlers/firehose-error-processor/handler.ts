import type { Clock, ErrorTracker, Logger, Metrics, TopicRegistry } from '@lean-ops/core';
import {
  type Archive,
  deliveryFailure,
  isSettled,
  parseErrorRecord,
  quarantine,
  topicOfRecord,
  UNKNOWN_TOPIC,
  type UndeliveredRecord,
} from '@lean-ops/ingest';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { cachedRegistry } from '../shared/cached-registry.js';
import { HandlerError } from '../shared/error.js';
import { sqsRecords } from '../shared/sqs-event.js';
import { type ErrorObject, errorObjects } from './error-objects.js';
import { objectLines } from './object-lines.js';

export interface FirehoseErrorProcessorDependencies {
  readonly registry: Pick<TopicRegistry, 'get'>;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The bytes of an object as they come. */
  readonly readObject: (object: ErrorObject) => Promise<AsyncIterable<Uint8Array>>;
  /** The queue of a topic, as the queue spells it. */
  readonly queueArnOf: (queueTopic: string, event: SQSEvent) => string;
}

/** Records archived at once. */
const CONCURRENCY = 32;
/** Kept for what has been begun: each attempt of S3 and DynamoDB at its slowest, and a little. */
const SAFETY_MARGIN_MS = 45_000;
const DEFAULT_REMAINING_MS = 300_000;

/**
 * Firehose's error prefix → archive and tracker: every record that the transform failed or that could not be delivered
 * is kept as the embedded platform keeps it, and can be replayed.
 *
 * Takes the queue of S3's notifications. An object whose records are not all in the archive when the time is over is
 * handed back, and so are those behind it; what comes again is recognised and skipped, so that each turn gets further.
 * Records that were replayed since stay as they are. A line that cannot be read is archived too, whole, under no topic.
 * Objects are left where they are.
 */
export function createHandler(
  dependencies: FirehoseErrorProcessorDependencies,
): (event: SQSEvent, context?: { getRemainingTimeInMillis(): number }) => Promise<SQSBatchResponse> {
  const { registry, clock, logger, queueArnOf } = dependencies;
  const rowOf = cachedRegistry({ registry, clock });
  return async (event, context) => {
    const remainingMs = context?.getRemainingTimeInMillis() ?? DEFAULT_REMAINING_MS;
    const endMs = clock.now() + remainingMs - SAFETY_MARGIN_MS;
    const queueOf = async (topic: string): Promise<string> => {
      if (topic === UNKNOWN_TOPIC) return '';
      return queueArnOf((await rowOf(topic))?.queueTopic ?? topic, event);
    };
    const failures: string[] = [];
    let isTimeOver = false;
    for (const message of sqsRecords(event)) {
      if (isTimeOver) {
        failures.push(message.messageId);
        continue;
      }
      const isRepeated = Number(message.attributes.ApproximateReceiveCount) > 1;
      try {
        for (const object of errorObjects(message)) {
          const archived = await archiveObject(object, { ...dependencies, queueOf, endMs, isRepeated });
          logger.info('an object of the error prefix is archived', { ...object, ...archived });
        }
      } catch (error) {
        logger.error('an object of the error prefix is handed back', {
          sqsMessageId: message.messageId,
          error,
        });
        failures.push(message.messageId);
        isTimeOver = error instanceof HandlerError && error.code === 'TIME_OVER';
      }
    }
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

interface ObjectWork extends FirehoseErrorProcessorDependencies {
  readonly queueOf: (topic: string) => Promise<string>;
  readonly endMs: number;
  /** The object came before: some of its records may be in the archive. */
  readonly isRepeated: boolean;
}

interface ArchivedObject {
  readonly records: number;
  /** Of them, known from an earlier turn. */
  readonly known: number;
  readonly unreadable: number;
}

async function archiveObject(object: ErrorObject, work: ObjectWork): Promise<ArchivedObject> {
  const { readObject, clock, endMs } = work;
  const counts = { records: 0, known: 0, unreadable: 0 };
  const lines = objectLines(await readObject(object));
  let failure: unknown;
  const archiver = async (): Promise<void> => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      if (failure !== undefined) return;
      if (clock.now() >= endMs) throw timeOver(object, counts.records);
      const outcome = await archiveLine(next.value, object, work);
      counts.records += 1;
      if (outcome !== 'archived') counts[outcome] += 1;
    }
  };
  const guarded = (): Promise<void> =>
    archiver().catch((error: unknown) => {
      failure ??= error;
    });
  await Promise.all(Array.from({ length: CONCURRENCY }, guarded));
  await lines.return(undefined);
  if (failure !== undefined) throw failure;
  return counts;
}

async function archiveLine(
  line: string,
  object: ErrorObject,
  work: ObjectWork,
): Promise<'archived' | 'known' | 'unreadable'> {
  const { clock, tracker, isRepeated, queueOf } = work;
  const read = parseErrorRecord(line);
  const record = read ?? unreadable(line, object);
  const topic = topicOfRecord(record.data);
  const failure = deliveryFailure(record, { topic, queueArn: await queueOf(topic), nowMs: clock.now() });
  const { arrivedMs } = record;
  // Looking is quicker than writing: an object that took more than one turn gets further in the next.
  const known = isRepeated ? await tracker.get(failure.id) : null;
  if (known !== null && (known.status === 'open' || isSettled(known, arrivedMs))) return 'known';
  await quarantine(failure, work, 0, arrivedMs);
  return read === null ? 'unreadable' : 'archived';
}

function unreadable(line: string, { writtenMs }: ErrorObject): UndeliveredRecord {
  return {
    data: Buffer.from(line, 'utf8'),
    arrivedMs: writtenMs,
    code: 'ERROR_RECORD_UNREADABLE',
    message: "the line is not one of Firehose's error records",
  };
}

function timeOver(object: ErrorObject, records: number): HandlerError {
  return new HandlerError(
    `the time is over after ${records} records of s3://${object.bucket}/${object.key}: the rest follows when it is received again`,
    { code: 'TIME_OVER', retryable: true, context: { ...object, records } },
  );
}
