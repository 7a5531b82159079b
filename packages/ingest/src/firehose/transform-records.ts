import { decodeEnvelope } from '../envelope/envelope-codec.js';

/** One record of a Firehose transformation event. */
export interface FirehoseRecord {
  readonly recordId: string;
  /** Base64 of what the sink was given. */
  readonly data: string;
}

export interface TransformOptions {
  /** Namespace (database) of the RAW tables. */
  readonly namespace: string;
  /** Name of a topic's RAW table. A topic it throws for or gives null for fails. */
  readonly destinationTable: (topic: string) => string | null;
  /** Greatest size of the answer as JSON, bytes. Default 6,000,000: Lambda's limit of 6 MB less a margin. */
  readonly maxResponseBytes?: number;
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

/**
 * Routes each encoded envelope to its topic's RAW table. The data pass through unchanged.
 *
 * Every record is answered, in order. What is no envelope, has no table or would make the answer too large fails;
 * Firehose then keeps the raw record under its error prefix, from where it is replayed. Nothing is ever dropped.
 *
 * @example
 * transformRecords(event.records, { namespace: 'raw', destinationTable: (topic) => `${topic}_staging` });
 */
export function transformRecords(
  records: readonly FirehoseRecord[],
  options: TransformOptions,
): TransformedRecord[] {
  const { maxResponseBytes = MAX_RESPONSE_BYTES } = options;
  // What the shortest answer to all records takes is set aside first, so that all of them can be answered.
  let left = maxResponseBytes - RESPONSE_FRAME;
  for (const { recordId } of records) left -= answerBytes(failed(recordId, ''));
  const tables = new Map<string, string | null>();
  return records.map((record) => {
    const shortest = failed(record.recordId, '');
    const answer = answerTo(record, options, tables);
    const more = answerBytes(answer) - answerBytes(shortest);
    if (more > left) return shortest;
    left -= more;
    return answer;
  });
}

function answerTo(
  { recordId, data }: FirehoseRecord,
  { namespace, destinationTable }: TransformOptions,
  tables: Map<string, string | null>,
): TransformedRecord {
  const topic = topicOf(data);
  if (topic === null) return failed(recordId, data);
  let table = tables.get(topic);
  if (table === undefined) {
    table = tableOf(topic, destinationTable);
    tables.set(topic, table);
  }
  if (table === null) return failed(recordId, data);
  const otfMetadata = {
    destinationDatabaseName: namespace,
    destinationTableName: table,
    operation: 'insert',
  } as const;
  return { recordId, result: 'Ok', data, metadata: { otfMetadata } };
}

/** Firehose skips members it has no column for and fails on wrong types: both are found here instead. */
function topicOf(data: string): string | null {
  try {
    return decodeEnvelope(Buffer.from(data, 'base64')).topic_name;
  } catch {
    return null;
  }
}

function tableOf(topic: string, destinationTable: TransformOptions['destinationTable']): string | null {
  try {
    return destinationTable(topic);
  } catch {
    return null;
  }
}

function failed(recordId: string, data: string): TransformedRecord {
  return { recordId, result: 'ProcessingFailed', data };
}

/** Size of an answer in JSON with the comma behind it; base64 and our own names need no escapes. */
function answerBytes({ recordId, result, data, metadata }: TransformedRecord): number {
  const metadataBytes = metadata === undefined ? 0 : 13 + Buffer.byteLength(JSON.stringify(metadata));
  return 40 + Buffer.byteLength(JSON.stringify(recordId)) + result.length + data.length + metadataBytes;
}
