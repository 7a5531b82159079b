import type { Shape } from '../shape.js';
import { append, ids, overwrite, PLAIN, remove, shape, upsert } from './builders.js';

const EQUALITY_DELETES: Pick<Shape, 'without' | 'unread'> = {
  // Others write no equality deletes: their turns are of their usual kind.
  without: { pyiceberg: 'PyIceberg 0.12 does not read equality deletes' },
  unread: { pyiceberg: 'PyIceberg 0.12 does not read equality deletes' },
};

export const DELETES: readonly Shape[] = [
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
