import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { type Data, Field, type RecordBatch } from 'apache-arrow';
import type { DriftEntry } from '../drift/drift.js';
import { CurateError } from '../error.js';
import type { ColumnPath } from '../flatten/types.js';
import {
  type AppliedContract,
  type CompiledContract,
  type CuratedColumn,
  compileContract,
} from '../validate/compiled-contract.js';
import type { RowFailures } from '../validate/row-failure.js';
import { asText } from './as-text.js';
import { type BatchInput, batchesOf, columnOf, isBatch, numbered, type SourceBatch } from './batch-source.js';
import { columnPathsOf } from './path-metadata.js';
import { batchOf, takeRows } from './take-rows.js';
import { refuseNoNames, refuseNoObject, wrongCall } from './wrong-call.js';

/** As much of a topic's contract as values are judged by. A whole {@link TopicContract} is one too. */
export interface ValueContract extends Pick<TopicContract, 'flatten'> {
  readonly columns: Readonly<Record<string, ContractColumn>>;
}

export interface ValidateOptions {
  /** Columns of the input with the JSON paths they hold. Default: as {@link flatten} marked them, else their names. */
  readonly columns?: readonly ColumnPath[];
  /** Columns of the input that go along as they are, behind those of the contract. Default none. */
  readonly keep?: readonly string[];
  /** Key of columns with `sensitive: "hash"`: the same key gives the same hashes. */
  readonly maskingKey?: Uint8Array;
  readonly signal?: AbortSignal;
  /** Called, and waited for, with what each part leaves out: for a chain of functions that looks at batches only. */
  onFailures?(failures: readonly RowFailures[], failed: RecordBatch): Promise<void> | void;
}

/** What a contract makes of some rows. */
export interface ValidatedPart {
  /** The rows without any fault: columns of the contract, typed and masked, then the kept ones. */
  readonly batch: RecordBatch;
  /** Row of the whole input behind each row of the batch. */
  readonly rows: Float64Array;
  /** The contract's columns in the batch; `sensitive: "drop"` leaves none. */
  readonly columns: readonly CuratedColumn[];
  /** Every fault of every row that has one; rows count over the whole input. */
  readonly failures: readonly RowFailures[];
  /** The rows that failed, as they came, in the order of `failures`: sensitive values are not masked. */
  readonly failed: RecordBatch;
  readonly drift: readonly DriftEntry[];
  /** A row that failed, by its row of the whole input: as texts, sensitive values masked as in the batch. */
  masked(row: number): Record<string, string | null>;
}

/**
 * Applies a contract to rows: defaults, strict casts, critical data elements, enum, range, pattern, masking.
 *
 * Casting never rounds, truncates or wraps. Columns may be text, as {@link flatten} gives them, or typed: those are
 * judged by their text. A column of the contract that the input does not have is null in every row. One batch gives its
 * result at once; anything else gives one part per batch (memory: one batch and its result).
 *
 * @throws {CurateError} `CONTRACT_INVALID`, `PATH_INVALID`, `MASKING_KEY_MISSING`, `OPTION_INVALID`, `COLUMN_MISSING`,
 *   `COLUMN_TYPE_MISMATCH`, `ABORTED`. A row never throws: see `failures`.
 * @example
 * const { batch, failures } = validate({ columns: { amount: { type: 'decimal(10,2)', cde: true } } }, flat);
 */
export function validate(
  contract: ValueContract,
  batch: RecordBatch,
  options?: ValidateOptions,
): ValidatedPart;
export function validate(
  contract: ValueContract,
  batches: BatchInput,
  options?: ValidateOptions,
): AsyncGenerator<ValidatedPart>;
export function validate(
  contract: ValueContract,
  input: BatchInput,
  options: ValidateOptions = {},
): ValidatedPart | AsyncGenerator<ValidatedPart> {
  refuseNoContract(contract);
  refuseNoObject('options', options);
  if (options.keep !== undefined) refuseNoNames('keep', options.keep);
  const validation = new Validation(contract, options);
  return isBatch(input) ? validation.part(numbered(input, 0)) : inParts(validation, input, options);
}

