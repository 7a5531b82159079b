import { expect, it } from 'vitest';
import loadXxhash from 'xxhash-wasm';
import { loadPayloadHash } from './payload-hash.js';

it('gives the number that Spark prints for the empty string', async () => {
  const payloadHash = await loadPayloadHash();
  expect(payloadHash(new Uint8Array(0))).toBe(-7444071767201028348n);
});

it('is a signed 64-bit number and tells one byte of difference', async () => {
  const payloadHash = await loadPayloadHash();
  const hashes = ['{"a":1}', '{"a":2}', '{"a":1} '].map((text) => payloadHash(Buffer.from(text)));
  expect(new Set(hashes).size).toBe(3);
  for (const hash of hashes) expect(BigInt.asIntN(64, hash)).toBe(hash);
});

it('chains to the value in the documentation of Spark: xxhash64("Spark", array(123), 2)', async () => {
  // Spark hashes each argument with the hash so far as the seed; an int is hashed as its four little-endian bytes.
  const { h64Raw } = await loadXxhash();
  const payloadHash = await loadPayloadHash();
  const first = BigInt.asUintN(64, payloadHash(Buffer.from('Spark')));
  const second = h64Raw(Uint8Array.of(123, 0, 0, 0), first);
  const third = h64Raw(Uint8Array.of(2, 0, 0, 0), second);
  expect(BigInt.asIntN(64, third)).toBe(5602566077635097486n);
});
