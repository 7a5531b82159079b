import { type Data, DataType, Vector } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { TextBuilder } from './text-builder.js';

/** Adds texts, null for none, in calls of some rows each; gives the column. */
function built(builder: TextBuilder, texts: readonly (string | null)[], step: number): Data {
  for (let first = 0; first < texts.length; first += step) {
    const parts = texts
      .slice(first, first + step)
      .flatMap((text, index) => (text === null ? [] : [{ bytes: Buffer.from(text), row: first + index }]));
    const source = Buffer.concat(parts.map(({ bytes }) => bytes));
    const ends = new Int32Array(parts.length);
    parts.reduce((end, { bytes }, index) => {
      ends[index] = end + bytes.length;
      return end + bytes.length;
    }, 0);
    const starts = ends.map((end, index) => end - parts[index]!.bytes.length);
    const words = new DataView(source.buffer, source.byteOffset, source.length);
    const rows = Int32Array.from(parts, ({ row }) => row);
    builder.add({ source, words, starts, ends }, rows, { from: 0, to: parts.length });
    // What was added does not hang on its source.
    source.fill(0x21);
  }
  return builder.finish(texts.length);
}

function textsOf(data: Data): (string | null)[] {
  const vector = new Vector([data as Data<DataType>]);
  return Array.from({ length: data.length }, (_, row) => vector.get(row) as string | null);
}

const isCompact = (data: Data): boolean => DataType.isDictionary(data.type);

describe('a column built of values that come one after another', () => {
  test('has a dictionary where there are few different ones, of the smallest numbers that do', () => {
    for (const [different, bytes] of [
      [1, 1],
      [256, 1],
      [257, 2],
    ] as const) {
      const texts = Array.from({ length: 10_000 }, (_, row) =>
        row % 7 === 3 ? null : `value ${row % different}${'é'.repeat(row % different)}`,
      );
      const data = built(new TextBuilder(), texts, 1000);
      expect(isCompact(data)).toBe(true);
      expect((data.values as Uint8Array).BYTES_PER_ELEMENT).toBe(bytes);
      expect(textsOf(data)).toEqual(texts);
    }
  });

  test('has none from the value on with which there are too many, and in the batches that follow', () => {
    const builder = new TextBuilder();
    const texts = Array.from({ length: 20_000 }, (_, row) =>
      row % 5 === 0 ? null : row < 4000 ? `few ${row % 10}` : `many ${row}`,
    );
    const first = built(builder, texts, 700);
    expect(isCompact(first)).toBe(false);
    expect(textsOf(first)).toEqual(texts);
    const second = built(builder, ['a', null, 'a', ''], 1);
    expect(isCompact(second)).toBe(false);
    expect(textsOf(second)).toEqual(['a', null, 'a', '']);
  });

  test('does not gather long texts in a dictionary', () => {
    const texts = Array.from({ length: 40 }, (_, row) => `${row}`.repeat(60_000));
    const data = built(new TextBuilder(), texts, 3);
    expect(isCompact(data)).toBe(false);
    expect(textsOf(data)).toEqual(texts);
  });

  test('holds nothing where nothing was added, or it was given up', () => {
    const builder = new TextBuilder();
    expect(textsOf(built(builder, [null, null], 2))).toEqual([null, null]);
    const source = Buffer.from('abc');
    const words = new DataView(source.buffer, source.byteOffset, 3);
    const places = { source, words, starts: Int32Array.of(0), ends: Int32Array.of(3) };
    builder.add(places, Int32Array.of(0), { from: 0, to: 1 });
    builder.drop();
    expect(textsOf(built(builder, [null, 'x'], 2))).toEqual([null, 'x']);
  });
});
