import { expect, test } from 'vitest';
import { loadPayloadHash } from '../payload-hash.js';
import { foldSeen, SEEN_LIMIT, seenHash } from './seen.js';

test('a seen hash is that of message id, a zero byte and the payload', async () => {
  const hash = await loadPayloadHash();
  expect(seenHash(Buffer.from('m'), Buffer.from('{}'), hash)).toBe(hash(Buffer.from('m\0{}')));
});

test('folding adds each hash once and leaves the list alone where nothing is new', () => {
  expect(foldSeen(null, [])).toBeNull();
  expect(foldSeen(null, [1n, 2n, 1n])).toEqual([1n, 2n]);
  const known = [1n, 2n];
  expect(foldSeen(known, [2n])).toBe(known);
  expect(foldSeen(known, [3n])).toEqual([1n, 2n, 3n]);
});

test('past the limit the oldest go', () => {
  const many = Array.from({ length: SEEN_LIMIT + 3 }, (_, index) => BigInt(index));
  expect(foldSeen([-1n], many)).toEqual(many.slice(3));
});
