import type { ContractType, TopicContract } from '@lean-ops/core';
import type { RecordBatch, Vector } from 'apache-arrow';
import type { TypeShape } from '../cast/contract-type.js';
import { type DriftEntry, DriftLog } from '../drift/drift.js';
import { shapeOf, type TextShape } from '../drift/text-shape.js';
import { CurateError } from '../error.js';
import type { ColumnPath } from '../flatten/types.js';
import { type Mask, maskOf } from '../mask/mask.js';
import { RowMask, type SensitivePath } from '../mask/row-mask.js';
import { CellCheck, type CellObserver, type CellValue } from './cell-check.js';
import { checkContractPaths, columnPaths } from './contract-paths.js';
import { firstPresent, OverflowReader, type PathPlace, placeOf } from './path-resolver.js';
import type { ColumnFailure, RowFailures } from './row-failure.js';
import { typedVector } from './typed-column.js';

/** A column of `curated.{topic}` as written: a masked column is text whatever the contract's type. */
export interface CuratedColumn {
  readonly name: string;
  readonly type: ContractType;
}

/** One batch under a contract. */
export interface AppliedContract {
  /** Rows without any fault, in order. */
  readonly passed: Int32Array;
  /** Typed and masked values of the passed rows, one column per {@link CompiledContract.columns}. */
  readonly columns: readonly { readonly name: string; readonly vector: Vector }[];
  readonly failures: readonly RowFailures[];
  /** Any row of the batch as texts, sensitive values masked as in Curated: what the error table shows. */
  masked(row: number): Record<string, string | null>;
  readonly drift: readonly DriftEntry[];
}

interface GovernedColumn {
  readonly check: CellCheck;
  readonly places: readonly PathPlace[];
  /** How the column is written: null when it is dropped. */
  readonly output: { readonly shape: TypeShape; readonly mask: Mask | null } | null;
  /** Rows of the run, and those the default filled. */
  rows: number;
  filled: number;
  /** Values that were found in rows of the run, those that did not cast, and what the first of them looked like. */
  found: number;
  uncast: number;
  uncastShape: TextShape | null;
}

/** Fewer values of a run say nothing of their column. */
const LEAST_VALUES = 10;

/**
 * A topic's contract made ready for one run: applies defaults, strict casts, CDE rules, checks and masks to batches
 * of Standardized. Rows that fail are data; nothing throws for a value.
 */
export class CompiledContract {
  /** Columns of Curated, in the contract's order; a column with `sensitive: "drop"` has none. */
  readonly columns: readonly CuratedColumn[];
  readonly #governed: readonly GovernedColumn[];
  readonly #mask: RowMask;

  constructor(governed: readonly GovernedColumn[], mask: RowMask) {
    this.#governed = governed;
    this.#mask = mask;
    this.columns = governed.flatMap(({ check, output }) =>
      output === null
        ? []
        : [{ name: check.name, type: output.mask === null ? check.column.type : ('string' as const) }],
    );
  }

  /**
   * Applies the contract to rows of Standardized.
   *
   * @throws {CurateError} `COLUMN_MISSING` when the batch lacks a column that the contract reads,
   *   `COLUMN_TYPE_MISMATCH` when one holds neither text nor timestamps.
   */
  apply(batch: RecordBatch): AppliedContract {
    const faults = new Map<number, ColumnFailure[]>();
    const drifts = new DriftLog();
    const overflow = new OverflowReader(batch);
    const values = this.#governed.map((column) => readColumn(column, batch, overflow, faults, drifts));
    const passed = Int32Array.from(
      Array.from({ length: batch.numRows }, (_, row) => row).filter((row) => !faults.has(row)),
    );
    return {
      passed,
      columns: this.#governed.flatMap(({ check, output }, index) =>
        output === null
          ? []
          : [{ name: check.name, vector: typedVector(output.shape, values[index]!, passed) }],
      ),
      failures: [...faults]
        .sort(([left], [right]) => left - right)
        .map(([row, failures]) => ({ row, failures })),
      masked: this.#mask.over(batch),
      drift: drifts.take(),
    };
  }

  /**
   * What only the whole run can tell, over all batches so far: a default that filled a formerly seen path in every
   * row (the producer has probably renamed the field), and values most of which do not cast any more.
   */
  runDrift(): DriftEntry[] {
    return [...this.#changedTypes(), ...this.#alwaysDefault()];
  }

  #changedTypes(): DriftEntry[] {
    return this.#governed
      .filter(({ found, uncast }) => found >= LEAST_VALUES && uncast * 2 > found)
      .map(({ check, places, uncast, uncastShape }) => ({
        kind: 'TYPE_CHANGED',
        column: check.name,
        path: places[0]!.path,
        count: uncast,
        sample: uncastShape,
        firstRow: 0,
      }));
  }

  #alwaysDefault(): DriftEntry[] {
    return this.#governed
      .filter(({ rows, filled, places }) => rows > 0 && filled === rows && places.some(isSeen))
      .map(({ check, places, rows }) => ({
        kind: 'DEFAULT_FILLS_ALL',
        column: check.name,
        path: places.find(isSeen)!.path,
        count: rows,
        sample: null,
        firstRow: 0,
      }));
  }
}

