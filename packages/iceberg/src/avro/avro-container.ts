import { deflateRawSync } from 'node:zlib';
import avro from 'avsc';
import { IcebergError } from '../error.js';
import { concatBytes } from '../util/bytes.js';
import { MAGIC, openAvro, requireEnd, requireRoom, SYNC_LENGTH, unpackBlock } from './avro-blocks.js';
import { AvroReader } from './avro-reader.js';

/**
 * Avro object container files, whole in memory: manifests and manifest lists are small and read at once. The framing is
 * written here because the library's encoder drops `field-id` and `logicalType` from the header, which readers need.
 */

const BLOCK_BYTES = 64 * 1024;

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
  const { schema, type, metadata, codec, blocks } = openAvro(buffer);
  const records: unknown[] = [];
  for (const { count, bytes } of blocks) {
    const reader = new AvroReader(unpackBlock(codec, bytes, source));
    requireRoom(type, count, reader);
    for (let index = 0; index < count; index++) records.push(type.decode(reader));
    requireEnd(reader);
  }
  return { schema, metadata, records };
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
