import {
  Dictionary,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  makeData,
  makeVector,
  type RecordBatch,
  Table,
  TimestampMillisecond,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../schema/schema.js';
import type { IcebergType } from '../type/iceberg-type.js';
import { batchFromRows } from './batch-from-rows.js';
import { conformBatch } from './conform-batch.js';
import { rowsOf } from './rows-of.js';

const schemaOf = (type: IcebergType, required = false): Schema => ({
  schemaId: 0,
  fields: [{ id: 1, name: 'c', type, required }],
});

function conformed(batch: RecordBatch, type: IcebergType): unknown[] {
  const schema = schemaOf(type);
  return Array.from(rowsOf(conformBatch(batch, schema), schema.fields), (row) => row['c']);
}

const batchOf = (vector: Vector): RecordBatch => new Table({ c: vector }).batches[0]!;

describe('types are widened where nothing is lost', () => {
  test.each<[string, Vector, IcebergType, unknown[]]>([
    ['int8 to int', vectorFromArray([-1, null, 127], new Int8()), 'int', [-1, null, 127]],
    ['int32 to long', vectorFromArray([-1, null, 2], new Int32()), 'long', [-1n, null, 2n]],
    ['float to double', vectorFromArray([1.5, null], new Float32()), 'double', [1.5, null]],
    [
      'milliseconds to microseconds',
      vectorFromArray([new Date(-1), null], new TimestampMillisecond()),
      'timestamp',
      ['1969-12-31T23:59:59.999000', null],
    ],
    [
      'dictionary to text',
      vectorFromArray(['a', null, 'b', 'a'], new Dictionary(new Utf8(), new Int32())),
      'string',
      ['a', null, 'b', 'a'],
    ],
  ])('%s', (_name, vector, type, expected) => {
    expect(conformed(batchOf(vector), type)).toEqual(expected);
    // A slice begins inside its buffers, and inside a byte of its bitmaps.
    expect(conformed(batchOf(vector).slice(1), type)).toEqual(expected.slice(1));
  });
});

test.each<[string, Vector, IcebergType]>([
  ['long to int', vectorFromArray([1n], new Int64()), 'int'],
  ['double to float', vectorFromArray([1], new Float64()), 'float'],
  ['double to long', vectorFromArray([1], new Float64()), 'long'],
  ['text to long', vectorFromArray(['1'], new Utf8()), 'long'],
  [
    'an instant to a timestamp without zone',
    vectorFromArray([new Date(0)], new TimestampMillisecond('UTC')),
    'timestamp',
  ],
])('%s is refused', (_name, vector, type) => {
  expect(() => conformed(batchOf(vector), type)).toThrow(expect.objectContaining({ code: 'TYPE_MISMATCH' }));
});

test('slices of every type keep their rows', () => {
  const types: [IcebergType, unknown[]][] = [
    ['boolean', [true, false, null, true, true, false, null, null, true, false, true]],
    ['string', ['a', '', null, 'bcd', 'é', 'f', null, 'g', 'h', 'i', 'j']],
    [
      'decimal(20, 2)',
      ['1.00', null, '-3.50', '4.00', '5.00', '6.00', '7.00', '8.00', null, '10.00', '11.00'],
    ],
    ['uuid', Array.from({ length: 11 }, (_, index) => `00000000-0000-0000-0000-0000000000${10 + index}`)],
    [
      { type: 'list', elementId: 2, element: 'int', elementRequired: false },
      [[1], null, [], [2, null], [3], [4], [5, 6], null, [7], [], [8]],
    ],
  ];
  for (const [type, values] of types) {
    const whole = batchFromRows(
      schemaOf(type),
      values.map((c) => ({ c })),
    );
    for (const [start, end] of [
      [0, 11],
      [1, 5],
      [3, 11],
      [9, 10],
      [4, 4],
    ] as const) {
      expect(conformed(whole.slice(start, end), type)).toEqual(values.slice(start, end));
    }
  }
});

test('absent optional columns are null, absent required ones and nulls in them are refused', () => {
  const empty = new Table({ c: vectorFromArray([null, 'x'], new Utf8()) }).batches[0]!;
  expect(() => conformBatch(empty, schemaOf('string', true))).toThrow(
    expect.objectContaining({ code: 'REQUIRED_VALUE_MISSING' }),
  );
  const schema: Schema = {
    schemaId: 0,
    fields: [...schemaOf('string').fields, { id: 2, name: 'd', type: 'long', required: false }],
  };
  expect([...rowsOf(conformBatch(empty, schema), schema.fields)]).toEqual([
    { c: null, d: null },
    { c: 'x', d: null },
  ]);
});

test('an instant that its finer unit cannot hold is refused, never wrapped around', () => {
  const type = new TimestampMillisecond();
  const chunk = (value: bigint) =>
    makeData({
      type,
      length: 2,
      nullCount: 1,
      nullBitmap: Uint8Array.of(1),
      data: BigInt64Array.of(value, 2n ** 62n),
    });
  const batch = (value: bigint): RecordBatch => new Table({ c: makeVector(chunk(value)) }).batches[0]!;
  expect(conformed(batch(1n), 'timestamp')).toEqual(['1970-01-01T00:00:00.001000', null]);
  expect(() => conformed(batch(2n ** 62n), 'timestamp')).toThrow(/cannot hold it exactly/);
});
