import type { FirehoseTransformationEvent } from 'aws-lambda';
import type { FirehoseTransformResult } from '../handlers/firehose-transform/handler.js';

/** Firehose's own default for the buffer of a transform. */
const BUFFER_BYTES = 1024 * 1024;

export interface TransformStreamOptions {
  readonly transform: (event: FirehoseTransformationEvent) => Promise<FirehoseTransformResult>;
  /** Takes each record that came back, with the table it goes to; null for one that failed. */
  readonly onRow: (bytes: Uint8Array, table: string | null) => void;
}

/** A stream between Firehose and its tables: gathers records and has the transform route them. */
export class TransformStream {
  calls = 0;
  /** Seconds of the processor's time that the transform took. */
  cpuSeconds = 0;
  readonly #options: TransformStreamOptions;
  #records: Uint8Array[] = [];
  #bytes = 0;

  constructor(options: TransformStreamOptions) {
    this.#options = options;
  }

  add(bytes: Uint8Array): void {
    this.#records.push(bytes);
    this.#bytes += bytes.length;
  }

  get isDue(): boolean {
    return this.#bytes >= BUFFER_BYTES;
  }

  async flush(): Promise<void> {
    const sent = this.#records;
    if (sent.length === 0) return;
    this.#records = [];
    this.#bytes = 0;
    this.calls += 1;
    const event: FirehoseTransformationEvent = {
      invocationId: `invocation-${this.calls}`,
      deliveryStreamArn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/raw',
      region: 'eu-west-1',
      records: sent.map((bytes, index) => ({
        recordId: `record-${index}`,
        approximateArrivalTimestamp: 0,
        data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
      })),
    };
    const before = process.cpuUsage();
    const { records } = await this.#options.transform(event);
    const { user, system } = process.cpuUsage(before);
    this.cpuSeconds += (user + system) / 1e6;
    if (records.length !== sent.length)
      throw new Error(`${records.length} answers to ${sent.length} records`);
    for (const [index, { recordId, result, data, metadata }] of records.entries()) {
      const record = event.records[index]!;
      if (recordId !== record.recordId)
        throw new Error(`${recordId} answered in the place of ${record.recordId}`);
      const isRow = result === 'Ok' && data === record.data;
      this.#options.onRow(sent[index]!, isRow ? (metadata?.otfMetadata.destinationTableName ?? null) : null);
    }
  }
}
