import avro from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileAvro } from './avro-decoder.js';
import { AvroReader } from './avro-reader.js';

const decode = (schema: unknown, bytes: readonly number[]): unknown =>
  compileAvro(schema).decode(new AvroReader(Buffer.from(bytes)));

/** Avro's spelling of an integer. */
function zigzag(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

test('longs are exact, annotated or not', () => {
  const annotated = { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': true };
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      for (const schema of ['long', { type: 'long' }, annotated])
        expect(decode(schema, zigzag(value))).toBe(value);
    }),
    { seed: 1 },
  );
});

test('values of every type read as another library wrote them', () => {
  const schema = {
    type: 'record',
    name: 'r',
    fields: [
      { name: 'n', type: 'null' },
      { name: 'b', type: 'boolean' },
      { name: 'i', type: 'int' },
      { name: 'f', type: 'float' },
      { name: 'd', type: 'double' },
      { name: 's', type: 'string' },
      { name: 'y', type: 'bytes' },
      { name: 'x', type: { type: 'fixed', name: 'f4', size: 4 } },
      { name: 'again', type: 'f4' },
      { name: 'e', type: { type: 'enum', name: 'e', symbols: ['A', 'B'] } },
      { name: 'a', type: { type: 'array', items: 'int' } },
      { name: 'm', type: { type: 'map', values: 'string' } },
      { name: 'u', type: ['null', 'string'] },
    ],
  };
  const value = {
    n: null,
    b: true,
    i: -2147483648,
    f: 0.5,
    d: -1e300,
    s: 'é😀',
    y: Buffer.from([0, 255]),
    x: Buffer.from([1, 2, 3, 4]),
    again: Buffer.from([5, 6, 7, 8]),
    e: 'B',
    a: [1, -2, 300000],
    m: { k: 'v' },
    u: 'there',
  };
  const bytes = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: 'never' }).toBuffer(value);
  const decoded = decode(schema, [...bytes]) as typeof value;
  expect(decoded).toEqual({ ...value, m: expect.objectContaining({ k: 'v' }) });
});

test('a count beyond the bytes that are there is an error, not a loop', () => {
  const huge = zigzag(2n ** 40n);
  expect(() => decode({ type: 'array', items: 'null' }, huge)).toThrow();
  expect(() => decode({ type: 'array', items: 'int' }, [...huge, 2, 0])).toThrow();
  expect(() => decode({ type: 'map', values: 'null' }, huge)).toThrow();
  expect(() => decode('bytes', huge)).toThrow();
  expect(() => decode('string', zigzag(-1n))).toThrow();
  expect(() =>
    decode(
      'long',
      Array.from({ length: 11 }, () => 0xff),
    ),
  ).toThrow();
});

test('a schema that is none is an error', () => {
  for (const schema of [
    null,
    7,
    'unknown',
    {},
    { type: 'record', name: 'r' },
    { type: 'fixed', name: 'f', size: -1 },
  ])
    expect(() => compileAvro(schema)).toThrow();
});
