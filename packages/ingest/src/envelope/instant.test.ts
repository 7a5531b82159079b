import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstant } from './instant.js';

const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;

test.each([
  ['2026-01-01T00:00:00Z', at('2026-01-01T00:00:00Z'), true],
  ['2026-01-01T02:30:00+02:30', at('2026-01-01T00:00:00Z'), true],
  ['2025-12-31t19:00:00-05:00', at('2026-01-01T00:00:00Z'), true],
  ['2026-01-01 00:00:00.5z', at('2026-01-01T00:00:00.500Z'), true],
  ['2026-01-01T00:00:00.123456Z', at('2026-01-01T00:00:00Z') + 123_456n, true],
  ['2026-01-01T00:00:00.123456000Z', at('2026-01-01T00:00:00Z') + 123_456n, true],
  ['2026-01-01T00:00:00.1234567Z', at('2026-01-01T00:00:00Z') + 123_456n, false],
  ['2024-02-29T23:59:60Z', at('2024-03-01T00:00:00Z'), true],
  ['1969-12-31T23:59:59.999999Z', -1n, true],
  ['0000-01-01T00:00:00Z', -62_167_219_200_000_000n, true],
  ['9999-12-31T23:59:59.999999Z', 253_402_300_799_999_999n, true],
])('%s is read', (text, micros, exact) => {
  expect(parseInstant(text)).toEqual({ micros, exact });
});

test.each([
  '2026-01-01T00:00:00',
  '2026-01-01',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:61Z',
  '2026-01-01T00:00:00+24:00',
  '2026-01-01T00:00:00+0200',
  '2026-01-01T00:00:00.Z',
  ' 2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z\n',
  '1767225600000',
  '',
])('%j is no instant', (text) => {
  expect(parseInstant(text)).toBeNull();
});

test('any date the runtime prints is read as the runtime means it', () => {
  const dates = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseInstant(date.toISOString())).toEqual({
        micros: BigInt(date.getTime()) * 1000n,
        exact: true,
      });
    }),
  );
});
