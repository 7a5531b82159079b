import {
  PutRecordBatchCommand,
  type PutRecordBatchCommandOutput,
  type PutRecordBatchResponseEntry,
} from '@aws-sdk/client-firehose';
import { checkEnvelope } from '../../envelope/envelope-codec.js';
import { IngestError } from '../../error.js';
import { checkBatch } from '../check-batch.js';
import type { RawSink, SinkRecord, SinkResult } from '../raw-sink.js';
import type { FirehoseCommandSender } from './firehose-client.js';
import { streamOfTopic } from './stream-of-topic.js';

export interface FirehoseRawSinkOptions {
  readonly client: FirehoseCommandSender;
  /** Names of the delivery streams; each topic has one of them, see `streamOfTopic`. */
  readonly streams: readonly string[];
}

interface Outgoing {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Into Firehose, whose transform routes each record to its topic's RAW table. Accepted means that Firehose took it:
 * it is kept there up to a day and delivered at least once.
 *
 * Limits are those of `PutRecordBatch` (API reference): 500 records, 4 MiB, 1,000 KiB a record, all before base64.
 * Records of several streams go in one call per stream. A retry of the SDK's may make copies, which RAW keeps and
 * deduplication knows.
 *
 * @example
 * const sink = new FirehoseRawSink({ client: new FirehoseClient({}), streams: ['lean-ops-dev-raw-0'] });
 */
export class FirehoseRawSink implements RawSink {
  readonly maxRecordBytes: number = 1_000 * 1024;
  readonly maxBatchRecords: number = 500;
  readonly maxBatchBytes: number = 4 * 1024 * 1024;
  readonly #client: FirehoseCommandSender;
  readonly #streams: readonly string[];
  readonly #streamOf = new Map<string, string>();

  /** @throws {IngestError} `INVALID_ARGUMENT` where no stream is named. */
  constructor(options: FirehoseRawSinkOptions) {
    this.#client = options.client;
    this.#streams = [...options.streams];
    streamOfTopic('', this.#streams);
  }

  async put(
    records: readonly SinkRecord[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly SinkResult[]> {
    checkBatch(records, this);
    const results = new Array<SinkResult>(records.length);
    const byStream = new Map<string, Outgoing[]>();
    for (const [index, { topic, bytes }] of records.entries()) {
      try {
        // Firehose takes any bytes, and would skip members that RAW has no column for.
        checkEnvelope(bytes);
      } catch (error) {
        results[index] = { accepted: false, error };
        continue;
      }
      const stream = this.#stream(topic);
      const group = byStream.get(stream);
      if (group === undefined) byStream.set(stream, [{ index, bytes }]);
      else group.push({ index, bytes });
    }
    const errors = await Promise.all(
      Array.from(byStream, ([stream, group]) => this.#putInto(stream, group, results, options.signal)),
    );
    const failed = errors.filter((error) => error !== null);
    // Where one stream failed and another did not, the error is that of its records alone.
    if (failed.length === byStream.size && failed.length > 0) throw failed[0]!.cause;
    return results;
  }

  /** Null where the call was answered, whatever it says of the records. */
  async #putInto(
    stream: string,
    group: readonly Outgoing[],
    results: SinkResult[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly cause: unknown } | null> {
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: stream,
      Records: group.map(({ bytes }) => ({ Data: bytes })),
    });
    let answer: PutRecordBatchCommandOutput;
    try {
      const sent = this.#client.send(command, signal === undefined ? {} : { abortSignal: signal });
      answer = (await sent) as PutRecordBatchCommandOutput;
    } catch (cause) {
      for (const { index } of group) results[index] = { accepted: false, error: cause };
      return { cause };
    }
    const responses = answer.RequestResponses ?? [];
    for (const [place, { index }] of group.entries()) {
      const response = responses[place];
      const isAccepted = response?.RecordId !== undefined && response.ErrorCode === undefined;
      results[index] = isAccepted
        ? { accepted: true }
        : { accepted: false, error: refusal(stream, response) };
    }
    return null;
  }

  #stream(topic: string): string {
    const known = this.#streamOf.get(topic);
    if (known !== undefined) return known;
    const stream = streamOfTopic(topic, this.#streams);
    this.#streamOf.set(topic, stream);
    return stream;
  }
}

/** HTTP 200 may carry records that were not taken, each with a code of its own, which `classifyError` reads. */
function refusal(stream: string, response: PutRecordBatchResponseEntry | undefined): IngestError {
  if (response?.ErrorCode === undefined) {
    return new IngestError(`stream ${stream} did not say what became of a record`, {
      code: 'SINK_ANSWER_INVALID',
      retryable: true,
      context: { stream },
    });
  }
  const { ErrorCode, ErrorMessage } = response;
  return new IngestError(`stream ${stream} did not take a record: ${ErrorCode}: ${ErrorMessage ?? ''}`, {
    code: 'SINK_RECORD_REFUSED',
    retryable: true,
    context: { stream, errorCode: ErrorCode },
    cause: response,
  });
}
