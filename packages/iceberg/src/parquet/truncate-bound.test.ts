import { expect, test } from 'vitest';
import { truncateLower, truncateUpper } from './truncate-bound.js';

const mode = { kind: 'truncate', length: 2 } as const;
const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString();

test('text is cut to whole code points, upper bounds raised by one', () => {
  expect(text(truncateLower('string', Buffer.from('a😀b'), mode))).toBe('a😀');
  expect(text(truncateUpper('string', Buffer.from('abc'), mode))).toBe('ac');
  expect(text(truncateUpper('string', Buffer.from('ab'), mode))).toBe('ab');
});

test('raising skips surrogates, carries over the last code point, and gives up where nothing is higher', () => {
  expect(text(truncateUpper('string', Buffer.from('a\uD7FFb'), mode))).toBe('a\uE000');
  expect(text(truncateUpper('string', Buffer.from('a\u{10FFFF}b'), mode))).toBe('b');
  expect(truncateUpper('string', Buffer.from('\u{10FFFF}\u{10FFFF}b'), mode)).toBeNull();
});

test('bytes are raised likewise', () => {
  expect(truncateUpper('binary', Uint8Array.of(1, 255, 7), mode)).toEqual(Uint8Array.of(2));
  expect(truncateUpper('binary', Uint8Array.of(255, 255, 7), mode)).toBeNull();
});

test('numbers are never cut', () => {
  expect(truncateLower('long', new Uint8Array(8), mode)).toHaveLength(8);
});