async function* inParts(
  validation: Validation,
  input: BatchInput,
  { signal, onFailures }: ValidateOptions,
): AsyncGenerator<ValidatedPart> {
  for await (const source of batchesOf(input, signal)) {
    const part = validation.part(source);
    if (part.failures.length > 0) await onFailures?.(part.failures, part.failed);
    yield part;
  }
}

class Validation {
  readonly #contract: ValueContract;
  readonly #options: ValidateOptions;
  /** The contract for the columns of the last batch. */
  #compiled: { columns: string; contract: CompiledContract } | null = null;

  constructor(contract: ValueContract, options: ValidateOptions) {
    this.#contract = contract;
    this.#options = options;
    // Faults of the contract come before the first row.
    this.#compile(options.columns ?? []);
  }

  part({ batch: input, numberOf }: SourceBatch): ValidatedPart {
    const texts = asText(input);
    const compiled = this.#compile(this.#options.columns ?? columnPathsOf(texts));
    const applied = compiled.apply(texts);
    const failedRows = Int32Array.from(applied.failures, ({ row }) => row);
    const places = new Map(Array.from(failedRows, (row) => [numberOf(row), row]));
    return {
      batch: this.#passed(input, compiled, applied),
      rows: Float64Array.from(applied.passed, numberOf),
      columns: compiled.columns,
      failures: applied.failures.map(({ row, failures }) => ({ row: numberOf(row), failures })),
      failed: takeRows(input, failedRows),
      drift: applied.drift.map((entry) => ({ ...entry, firstRow: numberOf(entry.firstRow) })),
      masked: (row) => applied.masked(placeOf(row, places)),
    };
  }

  #passed(input: RecordBatch, compiled: CompiledContract, { columns, passed }: AppliedContract): RecordBatch {
    const { keep = [] } = this.#options;
    const clash = keep.find((name) => compiled.columns.some((column) => column.name === name));
    if (clash !== undefined) {
      throw new CurateError(`column ${clash} is kept and governed by the contract: leave it out of "keep"`, {
        code: 'OPTION_INVALID',
        context: { option: 'keep', column: clash },
      });
    }
    const fields = keep.map((name) => input.schema.fields.find((field) => field.name === name));
    const kept = keep.map((name) => columnOf(input, name, 'keep'));
    const along = takeRows(batchOf(fields as Field[], kept, input.numRows), passed);
    return batchOf(
      [...columns.map(({ name, vector }) => new Field(name, vector.type, true)), ...along.schema.fields],
      [...columns.map(({ vector }) => vector.data[0] as Data), ...(along.data.children as Data[])],
      passed.length,
    );
  }

  /** Columns only come along: the contract is compiled anew when the input has others. */
  #compile(columns: readonly ColumnPath[]): CompiledContract {
    const known = JSON.stringify(columns);
    if (this.#compiled?.columns !== known) {
      const { maskingKey } = this.#options;
      const contract = compileContract(wholeContract(this.#contract), columns, { maskingKey });
      this.#compiled = { columns: known, contract };
    }
    return this.#compiled.contract;
  }
}

/** @throws {CurateError} `OPTION_INVALID` for a row that is not among the failures. */
function placeOf(row: number, places: ReadonlyMap<number, number>): number {
  const place = places.get(row);
  if (place !== undefined) return place;
  throw new CurateError(`row ${row} is none of the rows of this part that failed`, {
    code: 'OPTION_INVALID',
    context: { row },
  });
}

/** @throws {CurateError} `OPTION_INVALID` for what is no contract, `CONTRACT_INVALID` for a column that is none. */
export function refuseNoContract(contract: unknown): void {
  refuseNoObject('contract', contract);
  const { columns } = contract as { columns?: unknown };
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns))
    throw wrongCall('contract', contract, 'an object with "columns", by name');
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column === 'object' && column !== null) continue;
    throw new CurateError(`contract column ${name} is no object: give it one with a "type"`, {
      code: 'CONTRACT_INVALID',
      context: { column: name },
    });
  }
}

/** Topic, version and owner say nothing about values. */
function wholeContract(contract: ValueContract): TopicContract {
  return { topic: 'rows', version: '0.0.0', owner: 'nobody', ...contract };
}
