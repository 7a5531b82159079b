import type { NewField, NewType } from '../../../../src/index.js';
import type { Row, Shape, Step } from '../shape.js';
import { rowsOf } from '../values.js';

export const ids = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);

export const ID: NewField = { name: 'id', type: 'long', required: true };
export const column = (name: string, type: NewType): NewField => ({ name, type });
export const append = (columns: readonly NewField[], wanted: readonly number[], turn = 0): Step => ({
  kind: 'append',
  rows: rowsOf(columns, wanted, turn),
});
export const upsert = (columns: readonly NewField[], wanted: readonly number[], turn = 1): Step => ({
  kind: 'upsert',
  rows: rowsOf(columns, wanted, turn),
});
export const overwrite = (
  columns: readonly NewField[],
  gone: readonly number[],
  come: readonly number[],
): Step => ({
  kind: 'overwrite',
  ids: gone,
  rows: rowsOf(columns, come, 2),
});
export const remove = (...wanted: number[]): Step => ({ kind: 'delete', ids: wanted });

/** Rows come, go and change; enough of them for each engine to have a turn. */
export function usualSteps(columns: readonly NewField[], change: (row: Row) => Row = (row) => row): Step[] {
  const steps = [
    append(columns, ids(0, 12)),
    append(columns, ids(12, 20)),
    remove(1, 4, 13, 18, 99),
    upsert(columns, [3, 12, 30, 31]),
    append(columns, ids(40, 44)),
    remove(5, 30, 41),
  ];
  return steps.map((step) => ('rows' in step ? { ...step, rows: step.rows.map(change) } : step));
}

export interface ShapeOptions extends Partial<Omit<Shape, 'columns' | 'steps' | 'name'>> {
  steps?: (columns: readonly NewField[]) => readonly Step[];
}

export function shape(name: string, columns: readonly NewField[], options: ShapeOptions = {}): Shape {
  const { steps = usualSteps, ...rest } = options;
  const all = [ID, ...columns];
  return {
    name,
    formatVersion: 2,
    partitionBy: [],
    properties: {},
    mode: 'merge-on-read',
    without: {},
    unread: {},
    alone: {},
    ...rest,
    columns: all,
    steps: steps(all),
  };
}

export const PLAIN = [column('s', 'string'), column('n', 'int')];
export const struct = (...fields: [string, NewType][]): NewType => ({
  type: 'struct',
  fields: fields.map(([name, type]) => ({ name, type })),
});
export const list = (element: NewType): NewType => ({ type: 'list', element });
export const map = (key: NewType, value: NewType): NewType => ({ type: 'map', key, value });

export const NUMBERS = [
  column('b', 'boolean'),
  column('i', 'int'),
  column('l', 'long'),
  column('f', 'float'),
  column('d', 'double'),
];
export const DECIMALS = [
  column('small', 'decimal(9, 2)'),
  column('middle', 'decimal(18, 0)'),
  column('large', 'decimal(38, 10)'),
];
export const TIMES = [column('day', 'date'), column('local', 'timestamp'), column('instant', 'timestamptz')];
export const TEXTS = [column('s', 'string'), column('bytes', 'binary')];
export const NESTED = [
  column('tags', list('string')),
  column('place', struct(['lat', 'double'], ['name', 'string'])),
  column('counts', map('string', 'long')),
];

export function partitioned(
  name: string,
  types: readonly NewType[],
  by: readonly string[],
  options?: ShapeOptions,
): Shape {
  const columns = types.map((type, at) => column('pqr'[at]!, type));
  return shape(`by ${name}`, [...columns, column('rest', 'string')], { partitionBy: by, ...options });
}

/** Rows of the columns as they are now. */
const rows = (columns: readonly NewField[], wanted: readonly number[], turn = 0): Row[] =>
  rowsOf([ID, ...columns], wanted, turn);
export const more = (columns: readonly NewField[], wanted: readonly number[], turn = 0): Step => ({
  kind: 'append',
  rows: rows(columns, wanted, turn),
});
export const replaced = (columns: readonly NewField[], wanted: readonly number[]): Step => ({
  kind: 'upsert',
  rows: rows(columns, wanted, 2),
});

export const ADDED = [...PLAIN, column('added', 'timestamptz')];
