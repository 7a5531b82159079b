import { expect, test } from 'vitest';
import { primitiveKind } from './primitive.js';

test.each([
  ['bigint', 'long'],
  ['int64', 'long'],
  ['INTEGER', 'int'],
  ['int32', 'int'],
  ['bool', 'boolean'],
  ['varchar', 'string'],
  ['text', 'string'],
  ['bytes', 'binary'],
  ['float64', 'double'],
  ['real', 'float'],
  ['number', 'double'],
  ['datetime', 'timestamp'],
  ['numeric(9, 2)', 'decimal(p, s)'],
  ['decimal', 'decimal(p, s)'],
  ['fixed', 'fixed[n]'],
  ['strin', 'string'],
  ['timestamptzns', 'timestamptz_ns'],
  ['Long', 'long'],
])('the type %s is not known, %s is meant', (type, meant) => {
  expect(() => primitiveKind(type)).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_FEATURE',
      message: expect.stringMatching(/; the types are boolean, int, long, .*decimal\(p, s\), fixed\[n\]/),
    }),
  );
  expect(() => primitiveKind(type)).toThrow(`Did you mean "${meant}"?`);
});

test('a type that resembles none is told the list alone', () => {
  expect(() => primitiveKind('hyperloglog')).toThrow(/fixed\[n\] \(and struct, list and map\)\.$/);
});

test('decimals are taken apart once and kept', () => {
  expect(primitiveKind('decimal(9,2)')).toEqual({ kind: 'decimal', precision: 9, scale: 2 });
  expect(primitiveKind('decimal( 9, 2 )')).toEqual({ kind: 'decimal', precision: 9, scale: 2 });
  expect(() => primitiveKind('decimal(39, 2)')).toThrow('precision of 1 to 38');
  expect(() => primitiveKind('decimal(39, 2)')).toThrow('precision of 1 to 38');
});
