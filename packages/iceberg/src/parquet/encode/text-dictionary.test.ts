import { expect, test } from 'vitest';
import { TextDictionary } from './text-dictionary.js';
import { hashWords, wordsOf } from './words.js';

const BYTES = 8;
const PRINTABLE = 90;

/** Texts of eight printable characters that have one hash: the second word undoes what the first one did. */
function* alike(): Generator<Buffer> {
  for (let number = 0; ; number++) {
    const text = Buffer.alloc(BYTES);
    for (let at = 0, rest = number; at < 4; at++, rest = Math.floor(rest / PRINTABLE))
      text[at] = 0x23 + (rest % PRINTABLE);
    let state = Math.imul(Math.imul(BYTES, 0x85ebca6b) ^ text.readInt32LE(0), 0x9e3779b1);
    state ^= state >>> 15;
    text.writeInt32LE(state ^ 0x12345678, 4);
    if (text.every((byte) => byte > 0x22 && byte < 0x7f && byte !== 0x5c)) yield text;
  }
}

function numbered(texts: readonly Buffer[]): {
  isOfUse: boolean;
  dictionary: TextDictionary;
  numbers: Int32Array;
} {
  const source = Buffer.concat(texts);
  const starts = Int32Array.from(texts, (_, index) => index * BYTES);
  const ends = starts.map((start) => start + BYTES);
  const numbers = new Int32Array(texts.length);
  const dictionary = new TextDictionary();
  const places = { source, words: wordsOf(source), starts, ends };
  return {
    isOfUse: dictionary.addAll(places, { from: 0, to: texts.length }, numbers, 0),
    dictionary,
    numbers,
  };
}

test('texts that share a hash are told apart by their bytes', () => {
  const texts = [...alike().take(20)];
  const hashes = texts.map((text) => hashWords(wordsOf(text), 0, BYTES));
  expect(new Set(hashes).size).toBe(1);
  const { isOfUse, dictionary, numbers } = numbered([...texts, ...texts]);
  expect(isOfUse).toBe(true);
  expect(dictionary.count).toBe(20);
  expect([...numbers]).toEqual([...texts.keys(), ...texts.keys()]);
});

test('thousands of them, among others of which there are few, make no dictionary and cost no more than others', () => {
  const texts = [...alike().take(20_000)].flatMap((text) => [text, Buffer.from('the same')]);
  const { isOfUse, dictionary } = numbered(texts);
  expect(isOfUse).toBe(false);
  expect(dictionary.count).toBeLessThan(2_000);
});
