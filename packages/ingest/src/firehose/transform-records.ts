import { decodeEnvelope } from '../envelope/envelope-codec.js';

/** One record of a Firehose transformation event. */
export interface FirehoseRecord {
  readonly recordId: string;
  /** Base64 of what the sink was given. */
  readonly data: string;
}

/** Why a record failed: it is no envelope, its topic has no table, the answer is full, the time is over. */
export type TransformFailureReason = 'not-an-envelope' | 'no-table' | 'answer-full' | 'time-over';

export interface TransformFailure {
  readonly recordId: string;
  readonly reason: TransformFailureReason;
  /** Null where the record was not read. */
  readonly topic: string | null;
  readonly sqsMessageId: string | null;
  readonly correlationId: string | null;
}

export interface TransformOptions {
  /** Namespace (database) of the RAW tables. */
  readonly namespace: string;
  /** Name of a topic's RAW table. A topic it throws for or gives null for fails. */
  readonly destinationTable: (topic: string) => string | null;
  /** Greatest size of the answer as JSON, bytes. Default 6,000,000: Lambda's limit of 6 MB less a margin. */
  readonly maxResponseBytes?: number;
  /** Says that the time is over: the records that are left are answered without being read. */
  readonly isOver?: () => boolean;
  readonly onFailure?: (failure: TransformFailure) => void;
}

/** The answer to one record. Source: Firehose developer guide, "Route incoming records to different Iceberg tables". */
export interface TransformedRecord {
  readonly recordId: string;
  readonly result: 'Ok' | 'Dropped' | 'ProcessingFailed';
  readonly data: string;
  readonly metadata?: {
    readonly otfMetadata: {
      readonly destinationDatabaseName: string;
      readonly destinationTableName: string;
      readonly operation: 'insert';
    };
  };
}

const MAX_RESPONSE_BYTES = 6_000_000;
/** `{"records":[]}` and room for what a runtime adds. */
const RESPONSE_FRAME = 64;
/** `{"recordId":,"result":"ProcessingFailed","data":""},` without the id. */
const SHORTEST_ANSWER = 52;
const OK_LESS_THAN_FAILED = 'ProcessingFailed'.length - 'Ok'.length;
/** `,"metadata":` */
const METADATA_KEY = 12;

/** Where a topic's records go, and how long that is as JSON. */
interface Route {
  readonly metadata: NonNullable<TransformedRecord['metadata']>;
  readonly bytes: number;
}

/**
 * Routes each encoded envelope to its topic's RAW table. The data pass through unchanged.
 *
 * Every record is answered, in order. What is no envelope, has no table, would make the answer too large or comes
 * after the time is over fails; Firehose then keeps the raw record under its error prefix, from where it is replayed.
 * Nothing is ever dropped.
 *
 * @example
 * transformRecords(event.records, { namespace: 'raw', destinationTable: (topic) => `${topic}_staging` });
 */
export function transformRecords(
  records: readonly FirehoseRecord[],
  options: TransformOptions,
): TransformedRecord[] {
  const { maxResponseBytes = MAX_RESPONSE_BYTES, isOver = () => false, onFailure = () => {} } = options;
  // What the shortest answer to all records takes is set aside first, so that all of them can be answered.
  let left = maxResponseBytes - RESPONSE_FRAME;
  for (const { recordId } of records) left -= SHORTEST_ANSWER + Buffer.byteLength(JSON.stringify(recordId));
  const routes = new Map<string, Route | null>();
  let timeIsOver = false;
  return records.map(({ recordId, data }) => {
    timeIsOver ||= isOver();
    if (timeIsOver) return failed(recordId, '', 'time-over', null);
    const envelope = envelopeOf(data);
    const route = envelope === null ? null : routeOf(envelope.topic_name, options, routes);
    if (envelope !== null && route !== null) {
      const more = data.length + METADATA_KEY + route.bytes - OK_LESS_THAN_FAILED;
      if (more > left) return failed(recordId, '', 'answer-full', envelope);
      left -= more;
      return { recordId, result: 'Ok', data, metadata: route.metadata };
    }
    const reason = envelope === null ? 'not-an-envelope' : 'no-table';
    // Data that came in are echoed where there is room; Firehose keeps its own copy in any case.
    const more = Buffer.byteLength(JSON.stringify(data)) - 2;
    if (more > left) return failed(recordId, '', reason, envelope);
    left -= more;
    return failed(recordId, data, reason, envelope);
  });

  function failed(
    recordId: string,
    data: string,
    reason: TransformFailureReason,
    envelope: ReadEnvelope | null,
  ): TransformedRecord {
    const { topic_name: topic = null, sqs_message_id: sqsMessageId = null } = envelope ?? {};
    onFailure({ recordId, reason, topic, sqsMessageId, correlationId: envelope?.correlation_id ?? null });
    return { recordId, result: 'ProcessingFailed', data };
  }
}

type ReadEnvelope = ReturnType<typeof decodeEnvelope>;

/** Firehose skips members it has no column for and fails on wrong types: both are found here instead. */
function envelopeOf(data: string): ReadEnvelope | null {
  try {
    return decodeEnvelope(Buffer.from(data, 'base64'));
  } catch {
    return null;
  }
}

function routeOf(
  topic: string,
  { namespace, destinationTable }: TransformOptions,
  routes: Map<string, Route | null>,
): Route | null {
  const known = routes.get(topic);
  if (known !== undefined) return known;
  const table = tableOf(topic, destinationTable);
  let route: Route | null = null;
  if (table !== null) {
    const metadata = {
      otfMetadata: { destinationDatabaseName: namespace, destinationTableName: table, operation: 'insert' },
    } as const;
    route = { metadata, bytes: Buffer.byteLength(JSON.stringify(metadata)) };
  }
  routes.set(topic, route);
  return route;
}

function tableOf(topic: string, destinationTable: TransformOptions['destinationTable']): string | null {
  try {
    return destinationTable(topic);
  } catch {
    return null;
  }
}
