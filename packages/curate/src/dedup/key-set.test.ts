import { expect, test } from 'vitest';
import { ByteArena, compareBytes } from './byte-arena.js';
import { HashIndex } from './hash-index.js';
import { KeySet } from './key-set.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

test('a key set numbers keys in the order they came and finds them by their bytes', () => {
  const keys = new KeySet();
  const numbers = Array.from({ length: 10_000 }, (_, index) => keys.add(bytes(`key ${index}`)));
  expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  expect(keys.add(bytes('key 77'))).toBe(77);
  expect(keys.find(bytes('xkey 9999x'), 1, 9)).toBe(9999);
  expect(keys.find(bytes('key'))).toBe(-1);
  expect([keys.length, keys.text(42)]).toEqual([10_000, 'key 42']);
});

test('a prefix is part of a key', () => {
  const keys = new KeySet();
  expect(keys.add(bytes('a'), 0, 1, bytes('k:'))).toBe(0);
  expect(keys.add(bytes('a'), 0, 1, bytes('m:'))).toBe(1);
  expect(keys.add(bytes('k:a'))).toBe(0);
});

test('entries of one hash are told apart by comparison, not by the hash', () => {
  const index = new HashIndex(1);
  const names = Array.from({ length: 100 }, (_, number) => `n${number}`);
  const find = (name: string): number => {
    let entry = index.first(7);
    while (entry !== -1 && names[entry] !== name) entry = index.next();
    return entry;
  };
  for (const name of names) {
    expect(find(name)).toBe(-1);
    index.add(7);
  }
  expect(names.map(find)).toEqual(names.map((_, entry) => entry));
});

test('an arena keeps what it was given, the empty string too, and compares as unsigned bytes', () => {
  const arena = new ByteArena(1);
  const texts = ['', 'b', 'ä', 'ba', '\u{1f600}', '\uffff'];
  for (const text of texts) arena.add(bytes(text));
  expect(texts.map((_, index) => arena.text(index))).toEqual(texts);
  expect(arena.compare(1, 3)).toBeLessThan(0);
  // UTF-16 would order these two the other way round.
  expect(compareBytes(arena.view(5), arena.view(4))).toBeLessThan(0);
});
