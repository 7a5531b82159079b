import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { ContractColumn, TopicContract } from '../contract.js';
import type { HistoryAnswer, HistoryQuestion } from './finding.js';
import { lintContract, type Operation } from './lint-contract.js';
import { RULES, type RuleId } from './rules.js';

const CONTRACT: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'team-orders',
  columns: { id: { type: 'string' } },
};
const contract = (changed: Partial<TopicContract>): TopicContract => ({ ...CONTRACT, ...changed });
/** A contract with one column more. */
const withColumn = (column: ContractColumn, name = 'value'): TopicContract =>
  contract({ columns: { ...CONTRACT.columns, [name]: column } });
const next = (head: TopicContract): TopicContract => ({ ...head, version: '1.1.0' });

type Expected = readonly [Operation, ...RuleId[]];
type Pair = readonly [
  title: string,
  one: TopicContract,
  other: TopicContract,
  forth: Expected,
  back: Expected,
];

const EVOLVE = 'SCHEMA_EVOLVE';
const RESET = 'NUCLEAR_RESET';
const REMAP = 'PURE_REMAP';

/** A column of one type and the same with something more. */
const column = (
  title: string,
  one: ContractColumn,
  other: ContractColumn,
  forth: Expected,
  back: Expected,
): Pair => [title, withColumn(one), withColumn(other), forth, back];
const table = (
  title: string,
  one: Partial<TopicContract>,
  other: Partial<TopicContract>,
  forth: Expected,
  back: Expected = forth,
): Pair => [title, contract(one), contract(other), forth, back];

