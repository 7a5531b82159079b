/** One record for a sink. */
export interface SinkRecord {
  /** Table-safe topic. */
  readonly topic: string;
  /** What `encodeEnvelope` gave: JSON without line breaks. */
  readonly bytes: Uint8Array;
}

/** What became of one record. Accepted means durable: the message may be acknowledged. */
export type SinkResult = { readonly accepted: true } | { readonly accepted: false; readonly error: unknown };

/**
 * Where envelopes go on their way to RAW. Every implementation passes `rawSinkContract`.
 *
 * Delivery is at least once: a record whose result is an error may be there all the same.
 */
export interface RawSink {
  /** Greatest size of one encoded record, bytes. */
  readonly maxRecordBytes: number;
  readonly maxBatchRecords: number;
  /** Greatest sum of encoded records in one call, bytes. */
  readonly maxBatchBytes: number;
  /** One result per record, in the order of the records. Rejects only when no record was accepted. */
  put(
    records: readonly SinkRecord[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly SinkResult[]>;
}
