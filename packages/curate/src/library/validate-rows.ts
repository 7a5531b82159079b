import type { RecordBatch } from 'apache-arrow';
import { Field, Utf8 } from 'apache-arrow';
import type { DriftEntry } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { CuratedColumn } from '../validate/compiled-contract.js';
import { contractPaths } from '../validate/contract-paths.js';
import type { RowFailures } from '../validate/row-failure.js';
import { refuseAborted } from './batch-source.js';
import { flattenerOf } from './flatten.js';
import { type FlattenedPayloads, flattenPayloads } from './flatten-rows.js';
import type { JsonRow } from './json-text.js';
import { pathField } from './path-metadata.js';
import type { PayloadFailure } from './payload-failure.js';
import { type PlainValue, plainRows } from './plain-rows.js';
import { chunksOf } from './row-chunks.js';
import { batchOf } from './take-rows.js';
import { refuseNoContract, type ValidatedPart, type ValueContract, validate } from './validate.js';
import { refuseNoObject, refuseNoRows } from './wrong-call.js';

export interface ValidateRowsOptions {
  /** Key of columns with `sensitive: "hash"`. */
  readonly maskingKey?: Uint8Array;
  /** Rows per part of an asynchronous input. Default 10,000. */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

export interface ValidatedRows {
  /** Rows without any fault: int, float, double `number`; long `bigint`; decimals, dates, times, uuids text. */
  readonly rows: readonly Readonly<Record<string, PlainValue>>[];
  /** Row of the whole input behind each row. */
  readonly numbers: readonly number[];
  readonly columns: readonly CuratedColumn[];
  /** Rows that break the contract, each with every fault. */
  readonly failures: readonly RowFailures[];
  /** Rows that are no JSON object. */
  readonly unparsed: readonly PayloadFailure[];
  readonly drift: readonly DriftEntry[];
}

/**
 * {@link validate} for plain objects and JSON texts: paths of the contract are followed into each row, and values come
 * out typed, spelled as `@lean-ops/iceberg` reads and writes plain rows. All at once for an iterable, in parts of
 * `batchRows` for an asynchronous one (memory: one part).
 *
 * @throws {CurateError} `CONTRACT_INVALID`, `PATH_INVALID`, `MASKING_KEY_MISSING`, `OPTION_INVALID`, `ABORTED`.
 * @example
 * validateRows({ columns: { id: { type: 'long', path: '$.user.id' } } }, [{ user: { id: 1 } }]).rows; // [{ id: 1n }]
 */
export function validateRows(
  contract: ValueContract,
  rows: Iterable<JsonRow>,
  options?: ValidateRowsOptions,
): ValidatedRows;
export function validateRows(
  contract: ValueContract,
  rows: AsyncIterable<JsonRow>,
  options?: ValidateRowsOptions,
): AsyncGenerator<ValidatedRows>;
export function validateRows(
  contract: ValueContract,
  rows: Iterable<JsonRow> | AsyncIterable<JsonRow>,
  options: ValidateRowsOptions = {},
): ValidatedRows | AsyncGenerator<ValidatedRows> {
  refuseNoContract(contract);
  refuseNoRows(rows, { async: true });
  refuseNoObject('options', options);
  const judge = rowJudge(contract, options);
  if (Symbol.asyncIterator in rows) return inParts(rows, judge, options);
  refuseAborted(options.signal);
  return judge([...rows], 0);
}

type Judge = (rows: readonly JsonRow[], base: number) => ValidatedRows;

async function* inParts(
  rows: AsyncIterable<JsonRow>,
  judge: Judge,
  { batchRows, signal }: ValidateRowsOptions,
): AsyncGenerator<ValidatedRows> {
  let base = 0;
  for await (const chunk of chunksOf(rows, batchRows, signal)) {
    yield judge(chunk, base);
    base += chunk.length;
  }
}

function rowJudge(contract: ValueContract, { maskingKey }: ValidateRowsOptions): Judge {
  const { maxDepth } = contract.flatten ?? {};
  const options = maskingKey === undefined ? {} : { maskingKey };
  // Only what the contract names becomes columns; everything else has no bearing on it.
  const paths = contractPaths({ topic: '', version: '', owner: '', orderBy: [], columns: contract.columns });
  const flattener: Flattener = flattenerOf(
    { maxColumns: 0, contractPaths: paths, ...(maxDepth === undefined ? {} : { maxDepth }) },
    [],
  );
  // Faults of the contract come before the first row.
  validate(contract, emptyBatch(), options);
  return (rows, base) => {
    const flattened = flattenPayloads(flattener, rows, base);
    const part = validate(contract, flattenedBatch(flattened), options);
    return asRows(flattened, part);
  };
}

function emptyBatch(): RecordBatch {
  return batchOf([], [], 0);
}

function flattenedBatch({ batch: { columns, overflow, rowCount } }: FlattenedPayloads): RecordBatch {
  const spilled =
    overflow === null ? [] : [{ field: new Field(OVERFLOW_COLUMN, new Utf8(), true), vector: overflow }];
  const all = [...columns.map((column) => ({ field: pathField(column), vector: column.vector })), ...spilled];
  return batchOf(
    all.map(({ field }) => field),
    all.map(({ vector }) => vector.data[0]!),
    rowCount,
  );
}

function asRows({ batch, base, failures }: FlattenedPayloads, part: ValidatedPart): ValidatedRows {
  const numberOf = (row: number): number => base + batch.rows[row]!;
  return {
    rows: plainRows(part.batch, part.columns),
    numbers: Array.from(part.rows, numberOf),
    columns: part.columns,
    failures: part.failures.map(({ row, failures: faults }) => ({ row: numberOf(row), failures: faults })),
    unparsed: failures,
    drift: part.drift.map((entry) => ({ ...entry, firstRow: numberOf(entry.firstRow) })),
  };
}
