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

/** Gathers what a step changes in the error table, and commits it. */
export class ErrorWriter {
  readonly #context: RunContext;
  readonly #options: ErrorWriterOptions;
  readonly #rows: ErrorRow[] = [];
  readonly #deleted = new Positions();
  #transaction: Transaction | null = null;

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
  }

  /**
   * Commits the changes; none, no commit.
   *
   * @param always Moves the watermark of a table that exists even when no row changes.
   * @param properties Further properties of the commit.
   */
  async commit(always = false, properties: Readonly<Record<string, string>> = {}): Promise<void> {
    const { source, side, from, to, contract, generation } = this.#options;
    const changed = this.#rows.length > 0 || this.#deleted.length > 0;
    if (!changed && !(always && side.table !== null)) return;
    const { options, tables } = this.#context;
    const figures = {
      ...rangeFigures(source, from, to),
      inserted: this.#rows.length,
      deleted: this.#deleted.length,
    };
    const { table, transaction } = await sideTransaction({
      catalog: options.catalog,
      identifier: tables.errors,
      side,
      contract,
      sourceUuid: source.uuid,
      to,
      fencingToken: options.fencingToken,
      summary: () => runSummary(this.#context, figures, contract.version),
      create: () => errorsTableOptions(generation, contract.version),
      properties,
      signal: options.signal,
    });
    this.#transaction = transaction;
    if (this.#rows.length > 0) await transaction.append(batchFromRows(table.schema(), this.#rows));
    if (this.#deleted.length > 0)
      await transaction.deletePositions(this.#deleted.deletes(), { mode: options.deleteMode });
    await this.#context.at('errors:before-commit');
    this.#transaction = null;
    await transaction.commit();
    await this.#context.at('errors:after-commit');
  }

  async abort(): Promise<void> {
    await this.#transaction?.abort();
  }
}
