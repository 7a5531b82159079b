import type { TopicContract } from '@lean-ops/core';
import { batchFromRows, type Table, type Transaction } from '@lean-ops/iceberg';
import { type RunContext, rangeFigures, runSummary } from '../ops/run-context.js';
import { Positions } from '../tables/positions.js';
import { errorsTableOptions } from '../tables/side-tables.js';
import { type SideTable, sideTransaction } from '../watermark/side-table.js';
import type { Watermark } from '../watermark/watermark.js';
import type { ErrorRow } from './error-row.js';
import type { StandingError } from './standing-rows.js';

export interface ErrorWriterOptions {
  readonly source: Table;
  readonly side: SideTable;
  readonly from: Watermark | null;
  readonly to: Watermark;
  readonly contract: TopicContract;
  readonly generation: string;
  readonly standing: ReadonlyMap<number, readonly StandingError[]>;
}

/** Bytes of rows, about, that wait before data files are written: a contract may fail every row there is. */
const FLUSH_BYTES = 16 << 20;
/** What a row and a failure take besides their texts. */
const OBJECT_BYTES = 200;

/** Takes what a step changes in the error table, writes rows as they fill, and commits them all at once. */
export class ErrorWriter {
  readonly #context: RunContext;
  readonly #options: ErrorWriterOptions;
  #rows: ErrorRow[] = [];
  #bytes = 0;
  /** Rows so far, written or waiting. */
  #inserted = 0;
  readonly #deleted = new Positions();
  /** Further properties of the commit. */
  readonly #properties: Record<string, string> = {};
  #open: { readonly table: Table; readonly transaction: Transaction } | null = null;

  constructor(context: RunContext, options: ErrorWriterOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** A version of the key passed: the errors of the key are over. */
  passed(key: number): void {
    for (const { file, position } of this.#options.standing.get(key) ?? []) this.#deleted.add(file, position);
  }

  /** A version failed. Its row is written unless the table has it, from this very message and under this contract. */
  failed(key: number, row: ErrorRow): void {
    const known = this.#options.standing.get(key)?.find(({ id }) => id === row._error_id);
    if (known !== undefined) {
      const same =
        known.ingestion === row['ingestion_ts'] &&
        known.schemaVersion === this.#options.contract.version &&
        Buffer.from(known.sqsMessageId).toString('utf8') === row['sqs_message_id'];
      if (same) return;
      this.#deleted.add(known.file, known.position);
    }
    this.#rows.push(row);
    this.#bytes += sizeOf(row);
    this.#inserted++;
  }

  /** Writes the rows that wait once they are many; nothing of them is visible yet. */
  async spill(): Promise<void> {
    if (this.#bytes >= FLUSH_BYTES) await this.#write();
  }

  async #write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    const { table, transaction } = await this.#opened();
    await transaction.append(batchFromRows(table.schema(), rows));
  }

  /**
   * Commits the changes; none, no commit.
   *
   * @param always Moves the watermark of a table that exists even when no row changes.
   * @param properties Further properties of the commit.
   */
  async commit(always = false, properties: Readonly<Record<string, string>> = {}): Promise<void> {
    const changed = this.#inserted > 0 || this.#deleted.length > 0;
    if (!changed && !(always && this.#options.side.table !== null)) return;
    Object.assign(this.#properties, properties);
    if (this.#rows.length > 0) await this.#write();
    const { transaction } = await this.#opened();
    if (this.#deleted.length > 0)
      await transaction.deletePositions(this.#deleted.deletes(), { mode: this.#context.options.deleteMode });
    await this.#context.at('errors:before-commit');
    this.#open = null;
    await transaction.commit();
    await this.#context.at('errors:after-commit');
  }

  async #opened(): Promise<{ table: Table; transaction: Transaction }> {
    const { source, side, from, to, contract, generation } = this.#options;
    const { options, tables } = this.#context;
    const figures = (): Record<string, string | number | null> => ({
      ...rangeFigures(source, from, to),
      inserted: this.#inserted,
      deleted: this.#deleted.length,
    });
    this.#open ??= await sideTransaction({
      catalog: options.catalog,
      identifier: tables.errors,
      side,
      contract,
      sourceUuid: source.uuid,
      to,
      fencingToken: options.fencingToken,
      summary: () => runSummary(this.#context, figures(), contract.version),
      create: () => errorsTableOptions(generation, contract.version),
      properties: () => this.#properties,
      signal: options.signal,
    });
    return this.#open;
  }

  /** Deletes what was written and not committed. */
  async abort(): Promise<void> {
    await this.#open?.transaction.abort();
    this.#open = null;
  }
}

function sizeOf(row: ErrorRow): number {
  const { row: shown, failures } = row as { row?: unknown; failures?: unknown };
  let bytes = OBJECT_BYTES + String(shown ?? '').length;
  for (const { message } of (failures ?? []) as readonly { message: string }[])
    bytes += OBJECT_BYTES + message.length;
  return bytes;
}
