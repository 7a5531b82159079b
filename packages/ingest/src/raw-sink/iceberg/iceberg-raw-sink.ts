import type { Envelope } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import { decodeEnvelope } from '../../envelope/envelope-codec.js';
import { checkBatch } from '../check-batch.js';
import type { RawSink, SinkRecord, SinkResult } from '../raw-sink.js';
import { appendRaw } from './append-raw.js';
import { rawTableName } from './raw-table.js';

export interface IcebergRawSinkOptions {
  readonly catalog: Catalog;
  /** Namespace of the RAW tables, which must exist. */
  readonly namespace: string;
}

interface Decoded {
  readonly index: number;
  readonly envelope: Envelope;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Straight into the RAW tables, without a Firehose between: one append per topic and put.
 *
 * Every put commits, so it suits large batches. A topic whose table is missing or whose commit fails fails alone.
 * Puts of one sink to one table wait for one another instead of competing.
 *
 * @example
 * const sink = new IcebergRawSink({ catalog, namespace: 'raw' });
 * await processBatch(messages, { ...ports, sink });
 */
export class IcebergRawSink implements RawSink {
  readonly maxRecordBytes: number = 16 * MEBIBYTE;
  readonly maxBatchRecords: number = 10_000;
  readonly maxBatchBytes: number = 64 * MEBIBYTE;
  readonly #catalog: Catalog;
  readonly #namespace: string;
  readonly #lastAppend = new Map<string, Promise<unknown>>();

  constructor(options: IcebergRawSinkOptions) {
    this.#catalog = options.catalog;
    this.#namespace = options.namespace;
  }

  async put(
    records: readonly SinkRecord[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly SinkResult[]> {
    checkBatch(records, this);
    const results: SinkResult[] = records.map(() => ({ accepted: true }));
    const byTopic = new Map<string, Decoded[]>();
    for (const [index, { topic, bytes }] of records.entries()) {
      try {
        const decoded = { index, envelope: decodeEnvelope(bytes) };
        const group = byTopic.get(topic);
        if (group === undefined) byTopic.set(topic, [decoded]);
        else group.push(decoded);
      } catch (error) {
        results[index] = { accepted: false, error };
      }
    }
    await Promise.all(
      Array.from(byTopic, async ([topic, group]) => {
        try {
          await this.#append(topic, group, options.signal);
        } catch (error) {
          for (const { index } of group) results[index] = { accepted: false, error };
        }
      }),
    );
    return results;
  }

  async #append(topic: string, group: readonly Decoded[], signal: AbortSignal | undefined): Promise<void> {
    const previous = this.#lastAppend.get(topic) ?? Promise.resolve();
    const append = async (): Promise<void> => {
      const identifier = { namespace: this.#namespace, name: rawTableName(topic) };
      const envelopes = group.map(({ envelope }) => envelope);
      await appendRaw(this.#catalog, identifier, envelopes, signal === undefined ? {} : { signal });
    };
    // The next in line waits for this one to end, however it ends.
    const appended = previous.then(append, append);
    this.#lastAppend.set(topic, appended);
    try {
      await appended;
    } finally {
      if (this.#lastAppend.get(topic) === appended) this.#lastAppend.delete(topic);
    }
  }
}
