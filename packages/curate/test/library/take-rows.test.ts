import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  DurationMicrosecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  LargeBinary,
  LargeUtf8,
  List,
  Map_,
  Null,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Uint64,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { sliceBatch, takeRows } from '../../src/library/take-rows.js';
import { batchOf, rowsOf } from './batches.js';

const decimal = (value: number): Uint32Array => Uint32Array.of(value, 0, 0, 0);
const element = (type: DataType): Field => new Field('element', type, true);

const COLUMNS: [name: string, type: DataType, values: unknown[]][] = [
  ['null', new Null(), [null, null, null, null, null]],
  ['boolean', new Bool(), [true, null, false, true, false]],
  ['int8', new Int8(), [1, null, -3, 4, 5]],
  ['int32', new Int32(), [1, null, -3, 4, 5]],
  ['int64', new Int64(), [1n, null, -(2n ** 63n), 4n, 5n]],
  ['uint64', new Uint64(), [1n, null, 2n ** 64n - 1n, 4n, 5n]],
  ['float', new Float32(), [1.5, null, -0, 4, 5]],
  ['double', new Float64(), [1.5, null, Number.NaN, 4, 5]],
  ['text', new Utf8(), ['a', null, '', 'ä', 'long text']],
  ['large text', new LargeUtf8(), ['a', null, '', 'ä', 'long text']],
  ['text by view', new Utf8View(), ['a', null, '', 'ä', 'text longer than twelve']],
  ['bytes', new Binary(), [Buffer.of(1), null, Buffer.of(), Buffer.of(255, 0), Buffer.of(2)]],
  ['large bytes', new LargeBinary(), [Buffer.of(1), null, Buffer.of(), Buffer.of(255, 0), Buffer.of(2)]],
  [
    'fixed bytes',
    new FixedSizeBinary(2),
    [Buffer.of(1, 2), null, Buffer.of(3, 4), Buffer.of(5, 6), Buffer.of(7, 8)],
  ],
  ['decimal', new Decimal(2, 10, 128), [decimal(1), null, decimal(3), decimal(4), decimal(5)]],
  ['date', new DateDay(), [new Date(0), null, new Date(86_400_000), new Date(0), new Date(0)]],
  ['time', new TimeMicrosecond(), [1n, null, 3n, 4n, 5n]],
  ['timestamp', new TimestampMicrosecond('UTC'), [1, null, 3, 4, 5]],
  ['duration', new DurationMicrosecond(), [1n, null, 3n, 4n, 5n]],
  ['dictionary', new Dictionary(new Utf8(), new Int32()), ['a', null, 'b', 'a', 'c']],
  ['list', new List(element(new Int32())), [[1, 2], null, [], [null, 3], [4]]],
  [
    'list of lists',
    new List(element(new List(element(new Utf8())))),
    [[['a'], null], null, [], [['b', null]], [[]]],
  ],
  ['fixed list', new FixedSizeList(2, element(new Int32())), [[1, 2], null, [3, 4], [5, null], [6, 7]]],
  [
    'struct',
    new Struct([new Field('x', new Int32(), true), new Field('y', new Utf8(), true)]),
    [{ x: 1, y: 'a' }, null, { x: null, y: 'b' }, { x: 2, y: null }, { x: 3, y: 'c' }],
  ],
  [
    'map',
    new Map_(
      new Field(
        'entries',
        new Struct([new Field('key', new Utf8(), false), new Field('value', new Int32(), true)]),
        false,
      ) as never,
    ),
    [
      new Map([['a', 1]]),
      null,
      new Map(),
      new Map([
        ['b', 2],
        ['c', 3],
      ]),
      new Map([['d', 4]]),
    ],
  ],
];

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? `${each}n` : Object.is(each, -0) ? '-0' : Number.isNaN(each) ? 'NaN' : each,
  );

test.each(COLUMNS)(
  'rows of a column of %s are taken value for value, of a slice too',
  (_name, type, values) => {
    const batch = batchOf({ column: vectorFromArray(values as never[], type) });
    const before = rowsOf(batch).map(shown);
    for (const rows of [[], [0], [1], [4, 2, 0], [3, 3, 1], [0, 1, 2, 3, 4]]) {
      expect(rowsOf(takeRows(batch, Int32Array.from(rows))).map(shown)).toEqual(
        rows.map((row) => before[row]),
      );
    }
    const slice = sliceBatch(batch, 1, 5);
    expect(rowsOf(slice).map(shown)).toEqual(before.slice(1));
    for (const rows of [[0], [3, 1, 0], [2, 2]]) {
      expect(rowsOf(takeRows(slice, Int32Array.from(rows))).map(shown)).toEqual(
        rows.map((row) => before[row + 1]),
      );
    }
  },
);
