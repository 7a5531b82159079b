import { expect, test } from 'vitest';
import { decodeBound } from './single-value.js';

test('text that was cut inside a character bounds nothing', () => {
  const whole = new TextEncoder().encode('日本');
  expect(decodeBound('string', whole)).toBe('日本');
  expect(decodeBound('string', whole.subarray(0, 5))).toBeUndefined();
  expect(decodeBound('string', Uint8Array.of(0xff))).toBeUndefined();
  expect(decodeBound('string', new Uint8Array())).toBe('');
  expect(decodeBound('binary', whole.subarray(0, 5))).toEqual(whole.subarray(0, 5));
});