function isSeen({ column }: PathPlace): boolean {
  return column !== null;
}

function readColumn(
  governed: GovernedColumn,
  batch: RecordBatch,
  overflow: OverflowReader,
  faults: Map<number, ColumnFailure[]>,
  drifts: DriftLog,
): CellValue[] {
  const { check, places, output } = governed;
  const textAt = firstPresent(places, batch, overflow);
  const values: CellValue[] = new Array(batch.numRows).fill(null);
  let row = 0;
  let found: Uint8Array | null = null;
  const observer: CellObserver = {
    fail: (failure) => {
      if (found !== null && failure.code.startsWith('CAST_')) {
        governed.uncast++;
        governed.uncastShape ??= shapeOf(found);
      }
      const failures = faults.get(row);
      if (failures === undefined) faults.set(row, [failure]);
      else failures.push(failure);
    },
    defaultFilled: () => {
      governed.filled++;
    },
    unknownEnum: () => drifts.add({ kind: 'UNKNOWN_ENUM', column: check.name, path: places[0]!.path, row }),
  };
  for (; row < batch.numRows; row++) {
    found = textAt(row);
    if (found !== null) governed.found++;
    const value = check.read(found, observer);
    if (value === null || output === null) continue;
    values[row] = output.mask === null ? value : Buffer.from(output.mask(check.textOf(found)!), 'utf8');
  }
  governed.rows += batch.numRows;
  return values;
}

export interface CompileOptions {
  /** Key of `sensitive: "hash"`: the same key gives the same hashes, so keep it. */
  readonly maskingKey?: Uint8Array | undefined;
}

/**
 * Compiles a contract against the columns that Standardized has.
 *
 * @throws {CurateError} `CONTRACT_INVALID` naming column and rule, `PATH_INVALID`, `MASKING_KEY_MISSING`.
 * @example
 * const compiled = compileContract(contract, flattener.columns, { maskingKey });
 * const { passed, columns, failures } = compiled.apply(batch);
 */
export function compileContract(
  contract: TopicContract,
  standardizedColumns: readonly ColumnPath[],
  { maskingKey }: CompileOptions = {},
): CompiledContract {
  checkContractPaths(contract);
  const entries = Object.entries(contract.columns);
  const sensitive: SensitivePath[] = entries.flatMap(([name, column]) => {
    if (column.sensitive === undefined) return [];
    const mask = maskOf(column.sensitive, maskingKey, name);
    return columnPaths(name, column).map((path) => ({ path, mask }));
  });
  const rowMask = new RowMask(sensitive, standardizedColumns);
  const governed = entries.map(([name, column]): GovernedColumn => {
    checkName(name);
    const paths = columnPaths(name, column);
    const check = new CellCheck(
      name,
      column,
      paths.some((path) => rowMask.touches(path)),
    );
    const mask = column.sensitive === undefined ? null : maskOf(column.sensitive, maskingKey, name);
    const shape: TypeShape = mask === null ? check.shape : { kind: 'string' };
    return {
      check,
      places: paths.map((path) => placeOf(path, standardizedColumns)),
      output: column.sensitive === 'drop' ? null : { shape, mask },
      rows: 0,
      filled: 0,
      found: 0,
      uncast: 0,
      uncastShape: null,
    };
  });
  return new CompiledContract(governed, rowMask);
}

/** Names with a leading `_` are lean-ops' own in every table. */
function checkName(name: string): void {
  if (!name.startsWith('_')) return;
  throw new CurateError(`contract column ${name} begins with "_": such names are ours, choose another`, {
    code: 'CONTRACT_INVALID',
    context: { column: name },
  });
}
