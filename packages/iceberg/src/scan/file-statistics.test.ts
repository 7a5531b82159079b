import { expect, test } from 'vitest';
import type { BoundExpression } from '../expression/bind.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { fileMightMatch, manifestMightMatch } from './file-statistics.js';

const term = { fieldId: 1, type: 'string' as PrimitiveType };
const compared = (op: 'eq' | 'lt' | 'gt' | 'startsWith', value: string): BoundExpression =>
  ({ op, term, value }) as BoundExpression;

/** Bounds of three bytes of "日本語" cut to two, as writers make them that cut bytes: the upper one is raised by one. */
const LOWER = Uint8Array.of(0xe6, 0x97);
const UPPER = Uint8Array.of(0xe6, 0x98);

test('bounds cut inside a character pass over no file that may match', () => {
  const file = {
    lowerBounds: new Map([[1, LOWER]]),
    upperBounds: new Map([[1, UPPER]]),
    valueCounts: new Map([[1, 1n]]),
    nullValueCounts: new Map([[1, 0n]]),
  };
  expect(fileMightMatch(file, compared('eq', '日'))).toBe(true);
  expect(fileMightMatch(file, compared('startsWith', '日本'))).toBe(true);
  expect(fileMightMatch(file, compared('lt', '日本語!'))).toBe(true);
  expect(fileMightMatch(file, compared('gt', '日'))).toBe(true);
  const whole = { ...file, upperBounds: new Map([[1, new TextEncoder().encode('日本語')]]) };
  expect(fileMightMatch(whole, compared('gt', '月'))).toBe(false);
});

test('nor do such bounds of a partition pass over a manifest', () => {
  const manifest = { partitions: [{ containsNull: false, lowerBound: LOWER, upperBound: UPPER }] };
  const fields = [{ fieldId: 1, resultType: 'string' }];
  expect(manifestMightMatch(manifest as never, fields as never, compared('eq', '日'))).toBe(true);
});
