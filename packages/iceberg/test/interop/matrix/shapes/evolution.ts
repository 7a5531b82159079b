import type { Shape } from '../shape.js';
import {
  ADDED,
  append,
  column,
  ids,
  list,
  more,
  PLAIN,
  remove,
  replaced,
  shape,
  struct,
  upsert,
} from './builders.js';

const EVOLVED_PARTITIONS = {
  duckdb:
    'DuckDB 1.5 writes deletes for files of an older partitioning where no one else looks for them, or fails to',
};
export const EVOLUTION: readonly Shape[] = [
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
