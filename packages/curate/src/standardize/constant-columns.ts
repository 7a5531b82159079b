import { type Data, Dictionary, makeData, Uint8, Utf8, Vector } from 'apache-arrow';
import { instantVector, longVector, nullLongLists, nullTexts, singleChunk } from '../tables/arrow.js';

/** Columns that have one value in all rows: the same memory serves batch after batch. */
export class ConstantColumns {
  readonly #longs = new Map<bigint, BigInt64Array>();
  #noLists: Data | null = null;

  long(value: bigint, length: number): Data {
    return singleChunk(longVector(this.#filled(value, length)));
  }

  instant(value: bigint, length: number): Data {
    return singleChunk(instantVector(this.#filled(value, length)));
  }

  text(text: string | null, length: number): Data {
    if (text === null) return singleChunk(nullTexts(length));
    const bytes = Buffer.from(text, 'utf8');
    const value = makeData({
      type: new Utf8(),
      length: 1,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, bytes.length),
      data: bytes,
    });
    return makeData({
      type: new Dictionary(new Utf8(), new Uint8()),
      length,
      nullCount: 0,
      data: new Uint8Array(length),
      dictionary: new Vector([value]),
    } as never);
  }

  noLists(length: number): Data {
    if (this.#noLists?.length !== length) this.#noLists = singleChunk(nullLongLists(length));
    return this.#noLists;
  }

  #filled(value: bigint, length: number): BigInt64Array {
    let values = this.#longs.get(value);
    if (values === undefined || values.length < length) {
      values = new BigInt64Array(length).fill(value);
      this.#longs.set(value, values);
    }
    return values.subarray(0, length);
  }
}
