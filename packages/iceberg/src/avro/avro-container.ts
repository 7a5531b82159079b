import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import avro from 'avsc';
import { IcebergError } from '../error.js';
import { concatBytes } from '../util/bytes.js';
import { AvroReader, compileAvro } from './avro-decoder.js';

/**
 * Avro object container files, whole in memory: manifests and manifest lists are small and read at once. The framing is
 * written here because the library's encoder drops `field-id` and `logicalType` from the header, which readers need.
 */

const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 0x01);
const BLOCK_BYTES = 64 * 1024;
const SYNC_LENGTH = 16;
/** Writers make blocks of some 64 kB; a few bytes must not unpack into gigabytes. */
const MOST_BLOCK_BYTES = 128 * 1024 * 1024;
const HEADER = compileAvro({ type: 'map', values: 'bytes' });

const longType = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (left: bigint, right: bigint) => (left < right ? -1 : left > right ? 1 : 0),
});

const headerType = avro.Type.forSchema({ type: 'map', values: 'bytes' });

/** An Avro schema as JSON. */
export type AvroSchema = unknown;

function typeFor(schema: AvroSchema): avro.Type {
  return avro.Type.forSchema(underlying(schema) as avro.Schema, {
    registry: { long: longType },
    wrapUnions: 'never',
    noAnonymousTypes: false,
  });
}

/**
 * A schema without logical types: values are written as what they stand on, which the codecs have converted to exactly;
 * and `registry` is not looked up for a `long` that has a logical type.
 */
function underlying(schema: AvroSchema): AvroSchema {
  if (Array.isArray(schema)) return schema.map(underlying);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { logicalType, ...rest } = schema as { logicalType?: string; type?: unknown };
  if (logicalType !== undefined && rest.type === 'long') return 'long';
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === 'default' ? value : underlying(value)]),
  );
}

/** Writes records as a container file; `long`s are `bigint`. `sync` is 16 random bytes. */
export function writeAvro(
  schema: AvroSchema,
  records: readonly unknown[],
  options: { metadata: Readonly<Record<string, string>>; sync: Uint8Array },
): Uint8Array {
  const type = typeFor(schema);
  const sync = options.sync.subarray(0, SYNC_LENGTH);
  const header: Record<string, Buffer> = {
    'avro.schema': Buffer.from(JSON.stringify(schema)),
    'avro.codec': Buffer.from('deflate'),
  };
  for (const [key, value] of Object.entries(options.metadata)) header[key] = Buffer.from(value);

  const parts: Uint8Array[] = [MAGIC, headerType.toBuffer(header), sync];
  let block: Uint8Array[] = [];
  let blockBytes = 0;
  const flush = (): void => {
    if (block.length === 0) return;
    const packed = deflateRawSync(concatBytes(block));
    parts.push(encodeLong(block.length), encodeLong(packed.length), packed, sync);
    block = [];
    blockBytes = 0;
  };
  for (const record of records) {
    const bytes = type.toBuffer(record);
    block.push(bytes);
    blockBytes += bytes.length;
    if (blockBytes >= BLOCK_BYTES) flush();
  }
  flush();
  return concatBytes(parts);
}

/** What a container file holds. */
export interface AvroFile {
  schema: AvroSchema;
  metadata: ReadonlyMap<string, string>;
  records: unknown[];
}

/** Reads a container file. Throws `CORRUPT_FILE` or `UNSUPPORTED_FEATURE`, naming `source`. */
export function readAvro(bytes: Uint8Array, source: string): AvroFile {
  return decodingFile(source, () =>
    decodeFile(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), source),
  );
}

/** Runs a decoder; whatever it throws that is not ours means that the file is damaged: `CORRUPT_FILE`. */
export function decodingFile<Result>(source: string, decode: () => Result): Result {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof IcebergError) throw cause;
    throw new IcebergError(
      `The Avro file ${source} cannot be read: it is damaged or not what it should be.`,
      {
        code: 'CORRUPT_FILE',
        context: { file: source },
        cause,
      },
    );
  }
}

function decodeFile(buffer: Buffer, source: string): AvroFile {
  if (!MAGIC.every((byte, index) => buffer[index] === byte)) throw new Error('no Avro magic');
  const reader = new AvroReader(buffer, MAGIC.length);
  const header = HEADER.decode(reader) as Record<string, Buffer>;
  const metadata = new Map(Object.entries(header).map(([key, value]) => [key, value.toString('utf8')]));
  const schema: AvroSchema = JSON.parse(metadata.get('avro.schema') ?? 'null');
  const type = compileAvro(schema);
  const codec = metadata.get('avro.codec') ?? 'null';
  const sync = reader.take(SYNC_LENGTH);
  const records: unknown[] = [];
  while (reader.left > 0) {
    const count = reader.length();
    const block = new AvroReader(unpack(codec, reader.bytes(), source));
    if (!reader.take(SYNC_LENGTH).equals(sync)) throw new Error('a block does not end in the sync marker');
    if (count > 0 && (type.least === 0 || count > block.left / type.least))
      throw new Error('a block counts more records than it has bytes for');
    for (let index = 0; index < count; index++) records.push(type.decode(block));
    if (block.left > 0) throw new Error('a block holds more bytes than its records');
  }
  return { schema, metadata, records };
}

function unpack(codec: string, bytes: Buffer, source: string): Buffer {
  if (codec === 'null' || bytes.length === 0) return bytes;
  if (codec === 'deflate') return inflateRawSync(bytes, { maxOutputLength: MOST_BLOCK_BYTES });
  if (codec === 'zstandard' || codec === 'zstd')
    return zstdDecompressSync(bytes, { maxOutputLength: MOST_BLOCK_BYTES });
  throw new IcebergError(
    `The Avro file ${source} is compressed with ${codec}; null, deflate and zstandard can be read.`,
    {
      code: 'UNSUPPORTED_FEATURE',
      context: { file: source, codec },
    },
  );
}

function encodeLong(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value * 2;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
