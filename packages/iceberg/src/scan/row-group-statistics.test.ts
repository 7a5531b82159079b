import { Float64 } from 'apache-arrow';
import { expect, test } from 'vitest';
import type { ParquetFooter } from '../parquet/parquet-footer.js';
import { rowGroupStatistics } from './row-group-statistics.js';

const NULL_COUNT = 3;

const statisticsOf = (nulls: bigint, inOptionalStruct: boolean) =>
  rowGroupStatistics({
    footer: {
      rowCounts: [4],
      statistics: () => new Map([[NULL_COUNT, { type: 6, value: nulls }]]),
    } as unknown as ParquetFooter,
    group: 0,
    path: ['place', 'lat'],
    arrowType: new Float64(),
    term: { fieldId: 2, type: 'double', ...(inOptionalStruct ? { inOptionalStruct } : {}) },
  });

test('that no nulls were counted in a struct that may be null does not mean that there are none', () => {
  expect(statisticsOf(0n, true)).toEqual({ allNull: false });
  expect(statisticsOf(1n, true)).toEqual({ hasNulls: true, allNull: false });
  expect(statisticsOf(4n, true)).toEqual({ hasNulls: true, allNull: true });
  expect(statisticsOf(0n, false)).toEqual({ hasNulls: false, allNull: false });
});
