import { type EncodedRows, encodeColumns, type RowLayout, type Transaction } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import type { DriftEntry } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import type { EncodeResult } from '../workers/batch-messages.js';
import { joinColumns } from './join-columns.js';

/** Bytes of encoded rows that wait before data files are written: one file per partition and flush. */
const FLUSH_ENCODED_BYTES = 32 << 20;

/** The columns of a batch that are not its payloads', and what they are encoded by. */
export interface EnvelopeRows {
  readonly envelope: RecordBatch;
  readonly layout: RowLayout;
}

export interface EncodedOutputOptions {
  readonly flattener: Flattener;
  readonly transaction: Transaction;
  onDrift(entry: DriftEntry): void;
}

/** Puts the columns of rows together, gives those of payloads their names, and appends the rows as files fill. */
export class EncodedOutput {
  readonly #options: EncodedOutputOptions;
  #parts: EncodedRows[] = [];
  #bytes = 0;

  constructor(options: EncodedOutputOptions) {
    this.#options = options;
  }

  /** False, and nothing is taken, where the table has no room for the columns of the rows. */
  async add({ envelope, layout }: EnvelopeRows, { parts, paths, drift }: EncodeResult): Promise<boolean> {
    const { flattener, onDrift } = this.#options;
    const adopted = flattener.adopt(paths);
    if (adopted === null) return false;
    for (const entry of adopted.drift) onDrift(entry);
    for (const { keys, kind, count, firstRow } of drift) {
      const { name, path } = flattener.place(keys);
      onDrift({ kind, column: name, path, count, sample: null, firstRow });
    }
    const names = new Map(paths.map(({ name }, index) => [name, adopted.names[index]!]));
    for (const { partition, rows, columns: payloads } of parts) {
      const columns = [
        ...encodeColumns(layout, envelope, rows),
        ...payloads.map((column) => ({ ...column, name: names.get(column.name) ?? column.name })),
      ];
      this.#parts.push({ rowCount: rows?.length ?? envelope.numRows, partition, columns });
      this.#bytes += columns.reduce((sum, { bytes }) => sum + bytes.length, 0);
    }
    joinColumns(this.#options, { overflow: false });
    if (this.#bytes >= FLUSH_ENCODED_BYTES) await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    this.#bytes = 0;
    await this.#options.transaction.appendEncoded(parts);
  }
}
