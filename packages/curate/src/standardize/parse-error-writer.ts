import { batchFromRows, type Schema, type Table, type Transaction } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import type { VersionTable } from '../dedup/version-table.js';
import { type RunContext, rangeFigures, runSummary } from '../ops/run-context.js';
import { Positions } from '../tables/positions.js';
import { KEYS } from '../tables/properties.js';
import { parseErrorsTableOptions } from '../tables/side-tables.js';
import { sideTransaction } from '../watermark/side-table.js';
import type { MalformedRow } from './malformed-rows.js';
import { newParseErrors, type ParseErrorRow, parseErrorRow } from './parse-error-rows.js';
import { bytesAt } from './raw-batch.js';
import type { StandardizeStep, StepPlan } from './standardize-step.js';

/** Bytes of payloads whose rows are made at once. */
const CHUNK_BYTES = 8 << 20;

/** Commits the malformed messages of a step to the side table, before Standardized itself. */
export class ParseErrorWriter {
  /** Rows newly put into the side table. */
  written = 0;
  readonly #context: RunContext;
  readonly #step: StandardizeStep;
  readonly #plan: StepPlan & { readonly versions: VersionTable };
  readonly #replaced = new Positions();
  #transaction: Transaction | null = null;
  #failed = 0;

  constructor(
    context: RunContext,
    step: StandardizeStep,
    plan: StepPlan & { readonly versions: VersionTable },
  ) {
    this.#context = context;
    this.#step = step;
    this.#plan = plan;
  }

  /** Commits those of the rows that the table does not have; no rows, no commit. */
  async commit(malformed: AsyncIterable<MalformedRow>): Promise<void> {
    const chunks = this.#newRows(malformed);
    const first = await chunks.next();
    if (first.done === true) return;
    const { table, transaction } = await this.#open();
    this.#transaction = transaction;
    const schema = table.schema();
    await transaction.append(batchesOf(schema, first.value, chunks));
    if (this.#replaced.length > 0)
      await transaction.deletePositions(this.#replaced.deletes(), {
        mode: this.#context.options.deleteMode,
      });
    await this.#context.at('parse-errors:before-commit');
    this.#transaction = null;
    await transaction.commit();
    this.written = this.#failed - this.#replaced.length;
    await this.#context.at('parse-errors:after-commit');
  }

  async #open(): Promise<{ table: Table; transaction: Transaction }> {
    const { side, raw, target, from, contract } = this.#step;
    const { options, tables } = this.#context;
    return await sideTransaction({
      catalog: options.catalog,
      identifier: tables.parseErrors,
      side,
      contract,
      sourceUuid: raw.uuid,
      to: this.#plan.to,
      fencingToken: options.fencingToken,
      summary: () =>
        runSummary(
          this.#context,
          { ...rangeFigures(raw, from, this.#plan.to), failed: this.#failed },
          contract?.version ?? null,
        ),
      create: () => parseErrorsTableOptions(target.properties[KEYS.generation]),
      signal: options.signal,
    });
  }

  /** As many rows as fit memory at once, without those that the table has. */
  async *#newRows(malformed: AsyncIterable<MalformedRow>): AsyncGenerator<readonly ParseErrorRow[]> {
    let rows: ParseErrorRow[] = [];
    let bytes = 0;
    for await (const { batch, row, version } of malformed) {
      rows.push(parseErrorRow(batch, row, version, this.#plan));
      bytes += bytesAt(batch.text.json_payload, row)?.length ?? 0;
      if (bytes < CHUNK_BYTES) continue;
      yield* this.#onlyNew(rows);
      rows = [];
      bytes = 0;
    }
    yield* this.#onlyNew(rows);
  }

  async *#onlyNew(rows: readonly ParseErrorRow[]): AsyncGenerator<readonly ParseErrorRow[]> {
    const fresh = await newParseErrors(this.#step.side.table, rows, {
      replaced: this.#replaced,
      signal: this.#context.options.signal,
    });
    if (fresh.length === 0) return;
    this.#failed += fresh.length;
    yield fresh;
  }

  /** Deletes what was prepared and not committed. */
  async abort(): Promise<void> {
    await this.#transaction?.abort();
  }
}

async function* batchesOf(
  schema: Schema,
  first: readonly ParseErrorRow[],
  others: AsyncIterable<readonly ParseErrorRow[]>,
): AsyncGenerator<RecordBatch> {
  yield batchFromRows(schema, first);
  for await (const rows of others) yield batchFromRows(schema, rows);
}
