import type { ContractColumn, TopicContract } from '@lean-ops/core';
import type { HistoryQuestion } from '@lean-ops/core/contract';
import type { Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { ColumnPath } from '../flatten/types.js';
import { asText } from '../library/as-text.js';
import { columnText } from '../validate/column-text.js';
import { type CompiledContract, compileContract } from '../validate/compiled-contract.js';
import { columnPaths } from '../validate/contract-paths.js';
import { firstPresent, OverflowReader, placeOf } from '../validate/path-resolver.js';
import type { FailureCode } from '../validate/row-failure.js';

type Check = HistoryQuestion['check'];

const CHECKS: Readonly<Partial<Record<FailureCode, Check>>> = {
  CDE_MISSING: 'cde',
  CDE_BLANK: 'cde',
  ENUM_UNKNOWN: 'enum',
  BELOW_MIN: 'range',
  ABOVE_MAX: 'range',
  PATTERN_MISMATCH: 'pattern',
};
const MOST_SAMPLES = 5;
const LONGEST_SAMPLE = 80;
const MESSAGE_ID = 'message_id';

/** A column by which rows are judged. */
export interface JudgedColumn {
  readonly name: string;
  /** Without a mask, and with a path of its own. */
  readonly column: ContractColumn;
  /** Rows that fail this count for nothing. */
  readonly already: ContractColumn | null;
  /** Whether its values are shown to nobody. */
  readonly isHidden: boolean;
}

/** Rows that fail a check of a column, and some of their values. */
interface Failing {
  readonly failing: number;
  readonly samples: readonly string[];
}

export interface FailureCounts {
  readonly rows: number;
  /** Nothing for a check that every row passes. */
  of(column: string, check: Check): Failing | undefined;
}

export interface CountOptions {
  readonly columns: readonly JudgedColumn[];
  /** Columns of the table, by the paths that the judged ones name. */
  readonly paths: readonly ColumnPath[];
  /** Whether message ids are shown to nobody. */
  readonly isIdHidden: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Judges every row of a table by some columns. Memory: one batch. */
export async function countFailures(table: Table | null, options: CountOptions): Promise<FailureCounts> {
  const { columns, paths, signal } = options;
  const counts = new Map<string, { failing: number; samples: string[] }>();
  const of = (column: string, check: Check) => counts.get(`${column} ${check}`);
  if (table === null || table.currentSnapshot() === null) return { rows: 0, of };
  const judge = compileContract(contractOf(columns.map(({ name, column }) => [name, column])), paths);
  const already = columns.flatMap(({ name, already }) =>
    already === null ? [] : [[name, already] as const],
  );
  const earlier = already.length === 0 ? null : compileContract(contractOf(already), paths);
  let rows = 0;
  for await (const found of table.scan({ columns: columnsToRead(table, options), signal })) {
    const batch = asText(found);
    rows += batch.numRows;
    const failedBefore = earlier === null ? new Set() : failedCells(earlier, batch);
    const sampler = new Sampler(batch, options);
    for (const { row, failures } of judge.apply(batch).failures) {
      for (const { column, code } of failures) {
        const check = CHECKS[code];
        if (check === undefined || failedBefore.has(`${row} ${column}`)) continue;
        const key = `${column} ${check}`;
        const count = counts.get(key) ?? { failing: 0, samples: [] };
        counts.set(key, count);
        count.failing++;
        if (count.samples.length === MOST_SAMPLES) continue;
        const sample = sampler.sampleOf(row, column, check);
        if (sample !== null && !count.samples.includes(sample)) count.samples.push(sample);
      }
    }
  }
  return { rows, of };
}

function contractOf(columns: readonly (readonly [string, ContractColumn])[]): TopicContract {
  const flatten = { maxDepth: 1_000 };
  return { topic: 'rows', version: '0.0.0', owner: 'nobody', flatten, columns: Object.fromEntries(columns) };
}

function columnsToRead(table: Table, { columns, paths }: CountOptions): string[] {
  const has = new Set(table.schema().fields.map(({ name }) => name));
  const read = columns.flatMap(({ name, column, already }) =>
    [column, ...(already === null ? [] : [already])].flatMap((each) =>
      columnPaths(name, each).map((path) => placeOf(path, paths).column),
    ),
  );
  return [...new Set([...read, OVERFLOW_COLUMN, MESSAGE_ID])].filter(
    (name) => name !== null && has.has(name),
  ) as string[];
}

/** Row and column of every value that fails anything. */
function failedCells(contract: CompiledContract, batch: RecordBatch): Set<string> {
  return new Set(
    contract
      .apply(batch)
      .failures.flatMap(({ row, failures }) => failures.map(({ column }) => `${row} ${column}`)),
  );
}

/** Shows what fails: values of columns that nobody masks, messages where a value is missing. */
class Sampler {
  readonly #batch: RecordBatch;
  readonly #options: CountOptions;
  readonly #overflow: OverflowReader;

  constructor(batch: RecordBatch, options: CountOptions) {
    this.#batch = batch;
    this.#options = options;
    this.#overflow = new OverflowReader(batch);
  }

  sampleOf(row: number, name: string, check: Check): string | null {
    const { columns, paths, isIdHidden } = this.#options;
    if (check === 'cde') {
      if (isIdHidden || this.#batch.getChild(MESSAGE_ID) === null) return null;
      return shortened('message ', columnText(this.#batch, MESSAGE_ID)(row));
    }
    const judged = columns.find((column) => column.name === name);
    if (judged === undefined || judged.isHidden) return null;
    const places = columnPaths(name, judged.column).map((path) => placeOf(path, paths));
    return shortened('', firstPresent(places, this.#batch, this.#overflow)(row));
  }
}

function shortened(before: string, text: Uint8Array | null): string | null {
  if (text === null) return null;
  const shown = Buffer.from(text).toString('utf8');
  return (
    before + (shown.length <= LONGEST_SAMPLE ? shown : `${shown.slice(0, LONGEST_SAMPLE).toWellFormed()}…`)
  );
}
