import type { NewField, NewType } from '../../../src/index.js';
import type { Row, Shape, Step } from './shape.js';
import { rowsOf } from './values.js';

const ids = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

const ID: NewField = { name: 'id', type: 'long', required: true };
const column = (name: string, type: NewType): NewField => ({ name, type });
const append = (columns: readonly NewField[], wanted: readonly number[], turn = 0): Step => ({
  kind: 'append',
  rows: rowsOf(columns, wanted, turn),
});
const upsert = (columns: readonly NewField[], wanted: readonly number[], turn = 1): Step => ({
  kind: 'upsert',
  rows: rowsOf(columns, wanted, turn),
});
const overwrite = (columns: readonly NewField[], gone: readonly number[], come: readonly number[]): Step => ({
  kind: 'overwrite',
  ids: gone,
  rows: rowsOf(columns, come, 2),
});
const remove = (...wanted: number[]): Step => ({ kind: 'delete', ids: wanted });

/** Rows come, go and change; enough of them for each engine to have a turn. */
function usualSteps(columns: readonly NewField[], change: (row: Row) => Row = (row) => row): Step[] {
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

interface ShapeOptions extends Partial<Omit<Shape, 'columns' | 'steps' | 'name'>> {
  steps?: (columns: readonly NewField[]) => readonly Step[];
}

function shape(name: string, columns: readonly NewField[], options: ShapeOptions = {}): Shape {
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

const PLAIN = [column('s', 'string'), column('n', 'int')];
const struct = (...fields: [string, NewType][]): NewType => ({
  type: 'struct',
  fields: fields.map(([name, type]) => ({ name, type })),
});
const list = (element: NewType): NewType => ({ type: 'list', element });
const map = (key: NewType, value: NewType): NewType => ({ type: 'map', key, value });

const NUMBERS = [
  column('b', 'boolean'),
  column('i', 'int'),
  column('l', 'long'),
  column('f', 'float'),
  column('d', 'double'),
];
const DECIMALS = [
  column('small', 'decimal(9, 2)'),
  column('middle', 'decimal(18, 0)'),
  column('large', 'decimal(38, 10)'),
];
const TIMES = [column('day', 'date'), column('local', 'timestamp'), column('instant', 'timestamptz')];
const TEXTS = [column('s', 'string'), column('bytes', 'binary')];
const NESTED = [
  column('tags', list('string')),
  column('place', struct(['lat', 'double'], ['name', 'string'])),
  column('counts', map('string', 'long')),
];

const DEEP = [
  column('a', list(struct(['code', 'long'], ['tags', list('string')]))),
  column('m', map('string', struct(['x', 'int'], ['y', 'double']))),
  column('ll', list(list('int'))),
];
const NULL_AS_EMPTY = 'PyIceberg 0.12 takes a null list or map of structs for an empty one';
const withoutNulls = (row: Row): Row => ({ ...row, a: row['a'] ?? [], m: row['m'] ?? new Map() });

const TYPES: Shape[] = [
  shape('numbers', NUMBERS),
  shape('decimals', DECIMALS),
  shape('dates and timestamps', TIMES),
  shape('text and binary', TEXTS),
  shape('uuid', [column('u', 'uuid')]),
  shape('fixed', [column('x', 'fixed[3]')]),
  shape('time', [column('clock', 'time')]),
  shape('lists', [column('a', list('string')), column('b', list('decimal(9, 2)'))]),
  shape('structs', [
    column('place', struct(['lat', 'double'], ['name', 'string'], ['inner', struct(['day', 'date'])])),
  ]),
  shape('maps', [column('m', map('string', 'long')), column('o', map('int', 'timestamptz'))]),
  shape('nested deeply', DEEP, { steps: () => usualSteps([ID, ...DEEP], withoutNulls) }),
  shape('nested deeply, with nulls', DEEP, {
    without: { pyiceberg: NULL_AS_EMPTY },
    unread: { pyiceberg: NULL_AS_EMPTY },
  }),
];

function partitioned(
  name: string,
  types: readonly NewType[],
  by: readonly string[],
  options?: ShapeOptions,
): Shape {
  const columns = types.map((type, at) => column('pqr'[at]!, type));
  return shape(`by ${name}`, [...columns, column('rest', 'string')], { partitionBy: by, ...options });
}

const DECIMAL_PARTITIONS: Shape['alone'] = {
  duckdb: {
    steps: ['append', 'upsert', 'delete', 'overwrite'],
    reason: 'DuckDB 1.5 writes decimal partition values that PyIceberg and Spark fail to read',
  },
};
const BINARY_PARTITIONS = { duckdb: 'DuckDB 1.5 writes no partition values that are not text' };

const PARTITIONS: Shape[] = [
  partitioned('string', ['string'], ['p']),
  partitioned('boolean and int', ['boolean', 'int'], ['p', 'q']),
  partitioned('long', ['long'], ['p']),
  partitioned('decimal', ['decimal(12, 2)'], ['p'], {
    alone: DECIMAL_PARTITIONS,
  }),
  partitioned('date', ['date'], ['p']),
  partitioned('timestamps', ['timestamp', 'timestamptz'], ['p', 'q']),
  partitioned('binary', ['binary'], ['p'], { without: BINARY_PARTITIONS }),
  partitioned('buckets of int and long', ['int', 'long'], ['bucket(3, p)', 'bucket(2, q)']),
  partitioned('buckets of string and binary', ['string', 'binary'], ['bucket(3, p)', 'bucket(2, q)']),
  partitioned('buckets of decimal and date', ['decimal(20, 4)', 'date'], ['bucket(3, p)', 'bucket(2, q)']),
  partitioned('buckets of timestamps', ['timestamp', 'timestamptz'], ['bucket(3, p)', 'bucket(2, q)']),
  partitioned('buckets of uuid', ['uuid'], ['bucket(3, p)']),
  partitioned('truncated string', ['string'], ['truncate(2, p)']),
  partitioned('truncated int and long', ['int', 'long'], ['truncate(10, p)', 'truncate(1000, q)']),
  partitioned('truncated decimal', ['decimal(12, 2)'], ['truncate(50, p)'], {
    alone: DECIMAL_PARTITIONS,
    // Truncating the largest of the type's values would give a value that the type does not hold.
    steps: () => usualSteps([ID, column('p', 'decimal(9, 2)'), column('rest', 'string')]),
  }),
  partitioned('truncated binary', ['binary'], ['truncate(1, p)'], {
    without: { ...BINARY_PARTITIONS, pyiceberg: 'PyIceberg 0.12 does not truncate binary' },
  }),
  partitioned('year', ['date', 'timestamp', 'timestamptz'], ['year(p)', 'year(q)', 'year(r)']),
  partitioned('month', ['date', 'timestamp', 'timestamptz'], ['month(p)', 'month(q)', 'month(r)']),
  partitioned('day', ['date', 'timestamp', 'timestamptz'], ['day(p)', 'day(q)', 'day(r)']),
  partitioned('hour', ['timestamp', 'timestamptz'], ['hour(p)', 'hour(q)']),
  partitioned('day, bucket and identity', ['timestamptz', 'string'], ['day(p)', 'bucket(2, id)', 'q']),
];

/** Rows of the columns as they are now. */
const rows = (columns: readonly NewField[], wanted: readonly number[], turn = 0): Row[] =>
  rowsOf([ID, ...columns], wanted, turn);
const more = (columns: readonly NewField[], wanted: readonly number[], turn = 0): Step => ({
  kind: 'append',
  rows: rows(columns, wanted, turn),
});
const replaced = (columns: readonly NewField[], wanted: readonly number[]): Step => ({
  kind: 'upsert',
  rows: rows(columns, wanted, 2),
});

const ADDED = [...PLAIN, column('added', 'timestamptz')];
const EVOLVED_PARTITIONS = {
  duckdb:
    'DuckDB 1.5 writes deletes for files of an older partitioning where no one else looks for them, or fails to',
};
const EVOLUTION: Shape[] = [
  shape('column added', PLAIN, {
    steps: () => [
      more(PLAIN, ids(0, 8)),
      { kind: 'addColumn', name: 'added', type: 'timestamptz' },
      more(ADDED, ids(8, 16)),
      replaced(ADDED, [2, 9, 20]),
      remove(1, 10),
      more(ADDED, ids(30, 34)),
    ],
  }),
  shape('nested column added', PLAIN, {
    steps: () => {
      const now = [...PLAIN, column('place', struct(['lat', 'double'], ['tags', list('string')]))];
      return [
        more(PLAIN, ids(0, 6)),
        { kind: 'addColumn', name: 'place', type: now[2]!.type },
        more(now, ids(8, 16)),
        replaced(now, [2, 9, 20]),
        remove(1, 10),
        more(now, ids(30, 34)),
      ];
    },
  }),
  shape('column dropped', PLAIN, {
    steps: () => [
      more(PLAIN, ids(0, 8)),
      { kind: 'dropColumn', name: 'n' },
      more(PLAIN.slice(0, 1), ids(8, 16)),
      replaced(PLAIN.slice(0, 1), [2, 9, 20]),
      remove(1, 10),
      more(PLAIN.slice(0, 1), ids(30, 34)),
    ],
  }),
  shape('column renamed', PLAIN, {
    steps: () => {
      const now = [column('title', 'string'), column('n', 'int')];
      return [
        more(PLAIN, ids(0, 8)),
        { kind: 'renameColumn', from: 's', to: 'title' },
        more(now, ids(8, 16)),
        replaced(now, [2, 9, 20]),
        remove(1, 10),
        more(now, ids(30, 34)),
      ];
    },
  }),
  shape('column widened', [column('n', 'int'), column('f', 'float'), column('m', 'decimal(9, 2)')], {
    steps: () => {
      const before = [column('n', 'int'), column('f', 'float'), column('m', 'decimal(9, 2)')];
      const now = [column('n', 'long'), column('f', 'double'), column('m', 'decimal(20, 2)')];
      return [
        more(before, ids(0, 8)),
        { kind: 'widenColumn', name: 'n', type: 'long' },
        { kind: 'widenColumn', name: 'f', type: 'double' },
        { kind: 'widenColumn', name: 'm', type: 'decimal(20, 2)' },
        more(now, ids(8, 16)),
        replaced(now, [2, 9, 20]),
        remove(1, 10),
        more(now, ids(30, 34)),
      ];
    },
  }),
  shape('columns reordered', PLAIN, {
    steps: () => [
      more(PLAIN, ids(0, 8)),
      { kind: 'moveColumn', name: 's', after: 'n' },
      more(PLAIN, ids(8, 16)),
      replaced(PLAIN, [2, 9, 20]),
      remove(1, 10),
      more(PLAIN, ids(30, 34)),
    ],
  }),
  shape('column dropped and added anew', PLAIN, {
    steps: () => {
      const now = [column('s', 'string'), column('n', 'string')];
      return [
        more(PLAIN, ids(0, 8)),
        { kind: 'dropColumn', name: 'n' },
        { kind: 'addColumn', name: 'n', type: 'string' },
        more(now, ids(8, 16)),
        replaced(now, [2, 9, 20]),
        remove(1, 10),
        more(now, ids(30, 34)),
      ];
    },
  }),
  shape('partition field added', PLAIN, {
    without: EVOLVED_PARTITIONS,
    steps: (columns) => [
      append(columns, ids(0, 8)),
      { kind: 'addPartitionField', transform: 'bucket(2, id)' },
      append(columns, ids(8, 16)),
      upsert(columns, [2, 9, 20]),
      remove(1, 10),
      append(columns, ids(30, 34)),
    ],
  }),
  shape('partition field removed', PLAIN, {
    without: EVOLVED_PARTITIONS,
    partitionBy: ['s', 'bucket(2, id)'],
    steps: (columns) => [
      append(columns, ids(0, 8)),
      { kind: 'removePartitionField', transform: 's' },
      append(columns, ids(8, 16)),
      upsert(columns, [2, 9, 20]),
      remove(1, 10),
      append(columns, ids(30, 34)),
    ],
  }),
];

const EQUALITY_DELETES: Pick<Shape, 'without' | 'unread'> = {
  // Others write no equality deletes: their turns are of their usual kind.
  without: { pyiceberg: 'PyIceberg 0.12 does not read equality deletes' },
  unread: { pyiceberg: 'PyIceberg 0.12 does not read equality deletes' },
};

const DELETES: Shape[] = [
  shape('copy-on-write', PLAIN, { mode: 'copy-on-write', partitionBy: ['bucket(2, id)'] }),
  shape('overwritten', PLAIN, {
    partitionBy: ['bucket(2, id)'],
    steps: (columns) => [
      append(columns, ids(0, 8)),
      overwrite(columns, [1, 2, 3, 99], [2, 20, 21]),
      overwrite(columns, [4], []),
      append(columns, ids(30, 34)),
      overwrite(columns, ids(0, 30), [5, 6]),
      overwrite(columns, [31], [31]),
    ],
  }),
  shape('overwritten by copy-on-write', PLAIN, {
    mode: 'copy-on-write',
    partitionBy: ['bucket(2, id)'],
    steps: (columns) => [
      append(columns, ids(0, 8)),
      overwrite(columns, [1, 2, 3, 99], [2, 20, 21]),
      append(columns, ids(30, 34)),
      overwrite(columns, ids(0, 30), [5, 6]),
      overwrite(columns, [31], [31]),
    ],
  }),
  shape('equality deletes', PLAIN, { mode: 'equality-deletes', ...EQUALITY_DELETES }),
  shape('equality deletes in partitions', PLAIN, {
    mode: 'equality-deletes',
    partitionBy: ['bucket(2, id)'],
    ...EQUALITY_DELETES,
  }),
  ...([2, 3] as const).map((formatVersion) =>
    shape(`maintained, v${formatVersion}`, PLAIN, {
      formatVersion,
      partitionBy: ['bucket(2, id)'],
      steps: (columns) => [
        append(columns, ids(0, 8)),
        append(columns, ids(8, 16)),
        remove(1, 2, 9),
        { kind: 'compact' },
        upsert(columns, [3, 10, 20]),
        { kind: 'rewriteManifests' },
        remove(4, 5),
        { kind: 'compact' },
        { kind: 'expire' },
        append(columns, ids(30, 32)),
      ],
    }),
  ),
  shape('everything deleted', PLAIN, {
    partitionBy: ['bucket(2, id)'],
    steps: (columns) => [
      append(columns, ids(0, 4)),
      append(columns, ids(4, 6)),
      remove(...ids(0, 3)),
      remove(...ids(3, 6)),
      append(columns, ids(0, 3), 1),
      remove(0, 1, 2),
    ],
  }),
  shape('many small commits', PLAIN, {
    properties: { 'commit.manifest.min-count-to-merge': '2', 'commit.manifest-merge.enabled': 'true' },
    steps: (columns) => [
      append(columns, [0, 1]),
      append(columns, [2, 3]),
      append(columns, [4, 5]),
      remove(0, 2),
      append(columns, [6, 7]),
      upsert(columns, [4, 6, 8]),
      append(columns, [9]),
      remove(9),
    ],
  }),
];

const OLD_LZ4: Shape['alone'] = {
  spark: {
    steps: ['append', 'upsert', 'delete', 'overwrite'],
    reason: 'Spark writes an older framing of LZ4 that DuckDB does not read',
  },
};

const LAYOUTS: Shape[] = [
  ...['snappy', 'gzip', 'uncompressed', 'lz4'].map((codec) =>
    shape(`compressed with ${codec}`, PLAIN, {
      properties: { 'write.parquet.compression-codec': codec },
      alone: codec === 'lz4' ? OLD_LZ4 : {},
    }),
  ),
  shape('metadata compressed', PLAIN, { properties: { 'write.metadata.compression-codec': 'gzip' } }),
  shape('no column metrics', PLAIN, { properties: { 'write.metadata.metrics.default': 'none' } }),
  shape('full column metrics', TEXTS, { properties: { 'write.metadata.metrics.default': 'full' } }),
];

/** Spark puts the vectors of several data files into one file. */
const SHARED_PUFFIN: Shape['alone'] = {
  duckdb: {
    steps: ['delete', 'upsert'],
    reason: 'DuckDB 1.5 loses the other deletion vectors of a file when it replaces one of them',
  },
};

const THIRD: Shape[] = [
  shape('v3 numbers', NUMBERS, { formatVersion: 3 }),
  shape('v3 dates and timestamps', TIMES, { formatVersion: 3 }),
  shape('v3 nested', NESTED, { formatVersion: 3 }),
  partitioned('identity and bucket, v3', ['string', 'long'], ['p', 'bucket(2, q)'], { formatVersion: 3 }),
  partitioned('day, v3', ['timestamptz'], ['day(p)'], { formatVersion: 3 }),
  shape('v3 copy-on-write', PLAIN, { formatVersion: 3, mode: 'copy-on-write' }),
  shape('v3 column added', PLAIN, {
    formatVersion: 3,
    steps: () => [
      more(PLAIN, ids(0, 8)),
      { kind: 'addColumn', name: 'added', type: 'timestamptz' },
      more(ADDED, ids(8, 16)),
      replaced(ADDED, [2, 9, 20]),
      remove(1, 10),
      remove(2, 11, 12),
    ],
  }),
  shape('v3 columns with defaults', PLAIN, {
    formatVersion: 3,
    steps: () => {
      const now = [...PLAIN, column('a', 'string'), column('b', 'long'), column('c', 'timestamptz')];
      return [
        more(PLAIN, ids(0, 8)),
        { kind: 'addColumn', name: 'a', type: 'string', default: 'früher' },
        { kind: 'addColumn', name: 'b', type: 'long', default: 2n ** 60n },
        { kind: 'addColumn', name: 'c', type: 'timestamptz', default: '1969-12-31T23:59:59.999999Z' },
        more(now, ids(8, 16)),
        replaced(now, [2, 9, 20]),
        remove(1, 10),
      ];
    },
  }),
  shape('v2 upgraded to v3', PLAIN, {
    steps: (columns) => [
      append(columns, ids(0, 8)),
      remove(1, 2),
      { kind: 'upgrade', formatVersion: 3 },
      remove(3, 4),
      upsert(columns, [5, 20]),
      append(columns, ids(30, 34)),
    ],
  }),
];

const LISTS_OF_VERSION_1 =
  'DuckDB 1.5 fails to read manifest lists of version 1 in a table that was upgraded';

const FIRST: Shape[] = [
  shape('v1 upgraded to v2', PLAIN, {
    formatVersion: 1,
    without: { duckdb: LISTS_OF_VERSION_1 },
    unread: { duckdb: LISTS_OF_VERSION_1 },
    partitionBy: ['bucket(2, id)'],
    steps: (columns) => [
      append(columns, ids(0, 8)),
      append(columns, ids(8, 12)),
      { kind: 'upgrade', formatVersion: 2 },
      remove(1, 9),
      upsert(columns, [2, 20]),
      append(columns, ids(30, 34)),
      remove(3, 10, 31),
    ],
  }),
  shape('v1 numbers', NUMBERS, { formatVersion: 1, mode: 'copy-on-write' }),
  shape('v1 nested', NESTED, { formatVersion: 1, mode: 'copy-on-write' }),
  partitioned('string and bucket, v1', ['string', 'long'], ['p', 'bucket(2, q)'], {
    formatVersion: 1,
    mode: 'copy-on-write',
  }),
  shape('v1 column renamed, field dropped', PLAIN, {
    formatVersion: 1,
    without: { pyiceberg: 'PyIceberg 0.12 fails to write a version 1 table with a dropped partition field' },
    mode: 'copy-on-write',
    partitionBy: ['bucket(2, id)'],
    steps: () => {
      const now = [column('title', 'string'), column('n', 'int')];
      return [
        more(PLAIN, ids(0, 8)),
        { kind: 'renameColumn', from: 's', to: 'title' },
        more(now, ids(8, 16)),
        { kind: 'removePartitionField', transform: 'bucket(2, id)' },
        more(now, ids(20, 24)),
        remove(1, 10, 21),
      ];
    },
  }),
];

export const SHAPES: readonly Shape[] = [
  ...TYPES,
  ...PARTITIONS,
  ...EVOLUTION,
  ...DELETES,
  ...LAYOUTS,
  ...THIRD.map((third) => ({ ...third, alone: SHARED_PUFFIN })),
  ...FIRST,
];
