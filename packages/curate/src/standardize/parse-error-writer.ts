import { batchFromRows, type Transaction } from '@lean-ops/iceberg';
import type { VersionTable } from '../dedup/version-table.js';
import { type RunContext, rangeFigures, runSummary } from '../ops/run-context.js';
import { KEYS } from '../tables/properties.js';
import { parseErrorsTableOptions } from '../tables/side-tables.js';
import { sideTransaction } from '../watermark/side-table.js';
import { newParseErrors, type ParseErrorRow, parseErrorRow } from './parse-error-rows.js';
import type { RawBatch } from './raw-batch.js';
import type { StandardizeStep, StepPlan } from './standardize-step.js';

/** Gathers the malformed messages of a step and commits them to the side table, before Standardized itself. */
export class ParseErrorWriter {
  /** Rows newly put into the side table. */
  written = 0;
  readonly #context: RunContext;
  readonly #step: StandardizeStep;
  readonly #plan: StepPlan & { readonly versions: VersionTable };
  readonly #rows: ParseErrorRow[] = [];
  #transaction: Transaction | null = null;

  constructor(
    context: RunContext,
    step: StandardizeStep,
    plan: StepPlan & { readonly versions: VersionTable },
  ) {
    this.#context = context;
    this.#step = step;
    this.#plan = plan;
  }

  add(raw: RawBatch, row: number, version: number): void {
    this.#rows.push(parseErrorRow(raw, row, version, this.#plan));
  }

  /** Commits the rows that the table does not have; no rows, no commit. */
  async commit(): Promise<void> {
    const { side, raw, target, from, contract } = this.#step;
    const { options, tables } = this.#context;
    const { rows, replaced } = await newParseErrors(side.table, this.#rows);
    if (rows.length === 0) return;
    const figures = { ...rangeFigures(raw, from, this.#plan.to), failed: rows.length };
    const { table, transaction } = await sideTransaction({
      catalog: options.catalog,
      identifier: tables.parseErrors,
      side,
      contract,
      sourceUuid: raw.uuid,
      to: this.#plan.to,
      fencingToken: options.fencingToken,
      summary: () => runSummary(this.#context, figures, contract?.version ?? null),
      create: () => parseErrorsTableOptions(target.properties[KEYS.generation]),
      signal: options.signal,
    });
    this.#transaction = transaction;
    await transaction.append(batchFromRows(table.schema(), rows));
    if (replaced.length > 0)
      await transaction.deletePositions(replaced.deletes(), { mode: options.deleteMode });
    await this.#context.at('parse-errors:before-commit');
    this.#transaction = null;
    await transaction.commit();
    this.written = rows.length - replaced.length;
    await this.#context.at('parse-errors:after-commit');
  }

  /** Deletes what was prepared and not committed. */
  async abort(): Promise<void> {
    await this.#transaction?.abort();
  }
}