const TEXT: ContractColumn = { type: 'string' };
const PAIRS: readonly Pair[] = [
  ['a new column', CONTRACT, withColumn(TEXT), [EVOLVE, 'COLUMN_ADDED'], [RESET, 'COLUMN_REMOVED']],
  [
    'a new sensitive column',
    CONTRACT,
    withColumn({ type: 'string', sensitive: 'hash' }),
    [EVOLVE, 'COLUMN_ADDED'],
    [RESET, 'COLUMN_REMOVED'],
  ],
  [
    'a new column with a default',
    CONTRACT,
    withColumn({ type: 'int', default: 0 }),
    [EVOLVE, 'COLUMN_ADDED'],
    [RESET, 'COLUMN_REMOVED'],
  ],
  [
    'a new critical column',
    CONTRACT,
    withColumn({ type: 'string', cde: true }),
    [RESET, 'COLUMN_ADDED_CDE'],
    [RESET, 'COLUMN_REMOVED'],
  ],
  [
    'a new column that must not be blank',
    CONTRACT,
    withColumn({ type: 'string', cde: 'nonblank' }),
    [RESET, 'COLUMN_ADDED_CDE'],
    [RESET, 'COLUMN_REMOVED'],
  ],
  [
    'a column that says it is not critical',
    CONTRACT,
    withColumn({ type: 'string', cde: false }),
    [EVOLVE, 'COLUMN_ADDED'],
    [RESET, 'COLUMN_REMOVED'],
  ],
  [
    'another name without an alias',
    withColumn(TEXT, 'old'),
    withColumn(TEXT, 'new'),
    [RESET, 'COLUMN_REMOVED', 'COLUMN_ADDED'],
    [RESET, 'COLUMN_REMOVED', 'COLUMN_ADDED'],
  ],
  [
    'another name with the old path',
    withColumn({ type: 'string', path: '$.a' }, 'old'),
    withColumn({ type: 'string', path: '$.a' }, 'new'),
    [EVOLVE, 'COLUMN_RENAMED'],
    [EVOLVE, 'COLUMN_RENAMED'],
  ],
  [
    'another name with the old path as an alias',
    withColumn(TEXT, 'old'),
    withColumn({ type: 'string', aliases: ['$.old'] }, 'new'),
    [EVOLVE, 'COLUMN_RENAMED', 'PATH_PREFERRED'],
    [RESET, 'COLUMN_REMOVED', 'COLUMN_ADDED'],
  ],
  [
    'another name and a wider type',
    withColumn({ type: 'int', path: '$.a' }, 'old'),
    withColumn({ type: 'long', path: '$.a' }, 'new'),
    [EVOLVE, 'COLUMN_RENAMED', 'TYPE_WIDENED'],
    [RESET, 'COLUMN_RENAMED', 'TYPE_CHANGED'],
  ],
  [
    'another name and another type',
    withColumn({ type: 'int', path: '$.a' }, 'old'),
    withColumn({ type: 'string', path: '$.a' }, 'new'),
    [RESET, 'COLUMN_RENAMED', 'TYPE_CHANGED'],
    [RESET, 'COLUMN_RENAMED', 'TYPE_CHANGED'],
  ],

  [
    'a new column with a name that every object has',
    CONTRACT,
    withColumn(TEXT, 'constructor'),
    [EVOLVE, 'COLUMN_ADDED'],
    [RESET, 'COLUMN_REMOVED'],
  ],
  [
    'such a name for a column',
    withColumn({ type: 'string', path: '$.a' }, 'old'),
    withColumn({ type: 'string', path: '$.a' }, 'constructor'),
    [EVOLVE, 'COLUMN_RENAMED'],
    [EVOLVE, 'COLUMN_RENAMED'],
  ],
  column('int to long', { type: 'int' }, { type: 'long' }, [EVOLVE, 'TYPE_WIDENED'], [RESET, 'TYPE_CHANGED']),
  column(
    'float to double',
    { type: 'float' },
    { type: 'double' },
    [EVOLVE, 'TYPE_WIDENED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'more digits',
    { type: 'decimal(10,2)' },
    { type: 'decimal(12,2)' },
    [EVOLVE, 'TYPE_WIDENED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'another scale',
    { type: 'decimal(10,2)' },
    { type: 'decimal(10,3)' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'more digits and another scale',
    { type: 'decimal(10,2)' },
    { type: 'decimal(12,4)' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'int to double',
    { type: 'int' },
    { type: 'double' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'int to decimal',
    { type: 'int' },
    { type: 'decimal(10,0)' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'int to string',
    { type: 'int' },
    { type: 'string' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'date to timestamp',
    { type: 'date' },
    { type: 'timestamp' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'timestamp to timestamptz',
    { type: 'timestamp' },
    { type: 'timestamptz' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'string to uuid',
    { type: 'string' },
    { type: 'uuid' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'string to binary',
    { type: 'string' },
    { type: 'binary' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'boolean to string',
    { type: 'boolean' },
    { type: 'string' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  column(
    'time to string',
    { type: 'time' },
    { type: 'string' },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),

  column(
    'an alias at the end',
    TEXT,
    { type: 'string', aliases: ['$.b'] },
    [EVOLVE, 'PATH_ADDED'],
    [RESET, 'PATH_CHANGED'],
  ),
  column(
    'a new path with the old one as an alias',
    TEXT,
    { type: 'string', path: '$.b', aliases: ['$.value'] },
    [EVOLVE, 'PATH_PREFERRED'],
    [RESET, 'PATH_CHANGED'],
  ),
  column(
    'a place between two',
    { type: 'string', aliases: ['$.b'] },
    { type: 'string', aliases: ['$.c', '$.b'] },
    [EVOLVE, 'PATH_PREFERRED'],
    [RESET, 'PATH_CHANGED'],
  ),
  column(
    'another path',
    TEXT,
    { type: 'string', path: '$.b' },
    [RESET, 'PATH_CHANGED'],
    [RESET, 'PATH_CHANGED'],
  ),
  column(
    'another order of aliases',
    { type: 'string', aliases: ['$.a', '$.b'] },
    { type: 'string', aliases: ['$.b', '$.a'] },
    [RESET, 'PATH_CHANGED'],
    [RESET, 'PATH_CHANGED'],
  ),
  column('the same path written out', TEXT, { type: 'string', path: '$.value' }, [REMAP], [REMAP]),
  column('the same path in brackets', TEXT, { type: 'string', path: "$['value']" }, [REMAP], [REMAP]),
  column(
    'an envelope column instead of a path',
    TEXT,
    { type: 'string', path: 'correlation_id' },
    [RESET, 'PATH_CHANGED'],
    [RESET, 'PATH_CHANGED'],
  ),

  column('critical', TEXT, { type: 'string', cde: true }, [RESET, 'CDE_ADDED'], [EVOLVE, 'CDE_REMOVED']),
  column(
    'critical and not blank',
    TEXT,
    { type: 'string', cde: 'nonblank' },
    [RESET, 'CDE_ADDED'],
    [EVOLVE, 'CDE_REMOVED'],
  ),
  column(
    'not blank either',
    { type: 'string', cde: true },
    { type: 'string', cde: 'nonblank' },
    [RESET, 'CDE_ADDED'],
    [EVOLVE, 'CDE_REMOVED'],
  ),
  column('not critical, written out', TEXT, { type: 'string', cde: false }, [REMAP], [REMAP]),

  column(
    'an enum',
    TEXT,
    { type: 'string', enum: ['a'] },
    [RESET, 'ENUM_NARROWED'],
    [EVOLVE, 'ENUM_WIDENED'],
  ),
  column(
    'a value more',
    { type: 'string', enum: ['a'] },
    { type: 'string', enum: ['a', 'b'] },
    [EVOLVE, 'ENUM_WIDENED'],
    [RESET, 'ENUM_NARROWED'],
  ),
  column(
    'another value',
    { type: 'string', enum: ['a'] },
    { type: 'string', enum: ['b'] },
    [RESET, 'ENUM_NARROWED', 'ENUM_WIDENED'],
    [RESET, 'ENUM_NARROWED', 'ENUM_WIDENED'],
  ),
  column(
    'another order of values',
    { type: 'string', enum: ['a', 'b'] },
    { type: 'string', enum: ['b', 'a'] },
    [REMAP],
    [REMAP],
  ),
  column(
    'unknown values as null',
    { type: 'string', enum: ['a'] },
    { type: 'string', enum: ['a'], onUnknown: 'null' },
    [EVOLVE, 'UNKNOWN_AS_NULL'],
    [RESET, 'UNKNOWN_REFUSED'],
  ),
  column(
    'unknown values refused, written out',
    { type: 'string', enum: ['a'] },
    { type: 'string', enum: ['a'], onUnknown: 'error' },
    [REMAP],
    [REMAP],
  ),
  column(
    'an enum with unknown values as null',
    TEXT,
    { type: 'string', enum: ['a'], onUnknown: 'null' },
    [RESET, 'ENUM_NARROWED'],
    [EVOLVE, 'NULLED_ALLOWED'],
  ),
  column(
    'a value more that became null',
    { type: 'string', enum: ['a'], onUnknown: 'null' },
    { type: 'string', enum: ['a', 'b'], onUnknown: 'null' },
    [EVOLVE, 'NULLED_ALLOWED'],
    [RESET, 'ENUM_NARROWED'],
  ),

  column(
    'a least',
    { type: 'int' },
    { type: 'int', min: 0 },
    [RESET, 'RANGE_NARROWED'],
    [EVOLVE, 'RANGE_WIDENED'],
  ),
  column(
    'a most',
    { type: 'int' },
    { type: 'int', max: 9 },
    [RESET, 'RANGE_NARROWED'],
    [EVOLVE, 'RANGE_WIDENED'],
  ),
  column(
    'a higher least',
    { type: 'int', min: 0 },
    { type: 'int', min: 1 },
    [RESET, 'RANGE_NARROWED'],
    [EVOLVE, 'RANGE_WIDENED'],
  ),
  column(
    'a higher most',
    { type: 'int', max: 9 },
    { type: 'int', max: 10 },
    [EVOLVE, 'RANGE_WIDENED'],
    [RESET, 'RANGE_NARROWED'],
  ),
  column(
    'a range that moved',
    { type: 'int', min: 0, max: 9 },
    { type: 'int', min: 1, max: 10 },
    [RESET, 'RANGE_NARROWED', 'RANGE_WIDENED'],
    [RESET, 'RANGE_WIDENED', 'RANGE_NARROWED'],
  ),
  column(
    'a negative least',
    { type: 'int', min: -10 },
    { type: 'int', min: -9 },
    [RESET, 'RANGE_NARROWED'],
    [EVOLVE, 'RANGE_WIDENED'],
  ),
  column(
    'a least of many digits',
    { type: 'decimal(38,0)', min: '9007199254740992' },
    { type: 'decimal(38,0)', min: '9007199254740993' },
    [RESET, 'RANGE_NARROWED'],
    [EVOLVE, 'RANGE_WIDENED'],
  ),
  column(
    'the same least as text',
    { type: 'decimal(10,2)', min: 1 },
    { type: 'decimal(10,2)', min: '1.00' },
    [REMAP],
    [REMAP],
  ),
  column(
    'a first day',
    { type: 'date' },
    { type: 'date', min: '2020-01-01' },
    [RESET, 'RANGE_NARROWED'],
    [EVOLVE, 'RANGE_WIDENED'],
  ),
  column(
    'another first day',
    { type: 'date', min: '2020-01-01' },
    { type: 'date', min: '2019-01-01' },
    [RESET, 'RANGE_NARROWED'],
    [RESET, 'RANGE_NARROWED'],
  ),

  column(
    'a pattern',
    TEXT,
    { type: 'string', pattern: '[a-z]+' },
    [RESET, 'PATTERN_CHANGED'],
    [EVOLVE, 'PATTERN_REMOVED'],
  ),
  column(
    'another pattern',
    { type: 'string', pattern: '[a-z]+' },
    { type: 'string', pattern: '[a-z]*' },
    [RESET, 'PATTERN_CHANGED'],
    [RESET, 'PATTERN_CHANGED'],
  ),

  column(
    'four digits shown',
    TEXT,
    { type: 'string', sensitive: 'last4' },
    [EVOLVE, 'SENSITIVITY_TIGHTENED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'hashed',
    TEXT,
    { type: 'string', sensitive: 'hash' },
    [EVOLVE, 'SENSITIVITY_TIGHTENED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'redacted',
    TEXT,
    { type: 'string', sensitive: 'redact' },
    [EVOLVE, 'SENSITIVITY_TIGHTENED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'dropped',
    TEXT,
    { type: 'string', sensitive: 'drop' },
    [RESET, 'SENSITIVITY_RETYPED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'last4 to hash',
    { type: 'string', sensitive: 'last4' },
    { type: 'string', sensitive: 'hash' },
    [EVOLVE, 'SENSITIVITY_TIGHTENED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'hash to redact',
    { type: 'string', sensitive: 'hash' },
    { type: 'string', sensitive: 'redact' },
    [EVOLVE, 'SENSITIVITY_TIGHTENED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'redact to drop',
    { type: 'string', sensitive: 'redact' },
    { type: 'string', sensitive: 'drop' },
    [RESET, 'SENSITIVITY_RETYPED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'a hashed number',
    { type: 'int' },
    { type: 'int', sensitive: 'hash' },
    [RESET, 'SENSITIVITY_RETYPED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),
  column(
    'a redacted number that was hashed',
    { type: 'int', sensitive: 'hash' },
    { type: 'int', sensitive: 'redact' },
    [EVOLVE, 'SENSITIVITY_TIGHTENED'],
    [RESET, 'SENSITIVITY_LOOSENED'],
  ),

  column(
    'a default',
    { type: 'int' },
    { type: 'int', default: 1 },
    [EVOLVE, 'DEFAULT_CHANGED'],
    [EVOLVE, 'DEFAULT_CHANGED'],
  ),
  column(
    'another default',
    { type: 'int', default: 1 },
    { type: 'int', default: 2 },
    [EVOLVE, 'DEFAULT_CHANGED'],
    [EVOLVE, 'DEFAULT_CHANGED'],
  ),
  column(
    'times read as UTC',
    { type: 'timestamptz' },
    { type: 'timestamptz', assumeUtc: true },
    [EVOLVE, 'CAST_LOOSENED'],
    [RESET, 'CAST_CHANGED'],
  ),
  column(
    'numbers read as instants',
    { type: 'timestamptz' },
    { type: 'timestamptz', epoch: 'millis' },
    [EVOLVE, 'CAST_LOOSENED'],
    [RESET, 'CAST_CHANGED'],
  ),
  column(
    'another unit',
    { type: 'timestamptz', epoch: 'seconds' },
    { type: 'timestamptz', epoch: 'millis' },
    [RESET, 'CAST_CHANGED'],
    [RESET, 'CAST_CHANGED'],
  ),
  column('a description', TEXT, { type: 'string', description: 'what it is' }, [REMAP], [REMAP]),

  table('another key', {}, { key: '$.id' }, [RESET, 'KEY_CHANGED']),
  table('the default key, written out', {}, { key: 'idempotency_key' }, [REMAP]),
  table('the same key in brackets', { key: '$.id' }, { key: "$['id']" }, [REMAP]),
  table('another order', {}, { orderBy: ['publish_time'] }, [RESET, 'ORDER_CHANGED']),
  table('the default order, written out', {}, { orderBy: ['$.last_updated_ts', 'publish_time'] }, [REMAP]),
  table('one more order', { orderBy: ['publish_time'] }, { orderBy: ['publish_time', '$.v'] }, [
    RESET,
    'ORDER_CHANGED',
  ]),
  table(
    'another type of what orders',
    { orderBy: ['$.id'] },
    { orderBy: ['$.id'], columns: { id: { type: 'int' } } },
    [RESET, 'TYPE_CHANGED', 'ORDER_CHANGED'],
  ),
  table(
    'a wider type of what orders',
    { orderBy: ['$.id'], columns: { id: { type: 'int' } } },
    { orderBy: ['$.id'], columns: { id: { type: 'long' } } },
    [RESET, 'TYPE_WIDENED', 'ORDER_CHANGED'],
    [RESET, 'TYPE_CHANGED', 'ORDER_CHANGED'],
  ),
  table(
    'more digits of what orders',
    { orderBy: ['$.id'], columns: { id: { type: 'decimal(3,1)' } } },
    { orderBy: ['$.id'], columns: { id: { type: 'decimal(9,1)' } } },
    [RESET, 'TYPE_WIDENED', 'ORDER_CHANGED'],
    [RESET, 'TYPE_CHANGED', 'ORDER_CHANGED'],
  ),
  table(
    'a type for what orders',
    { orderBy: ['$.v'] },
    { orderBy: ['$.v'], columns: { ...CONTRACT.columns, v: { type: 'int' } } },
    [RESET, 'COLUMN_ADDED', 'ORDER_CHANGED'],
    [RESET, 'COLUMN_REMOVED', 'ORDER_CHANGED'],
  ),
  table(
    'an instant is governed, which orders as one anyway',
    { orderBy: ['$.v'] },
    { orderBy: ['$.v'], columns: { ...CONTRACT.columns, v: { type: 'timestamptz' } } },
    [EVOLVE, 'COLUMN_ADDED'],
    [RESET, 'COLUMN_REMOVED'],
  ),
  table(
    'an instant is governed as a number',
    { orderBy: ['$.v'] },
    { orderBy: ['$.v'], columns: { ...CONTRACT.columns, v: { type: 'timestamptz', epoch: 'millis' } } },
    [RESET, 'COLUMN_ADDED', 'ORDER_CHANGED'],
    [RESET, 'COLUMN_REMOVED', 'ORDER_CHANGED'],
  ),
  table(
    'an instant is governed as a time in UTC',
    { orderBy: ['$.v'] },
    { orderBy: ['$.v'], columns: { ...CONTRACT.columns, v: { type: 'timestamp' } } },
    [RESET, 'COLUMN_ADDED', 'ORDER_CHANGED'],
    [RESET, 'COLUMN_REMOVED', 'ORDER_CHANGED'],
  ),
  table(
    'times in UTC of both kinds order alike',
    { orderBy: ['$.v'], columns: { ...CONTRACT.columns, v: { type: 'timestamptz', assumeUtc: true } } },
    { orderBy: ['$.v'], columns: { ...CONTRACT.columns, v: { type: 'timestamp', assumeUtc: true } } },
    [RESET, 'TYPE_CHANGED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  table('another envelope', {}, { envelope: 'wrapped' }, [RESET, 'ENVELOPE_CHANGED']),
  table('bare for auto', {}, { envelope: 'bare' }, [RESET, 'ENVELOPE_CHANGED']),
  table('auto, written out', {}, { envelope: 'auto' }, [REMAP]),
  table('deeper columns', {}, { flatten: { maxDepth: 6 } }, [RESET, 'FLATTEN_CHANGED']),
  table('more columns', {}, { flatten: { maxColumns: 3_000 } }, [RESET, 'FLATTEN_CHANGED']),
  table('the default limits, written out', {}, { flatten: { maxDepth: 5, maxColumns: 2_000 } }, [REMAP]),
  table('other partitions', {}, { partitionBy: ['day(publish_time)'] }, [RESET, 'PARTITION_CHANGED']),
  table('no partitions', {}, { partitionBy: [] }, [RESET, 'PARTITION_CHANGED']),
  table(
    'the same partitions with a space',
    { partitionBy: ['bucket(16,id)'] },
    { partitionBy: ['bucket(16, id)'] },
    [REMAP],
  ),
  table(
    'partitions made of another place first',
    { partitionBy: ['id'] },
    { partitionBy: ['id'], columns: { id: { type: 'string', path: '$.ident', aliases: ['$.id'] } } },
    [RESET, 'PATH_PREFERRED', 'PARTITION_CHANGED'],
    [RESET, 'PATH_CHANGED', 'PARTITION_CHANGED'],
  ),
  table(
    'partitions made of one more place behind',
    { partitionBy: ['bucket(4, id)'] },
    { partitionBy: ['bucket(4, id)'], columns: { id: { type: 'string', aliases: ['$.ident'] } } },
    [EVOLVE, 'PATH_ADDED'],
    [RESET, 'PATH_CHANGED'],
  ),
  table(
    'partitions made of what is hidden',
    { partitionBy: ['id'] },
    { partitionBy: ['id'], columns: { id: { type: 'string', sensitive: 'hash' } } },
    [RESET, 'SENSITIVITY_TIGHTENED', 'PARTITION_CHANGED'],
    [RESET, 'SENSITIVITY_LOOSENED', 'PARTITION_CHANGED'],
  ),
  table(
    'partitions made of a wider number',
    { partitionBy: ['bucket(4, id)'], columns: { id: { type: 'int' } } },
    { partitionBy: ['bucket(4, id)'], columns: { id: { type: 'long' } } },
    [EVOLVE, 'TYPE_WIDENED'],
    [RESET, 'TYPE_CHANGED'],
  ),
  table('another owner', {}, { owner: 'team-sales' }, [REMAP, 'ROUTING_CHANGED']),
  table('another engine', {}, { engine: 'spark' }, [REMAP, 'ROUTING_CHANGED']),
  table('the default engine, written out', {}, { engine: 'node' }, [REMAP]),
  table('another threshold', {}, { quality: { cdeSpikeThreshold: 0.5 } }, [REMAP, 'ROUTING_CHANGED']),
  table('halting', {}, { quality: { onSpike: 'halt' } }, [REMAP, 'ROUTING_CHANGED']),
  table('a correction window', {}, { correctionWindow: 'P90D' }, [REMAP, 'ROUTING_CHANGED']),
];

const check = (base: TopicContract, head: TopicContract, [operation, ...rules]: Expected): void => {
  const result = lintContract(base, next(head));
  expect({ operation: result.operation, rules: result.findings.map(({ rule }) => rule) }).toEqual({
    operation,
    rules,
  });
  expect(result.verdict).toBe(operation === RESET ? 'breaking' : 'pass');
  const declared = lintContract(
    base,
    next({ ...head, reset: { justification: 'it must be', impact: 'none' } }),
  );
  expect(declared.operation).toBe(operation);
  expect(declared.verdict).toBe('pass');
  expect(declared.declared).toBe(operation === RESET);
};

describe('a change of a contract', () => {
  test.each(PAIRS.map((pair) => [pair[0], pair] as const))('%s', (_title, [, one, other, forth]) => {
    check(one, other, forth);
  });
  test.each(PAIRS.map((pair) => [pair[0], pair] as const))(
    '%s, taken back',
    (_title, [, one, other, , back]) => {
      check(other, one, back);
    },
  );

  it('is judged by each of the rules, in the table above or below', () => {
    const seen = new Set(PAIRS.flatMap(([, , , [, ...forth], [, ...back]]) => [...forth, ...back]));
    const others = ['RESET_NOT_NEEDED', 'RESET_STALE', 'VERSION_NOT_RAISED', 'TOPIC_CHANGED'];
    expect([...seen, ...others].sort()).toEqual(Object.keys(RULES).sort());
  });

  it('of a topic that is new makes its tables', () => {
    expect(lintContract(null, CONTRACT)).toMatchObject({
      operation: 'NEW_TABLE',
      verdict: 'pass',
      findings: [],
    });
  });
});

describe('versions', () => {
  const rulesOf = (before: string, after: string): RuleId[] =>
    lintContract(
      { ...CONTRACT, version: before },
      { ...CONTRACT, owner: 'other', version: after },
    ).findings.map(({ rule }) => rule);

  it.each([
    ['1.0.0', '1.0.1'],
    ['1.9.0', '1.10.0'],
    ['1.0.0-rc.1', '1.0.0'],
    ['1.0.0-rc.2', '1.0.0-rc.10'],
    ['1.0.0-alpha', '1.0.0-alpha.1'],
    ['1.0.0-1', '1.0.0-alpha'],
  ])('%s is below %s', (before, after) => {
    expect(rulesOf(before, after)).toEqual(['ROUTING_CHANGED']);
    expect(rulesOf(after, before)).toContain('VERSION_NOT_RAISED');
  });

  it.each(['1.0.0', '1.0.0+build.2'])('must be raised for any change: 1.0.0 and %s', (after) => {
    expect(rulesOf('1.0.0', after)).toContain('VERSION_NOT_RAISED');
  });

  it('of another topic are wrong', () => {
    const result = lintContract(CONTRACT, next(contract({ topic: 'others' })));
    expect(result).toMatchObject({ verdict: 'wrong' });
    expect(result.findings.map(({ rule }) => rule)).toEqual(['TOPIC_CHANGED']);
  });
});

describe('a declared reset', () => {
  const reset = { justification: 'wrong key', impact: 'all rows' };

  it('is for one change: one that stood there before declares nothing', () => {
    const result = lintContract(contract({ reset }), next(contract({ reset, key: '$.id' })));
    expect(result).toMatchObject({ operation: 'NUCLEAR_RESET', declared: false, verdict: 'breaking' });
    expect(result.findings.map(({ rule }) => rule)).toEqual(['KEY_CHANGED', 'RESET_STALE']);
  });

  it('with other words is a new one', () => {
    const again = { ...reset, justification: 'wrong key once more' };
    expect(lintContract(contract({ reset }), next(contract({ reset: again, key: '$.id' })))).toMatchObject({
      declared: true,
      verdict: 'pass',
    });
  });

  it('is said to be of no use where nothing breaks', () => {
    const { findings } = lintContract(CONTRACT, next(contract({ reset })));
    expect(findings).toMatchObject([{ rule: 'RESET_NOT_NEEDED', severity: 'warning' }]);
  });
});

describe('history', () => {
  const answering =
    (answer: HistoryAnswer | null) =>
    (question: HistoryQuestion): HistoryAnswer | null => {
      asked.push(question);
      return answer;
    };
  const asked: HistoryQuestion[] = [];
  const lint = (head: ContractColumn, answer: HistoryAnswer | null) => {
    asked.length = 0;
    return lintContract(withColumn(TEXT), next(withColumn(head)), { history: answering(answer) });
  };

  it.each([
    ['cde', { type: 'string', cde: true }],
    ['enum', { type: 'string', enum: ['a'] }],
    ['pattern', { type: 'string', pattern: 'a' }],
  ] as const)('that has no row in the way makes a warning of a new %s', (kind, head) => {
    const result = lint(head, { rows: 1_000, failing: 0, samples: [] });
    expect(asked).toEqual([{ column: 'value', check: kind }]);
    expect(result).toMatchObject({
      operation: 'SCHEMA_EVOLVE',
      verdict: 'pass',
      findings: [{ severity: 'warning' }],
    });
    expect(result.findings[0]!.message).toContain('all 1,000 rows');
  });

  it('that has one in the way says how many, and some of them', () => {
    const result = lint({ type: 'string', enum: ['a'] }, { rows: 1_000, failing: 3, samples: ['b', 'c'] });
    expect(result).toMatchObject({ verdict: 'breaking', findings: [{ severity: 'breaking' }] });
    expect(result.findings[0]!.message).toContain(
      '3 of 1,000 rows that are there do not pass, such as "b", "c"',
    );
  });

  it('that nobody knows changes nothing', () => {
    expect(lint({ type: 'string', cde: true }, null).verdict).toBe('breaking');
  });
});

describe('for any two contracts', () => {
  const columns = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.record(
      {
        type: fc.constantFrom('string' as const, 'int' as const, 'long' as const, 'decimal(10,2)' as const),
        path: fc.constantFrom('$.a', '$.b', '$.x.y'),
        cde: fc.constantFrom(true, false, 'nonblank' as const),
        enum: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }),
        sensitive: fc.constantFrom('last4' as const, 'hash' as const, 'redact' as const, 'drop' as const),
      },
      { requiredKeys: ['type'] },
    ),
    { minKeys: 1 },
  );
  const contracts = fc
    .record(
      {
        columns,
        key: fc.constantFrom('idempotency_key', '$.a'),
        orderBy: fc.uniqueArray(fc.constantFrom('publish_time', '$.a', '$.b'), { minLength: 1 }),
        owner: fc.constantFrom('one', 'other'),
      },
      { requiredKeys: ['columns'] },
    )
    .map((changed) => contract(changed as Partial<TopicContract>));

  it('the same one twice is a remap, with nothing to say', () => {
    fc.assert(
      fc.property(contracts, (one) => {
        expect(lintContract(one, one)).toMatchObject({
          operation: 'PURE_REMAP',
          verdict: 'pass',
          findings: [],
        });
      }),
    );
  });

  it('a change and its inverse are not both evolutions, but for names of columns', () => {
    fc.assert(
      fc.property(contracts, contracts, (one, other) => {
        const [forth, back] = [lintContract(one, next(other)), lintContract(other, next(one))];
        if (forth.findings.some(({ rule }) => rule === 'COLUMN_RENAMED')) return;
        const both = forth.operation === 'SCHEMA_EVOLVE' && back.operation === 'SCHEMA_EVOLVE';
        expect(both).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
