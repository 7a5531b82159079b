import type { PutRecordBatchCommand, PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose';
import type { FirehoseCommandSender } from '../../src/raw-sink/firehose/index.js';

interface PutRecords {
  readonly stream: string;
  readonly records: readonly Uint8Array[];
}

function refused(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

/** Firehose's entrance with the limits of the API reference; says which records of a call it does not take. */
export class StrictFirehose implements FirehoseCommandSender {
  readonly #streams: ReadonlySet<string>;
  /** Accepted records, call by call. */
  readonly calls: PutRecords[] = [];
  /** The error code of a record that is not taken, or null. */
  refuse: (record: Uint8Array, place: number) => string | null = () => null;

  constructor(streams: readonly string[]) {
    this.#streams = new Set(streams);
  }

  async send(
    { input }: PutRecordBatchCommand,
    options: { abortSignal?: AbortSignal } = {},
  ): Promise<PutRecordBatchCommandOutput> {
    options.abortSignal?.throwIfAborted();
    const stream = input.DeliveryStreamName ?? '';
    if (!this.#streams.has(stream)) throw refused('ResourceNotFoundException', `stream ${stream} not found`);
    const records = (input.Records ?? []).map(({ Data }) => Data!);
    const bytes = records.reduce((sum, { length }) => sum + length, 0);
    if (records.length === 0 || records.length > 500) {
      throw refused('ValidationException', `${records.length} records`);
    }
    if (bytes > 4 * 1024 * 1024) throw refused('InvalidArgumentException', `${bytes} bytes in a call`);
    const large = records.find(({ length }) => length > 1_000 * 1024);
    if (large !== undefined) throw refused('InvalidArgumentException', `a record of ${large.length} bytes`);
    const codes = records.map((record, place) => this.refuse(record, place));
    this.calls.push({ stream, records: records.filter((_, place) => codes[place] === null) });
    return {
      $metadata: { httpStatusCode: 200 },
      FailedPutCount: codes.filter((code) => code !== null).length,
      RequestResponses: codes.map((code, place) =>
        code === null ? { RecordId: `${place}` } : { ErrorCode: code, ErrorMessage: 'Slow down.' },
      ),
    };
  }

  /** Every accepted record, in order. */
  records(): Uint8Array[] {
    return this.calls.flatMap(({ records }) => [...records]);
  }
}
