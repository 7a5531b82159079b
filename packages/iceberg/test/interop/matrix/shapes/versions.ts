import type { Shape } from '../shape.js';
import {
  ADDED,
  append,
  column,
  ids,
  more,
  NESTED,
  NUMBERS,
  PLAIN,
  partitioned,
  remove,
  replaced,
  shape,
  TIMES,
  upsert,
} from './builders.js';

/** Spark puts the vectors of several data files into one file. */
const SHARED_PUFFIN: Shape['alone'] = {
  duckdb: {
    steps: ['delete', 'upsert'],
    reason: 'DuckDB 1.5 loses the other deletion vectors of a file when it replaces one of them',
  },
};

const VERSION_3: readonly Shape[] = [
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

export const THIRD: readonly Shape[] = VERSION_3.map((third) => ({ ...third, alone: SHARED_PUFFIN }));

export const FIRST: readonly Shape[] = [
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
