import { constants, zstdCompressSync } from 'node:zlib';
import { ENCODING } from '../page-headers.js';
import { encodeThrift, I32, STRUCT, type ThriftStruct } from '../thrift-compact.js';

/** Level 1 packs such pages at several hundred megabytes a second; higher levels save little of texts this short. */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
const PAGE = { data: 0, dictionary: 2 };

/** The packed pages of a column chunk, end to end. */
export class PageWriter {
  readonly #parts: Uint8Array[] = [];
  /** Bytes of the dictionary page with its header, which comes first; 0 without one. */
  dictionaryBytes = 0;
  /** Bytes of all pages with their headers. */
  packedBytes = 0;
  /** The same, had nothing been packed. */
  unpackedBytes = 0;

  dictionary(values: number, content: Uint8Array): void {
    this.#page(PAGE.dictionary, content, 7, [i32(1, values), i32(2, ENCODING.plain)]);
    this.dictionaryBytes = this.packedBytes;
  }

  /** @param rows Values, nulls among them. */
  data(rows: number, encoding: number, content: Uint8Array): void {
    this.#page(PAGE.data, content, 5, [
      i32(1, rows),
      i32(2, encoding),
      i32(3, ENCODING.runs),
      i32(4, ENCODING.runs),
    ]);
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.packedBytes);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
      release(part);
    }
    this.#parts.length = 0;
    return bytes;
  }

  #page(type: number, content: Uint8Array, field: number, inner: readonly Field[]): void {
    const packed = zstdCompressSync(content, { params: PARAMS, chunkSize: roomFor(content.length) });
    const fields: ThriftStruct = new Map([i32(1, type), i32(2, content.length), i32(3, packed.length)]);
    fields.set(field, { type: STRUCT, value: new Map(inner) });
    const header = encodeThrift(fields);
    this.#parts.push(header, packed);
    this.packedBytes += header.length + packed.length;
    this.unpackedBytes += header.length + content.length;
  }
}

/** Room for the result of most pages, which then comes in one piece. */
function roomFor(bytes: number): number {
  return Math.max(1024, Math.ceil(bytes * 0.6) + 512);
}

/** Gives memory back at once that the collector would look through the heap for. Small buffers may share theirs. */
function release({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || byteOffset !== 0 || byteLength <= Buffer.poolSize) return;
  buffer.transfer(0);
}

type Field = [number, { type: number; value: bigint }];

function i32(id: number, value: number): Field {
  return [id, { type: I32, value: BigInt(value) }];
}
