import { promisify } from 'node:util';
import {
  inflateRaw,
  inflateRawSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';
import { IcebergError } from '../error.js';
import { type AvroType, compileAvro } from './avro-decoder.js';
import { AvroReader } from './avro-reader.js';

/** The framing of Avro object container files (Avro 1.12, "Object Container Files"). */

export const MAGIC: Uint8Array = Uint8Array.of(0x4f, 0x62, 0x6a, 0x01);
export const SYNC_LENGTH = 16;
/** Writers make blocks of some 64 kB; a few bytes must not unpack into gigabytes. */
const MOST_BLOCK_BYTES = 128 * 1024 * 1024;
/** Smaller blocks are unpacked sooner than another thread is told of them. */
const SMALL_BLOCK_BYTES = 8 * 1024;
const BLOCKS_AHEAD = 4;
const HEADER = compileAvro({ type: 'map', values: 'bytes' });

const LEAST_CHUNK_BYTES = 64 * 1024;
const MOST_CHUNK_BYTES = 4 * 1024 * 1024;

const inflate = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);
const unzstd = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress);

/** A container file taken apart, its blocks still packed. */
export interface AvroBlocks {
  readonly schema: unknown;
  readonly type: AvroType;
  readonly metadata: ReadonlyMap<string, string>;
  readonly codec: string;
  readonly blocks: readonly { readonly count: number; readonly bytes: Buffer }[];
}

/** Throws an `Error` for bytes that are no container file. */
export function openAvro(buffer: Buffer): AvroBlocks {
  if (!MAGIC.every((byte, index) => buffer[index] === byte)) throw new Error('no Avro magic');
  const reader = new AvroReader(buffer, MAGIC.length);
  const header = HEADER.decode(reader) as Record<string, Buffer>;
  const metadata = new Map(Object.entries(header).map(([key, value]) => [key, value.toString('utf8')]));
  const schema: unknown = JSON.parse(metadata.get('avro.schema') ?? 'null');
  const sync = reader.take(SYNC_LENGTH);
  const blocks: { count: number; bytes: Buffer }[] = [];
  while (reader.left > 0) {
    blocks.push({ count: reader.length(), bytes: reader.bytes() });
    if (!reader.take(SYNC_LENGTH).equals(sync)) throw new Error('a block does not end in the sync marker');
  }
  return { schema, type: compileAvro(schema), metadata, codec: metadata.get('avro.codec') ?? 'null', blocks };
}

/** Unpacks the blocks one after the other, those that follow meanwhile on other threads. */
export async function* unpackedBlocks(
  { blocks, codec }: AvroBlocks,
  source: string,
): AsyncGenerator<{ count: number; bytes: Buffer }> {
  const unpacked: Promise<Buffer>[] = [];
  for (const [index, { count }] of blocks.entries()) {
    while (unpacked.length < Math.min(blocks.length, index + BLOCKS_AHEAD)) {
      const next = unpackAside(codec, blocks[unpacked.length]!.bytes, source);
      // Where an earlier block fails nobody waits for this one.
      next.catch(() => undefined);
      unpacked.push(next);
    }
    const bytes = await unpacked[index]!;
    delete unpacked[index];
    yield { count, bytes };
  }
}

async function unpackAside(codec: string, bytes: Buffer, source: string): Promise<Buffer> {
  if (bytes.length < SMALL_BLOCK_BYTES) return unpackBlock(codec, bytes, source);
  if (codec === 'deflate') return inflate(bytes, unpackOptions(bytes));
  if (codec === 'zstandard' || codec === 'zstd') return unzstd(bytes, unpackOptions(bytes));
  return unpackBlock(codec, bytes, source);
}

export function unpackBlock(codec: string, bytes: Buffer, source: string): Buffer {
  if (codec === 'null' || bytes.length === 0) return bytes;
  if (codec === 'deflate') return inflateRawSync(bytes, unpackOptions(bytes));
  if (codec === 'zstandard' || codec === 'zstd') return zstdDecompressSync(bytes, unpackOptions(bytes));
  throw new IcebergError(
    `The Avro file ${source} is compressed with ${codec}; null, deflate and zstandard can be read.`,
    {
      code: 'UNSUPPORTED_FEATURE',
      context: { file: source, codec },
    },
  );
}

/** Output comes in chunks, each a round trip to another thread: one is to hold a block that shrank sixteen times. */
function unpackOptions(bytes: Buffer): { maxOutputLength: number; chunkSize: number } {
  const chunkSize = Math.min(MOST_CHUNK_BYTES, Math.max(LEAST_CHUNK_BYTES, bytes.length * 16));
  return { maxOutputLength: MOST_BLOCK_BYTES, chunkSize };
}

/** Throws where a block says that it has more records than bytes for them. */
export function requireRoom(type: AvroType, count: number, reader: AvroReader): void {
  if (count > 0 && (type.least === 0 || count > reader.left / type.least))
    throw new Error('a block counts more records than it has bytes for');
}

export function requireEnd(reader: AvroReader): void {
  if (reader.left > 0) throw new Error('a block holds more bytes than its records');
}
