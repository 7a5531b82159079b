import { expect, test } from 'vitest';
import type { CreateTableOptions } from '../catalog/catalog.js';
import type { NewField } from '../type/iceberg-type.js';
import { createMetadata } from './create-metadata.js';
import { parseTableMetadata, printTableMetadata } from './metadata-codec.js';
import type { TableMetadata } from './table-metadata.js';

const FIELDS: NewField[] = [
  { name: 'id', type: 'long', required: true },
  {
    name: 'place',
    type: { type: 'struct', fields: [{ name: 'zip', type: 'string', required: true }] },
    required: true,
  },
  { name: 'ratio', type: 'double', required: true },
  { name: 'ts', type: 'timestamptz' },
];

const create = (options: Partial<CreateTableOptions> = {}): TableMetadata =>
  createMetadata({
    schema: { fields: FIELDS },
    ...options,
    location: '/t',
    now: 1,
    uuidBytes: new Uint8Array(16),
  });

test('a sort order is read from its texts', () => {
  const { sortOrders, defaultSortOrderId } = create({
    sortBy: ['id', 'ts DESC', 'day(ts) asc nulls last', 'bucket(16, id) desc nulls first'],
  });
  expect(defaultSortOrderId).toBe(1);
  expect(sortOrders).toEqual([
    {
      orderId: 1,
      fields: [
        { transform: 'identity', sourceId: 1, direction: 'asc', nullOrder: 'nulls-first' },
        { transform: 'identity', sourceId: 4, direction: 'desc', nullOrder: 'nulls-last' },
        { transform: 'day', sourceId: 4, direction: 'asc', nullOrder: 'nulls-last' },
        { transform: 'bucket[16]', sourceId: 1, direction: 'desc', nullOrder: 'nulls-first' },
      ],
    },
  ]);
  expect(create().sortOrders).toEqual([{ orderId: 0, fields: [] }]);
});

test.each([
  [{ sortBy: ['day(id)'] }, 'INVALID_ARGUMENT'],
  [{ sortBy: ['nope desc'] }, 'COLUMN_NOT_FOUND'],
  [{ sortBy: ['place'] }, 'TYPE_MISMATCH'],
  [{ identifierFields: ['nope'] }, 'COLUMN_NOT_FOUND'],
  [{ identifierFields: ['ts'] }, 'INVALID_ARGUMENT'],
  [{ identifierFields: ['ratio'] }, 'INVALID_ARGUMENT'],
  [{ identifierFields: ['place'] }, 'INVALID_ARGUMENT'],
  [{ formatVersion: 4 as 3 }, 'UNSUPPORTED_FORMAT_VERSION'],
] as const)('%j is refused with %s', (options, code) => {
  expect(() => create(options)).toThrow(expect.objectContaining({ code }));
});

test('identifier fields are found by path', () => {
  expect(create({ identifierFields: ['place.zip', 'id'] }).schemas[0]!.identifierFieldIds).toEqual([1, 5]);
});

test('defaults and nanoseconds need version 3, where they survive being written', () => {
  const fields: NewField[] = [
    { name: 'n', type: 'timestamp_ns', initialDefault: '2026-11-23T10:00:00.123456789' },
    { name: 'amount', type: 'decimal(9, 2)', initialDefault: '-0.50', writeDefault: '14.20' },
    { name: 'raw', type: 'fixed[2]', writeDefault: Uint8Array.of(1, 255) },
    { name: 'key', type: 'uuid', initialDefault: 'f79c3e09-677c-4bbd-a479-3f349cb785e7' },
    { name: 'at', type: 'timestamptz', initialDefault: new Date(0) },
    { name: 'none', type: 'string', initialDefault: 'x', writeDefault: null },
    { name: 'big', type: 'long', initialDefault: 2n ** 62n },
  ];
  const metadata = create({ schema: { fields }, formatVersion: 3 });
  const text = printTableMetadata(metadata);
  expect(parseTableMetadata(text, 'v3')).toEqual(metadata);
  expect(JSON.parse(text).schemas[0].fields.slice(0, 6)).toMatchObject([
    { 'initial-default': '2026-11-23T10:00:00.123456789', 'write-default': '2026-11-23T10:00:00.123456789' },
    { 'initial-default': '-0.50', 'write-default': '14.20' },
    { 'write-default': '01FF' },
    { 'initial-default': 'f79c3e09-677c-4bbd-a479-3f349cb785e7' },
    { 'initial-default': '1970-01-01T00:00:00.000000+00:00' },
    { 'initial-default': 'x' },
  ]);
  expect(metadata.schemas[0]!.fields[5]!.writeDefault).toBeUndefined();
  expect(() => create({ schema: { fields: fields.slice(0, 1) } })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_FEATURE' }),
  );
  expect(() => create({ schema: { fields: fields.slice(1, 2) } })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_FORMAT_VERSION' }),
  );
});

test('a default must fit its column, and a nested type has none', () => {
  const withDefault = (field: NewField) => () => create({ schema: { fields: [field] }, formatVersion: 3 });
  expect(withDefault({ name: 'n', type: 'int', initialDefault: 'x' })).toThrow(
    expect.objectContaining({ code: 'TYPE_MISMATCH' }),
  );
  expect(withDefault({ name: 'n', type: { type: 'list', element: 'int' }, initialDefault: [1] })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});
