import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import { ParquetFileReader } from '../parquet/parquet-file-reader.js';
import type { TableIo } from '../table/table-io.js';

/** Opens a data or delete file. Throws `UNSUPPORTED_FEATURE` for ORC and Avro, `FILE_NOT_FOUND`, `CORRUPT_FILE`. */
export async function openDataFile(
  io: TableIo,
  file: DataFile,
  signal?: AbortSignal,
): Promise<ParquetFileReader> {
  if (file.fileFormat !== 'PARQUET') {
    throw new IcebergError(
      `The file ${file.filePath} is in the format ${file.fileFormat}; only Parquet can be read.`,
      {
        code: 'UNSUPPORTED_FEATURE',
        context: { file: file.filePath, format: file.fileFormat },
      },
    );
  }
  return ParquetFileReader.open({
    path: file.filePath,
    size: Number(file.fileSizeInBytes),
    read: (start, end) =>
      io.read(file.filePath, { range: { start, end }, ...(signal === undefined ? {} : { signal }) }),
  });
}
