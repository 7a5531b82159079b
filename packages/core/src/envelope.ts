/** Where `publish_time` came from: a time the producer gave in the body, or the queue's `SentTimestamp`. */
export type PublishTimeSource = 'producer' | 'sqs';

/**
 * One event as it stands in RAW: the row of `raw.{topic}_staging`, and the JSON record that goes to the sink.
 *
 * Times are whole microseconds since 1970-01-01T00:00:00Z as `bigint`. Field names are the column names.
 * Source: docs/layer_definitions.md, "Envelope".
 */
export interface Envelope {
  /** Table-safe topic, `[a-z][a-z0-9_]*`. */
  topic_name: string;
  message_id: string;
  sqs_message_id: string;
  idempotency_key: string | null;
  /** `YYYY-MM` or null. */
  period_reference: string | null;
  correlation_id: string | null;
  publish_time: bigint;
  publish_time_source: PublishTimeSource;
  ingestion_ts: bigint;
  /** The payload exactly as the queue delivered it. */
  json_payload: string;
  /** The wrapper with the payload's value replaced by `null`; null for a bare body. */
  envelope_json: string | null;
}

/** Iceberg type of an envelope column. */
export type EnvelopeColumnType = 'string' | 'timestamptz';

export interface EnvelopeColumn {
  readonly name: keyof Envelope;
  readonly type: EnvelopeColumnType;
  readonly required: boolean;
}

/** The columns of a RAW table, in order: Iceberg field id = position + 1. */
export const ENVELOPE_COLUMNS: readonly EnvelopeColumn[] = [
  { name: 'topic_name', type: 'string', required: true },
  { name: 'message_id', type: 'string', required: true },
  { name: 'sqs_message_id', type: 'string', required: true },
  { name: 'idempotency_key', type: 'string', required: false },
  { name: 'period_reference', type: 'string', required: false },
  { name: 'correlation_id', type: 'string', required: false },
  { name: 'publish_time', type: 'timestamptz', required: true },
  { name: 'publish_time_source', type: 'string', required: true },
  { name: 'ingestion_ts', type: 'timestamptz', required: true },
  { name: 'json_payload', type: 'string', required: true },
  { name: 'envelope_json', type: 'string', required: false },
];

/** How a topic's bodies are read: `auto` decides per message, the others never guess. */
export type EnvelopeMode = 'auto' | 'bare' | 'wrapped';
