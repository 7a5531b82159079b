import type { Shape } from '../shape.js';
import { column, ID, partitioned, usualSteps } from './builders.js';

const DECIMAL_PARTITIONS: Shape['alone'] = {
  duckdb: {
    steps: ['append', 'upsert', 'delete', 'overwrite'],
    reason: 'DuckDB 1.5 writes decimal partition values that PyIceberg and Spark fail to read',
  },
};
const BINARY_PARTITIONS = { duckdb: 'DuckDB 1.5 writes no partition values that are not text' };

export const PARTITIONS: readonly Shape[] = [
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
