import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import { footerOf, ParquetFileReader } from '../parquet/parquet-file-reader.js';
import type { ParquetReader } from '../parquet/parquet-reader.js';
import { SmallParquetReader } from '../parquet/small-parquet-reader.js';
import type { TableIo } from '../table/table-io.js';

/** Up to this size a file is decoded at once: that takes no more memory than a row group does. */
const SMALL_FILE_BYTES = 1024 * 1024;
const SMALL_FILE_ROWS = 131_072;
/** Text that repeats itself may be a thousand times as large unpacked: such a file is read row group by row group. */
const SMALL_FILE_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Opens a data or delete file. Throws `UNSUPPORTED_FILE_FORMAT` for ORC and Avro, `UNSUPPORTED_FEATURE` for an
 * encrypted file, `FILE_NOT_FOUND`, `CORRUPT_FILE`.
 */
export async function openDataFile(
  io: TableIo,
  file: DataFile,
  signal?: AbortSignal,
): Promise<ParquetReader> {
  if (file.fileFormat !== 'PARQUET') {
    throw new IcebergError(
      `The file ${file.filePath} is in the format ${file.fileFormat}, and only Parquet can be read; rewrite the table's files as Parquet with the engine that wrote them.`,
      {
        code: 'UNSUPPORTED_FILE_FORMAT',
        context: { file: file.filePath, format: file.fileFormat },
      },
    );
  }
  if (file.keyMetadata !== undefined) {
    throw new IcebergError(
      `The file ${file.filePath} is encrypted, which cannot be read; use an engine that has its keys.`,
      {
        code: 'UNSUPPORTED_FEATURE',
        context: { feature: 'encryption', file: file.filePath },
      },
    );
  }
  const size = Number(file.fileSizeInBytes);
  try {
    return await openParquet(io, file, size, signal);
  } catch (error) {
    if (!(error instanceof IcebergError) || error.code !== 'CORRUPT_FILE') throw error;
    // Some writers get the size in the manifest wrong; where the file is sound, that does no harm.
    const found = await io.storage.stat(io.resolve(file.filePath));
    if (found === null || found.size === size) throw error;
    return openParquet(io, file, found.size, signal);
  }
}

async function openParquet(
  io: TableIo,
  file: DataFile,
  size: number,
  signal: AbortSignal | undefined,
): Promise<ParquetReader> {
  const read = (start: number, end: number): Promise<Uint8Array> =>
    io.read(file.filePath, { range: { start, end }, ...(signal === undefined ? {} : { signal }) });
  if (size <= SMALL_FILE_BYTES && file.recordCount <= SMALL_FILE_ROWS) {
    const bytes = await read(0, size);
    const path = file.filePath;
    if (!(await isSmallUnpacked(bytes)))
      return ParquetFileReader.open({ path, size, read: async (start, end) => bytes.subarray(start, end) });
    return SmallParquetReader.open({ path, bytes, rows: Number(file.recordCount) });
  }
  return ParquetFileReader.open({ path: file.filePath, size, read });
}

/** Also true for a footer that cannot be read: the reader says what is wrong. */
async function isSmallUnpacked(bytes: Uint8Array): Promise<boolean> {
  try {
    return (await footerOf(bytes)).unpackedBytes() <= SMALL_FILE_UNPACKED_BYTES;
  } catch {
    return true;
  }
}
