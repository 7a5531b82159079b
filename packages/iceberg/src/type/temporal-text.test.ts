import { expect, test } from 'vitest';
import { civilDate, formatDate, formatTimestamp, parseDate, parseTimestampNanos } from './temporal-text.js';

test('days and text agree with Date over its whole range', () => {
  for (let days = -99_999_999; days < 100_000_000; days += 99_991) {
    const expected = new Date(days * 86_400_000).toISOString().split('T')[0]!;
    expect(formatDate(days)).toBe(expected);
    expect(parseDate(expected)).toBe(days);
  }
});

test('days far outside the range of Date still have a calendar date', () => {
  expect(civilDate(2 ** 31 - 1)).toEqual({ year: 5881580, month: 7, day: 11 });
  expect(civilDate(-(2 ** 31))).toEqual({ year: -5877641, month: 6, day: 23 });
});

test('an instant keeps every microsecond, before 1970 too', () => {
  expect(formatTimestamp(-1n, { digits: 6, zoned: true })).toBe('1969-12-31T23:59:59.999999Z');
  expect(parseTimestampNanos('1969-12-31T23:59:59.999999Z')).toEqual({ nanos: -1000n, zoned: true });
});

test('an offset is taken off, and days that do not exist are refused', () => {
  expect(parseTimestampNanos('2026-11-23T01:00:00+01:00')).toEqual(
    parseTimestampNanos('2026-11-23T00:00:00Z'),
  );
  expect(parseTimestampNanos('2026-02-29T00:00:00Z')).toBeNull();
  expect(parseTimestampNanos('2026-11-23T24:00:00Z')).toBeNull();
});
