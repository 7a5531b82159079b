import { IcebergError } from '../error.js';
import type { ParquetCodec } from '../parquet/parquet-file-writer.js';

type Properties = Readonly<Record<string, string>>;

const DEFAULT_TARGET_BYTES = 128 * 1024 * 1024;

/** Names of the property's values, and what Parquet calls them. Java's `lz4` is Parquet's raw one. */
const CODECS = {
  zstd: 'ZSTD',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  brotli: 'BROTLI',
  lz4: 'LZ4_RAW',
  uncompressed: 'UNCOMPRESSED',
  none: 'UNCOMPRESSED',
} as const satisfies Record<string, ParquetCodec>;

/** What a table's properties say about the data files to write. */
export interface WriteProperties {
  /** The size at which a data file is finished. */
  targetFileBytes: number;
  codec: ParquetCodec;
}

/** Reads the properties that concern data files. Throws `INVALID_ARGUMENT` and `UNSUPPORTED_FEATURE` before a file is written. */
export function writeProperties(properties: Properties): WriteProperties {
  const format = properties['write.format.default']?.toLowerCase() ?? 'parquet';
  if (format !== 'parquet') {
    throw new IcebergError(
      `The table property write.format.default is "${format}", and only Parquet files are written. Set it to parquet.`,
      {
        code: 'UNSUPPORTED_FEATURE',
        context: { property: 'write.format.default', value: format },
      },
    );
  }
  return { targetFileBytes: targetFileBytes(properties), codec: codecOf(properties) };
}

function targetFileBytes(properties: Properties): number {
  const name = 'write.target-file-size-bytes';
  const value = properties[name];
  if (value === undefined) return DEFAULT_TARGET_BYTES;
  const bytes = Number(value);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw invalid(name, value, 'it must be a whole number of bytes above 0');
}

function codecOf(properties: Properties): ParquetCodec {
  const name = 'write.parquet.compression-codec';
  const value = properties[name] ?? 'zstd';
  const codec = value.toLowerCase();
  if (Object.hasOwn(CODECS, codec)) return CODECS[codec as keyof typeof CODECS];
  throw invalid(name, value, `it must be one of ${Object.keys(CODECS).join(', ')}`);
}

function invalid(property: string, value: string, reason: string): IcebergError {
  return new IcebergError(`The table property ${property} is "${value}"; ${reason}. Set it anew.`, {
    code: 'INVALID_ARGUMENT',
    context: { property, value },
  });
}
