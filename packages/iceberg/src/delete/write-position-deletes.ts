import { arrowSchema } from '../arrow/arrow-schema.js';
import { buildColumn } from '../arrow/build-column.js';
import { makeBatch } from '../arrow/take.js';
import type { DataFile } from '../manifest/data-file.js';
import { MetricsCollector } from '../parquet/column-metrics.js';
import { ParquetFileWriter } from '../parquet/parquet-file-writer.js';
import { partitionKey } from '../partition/partition-key.js';
import { DELETE_FILE_PATH, DELETE_POSITION } from '../schema/metadata-columns.js';
import type { Schema } from '../schema/schema.js';
import type { TableIo } from '../table/table-io.js';
import { compareValues } from '../type/compare-values.js';

const DELETE_SCHEMA: Schema = { schemaId: 0, fields: [DELETE_FILE_PATH, DELETE_POSITION] };
const BATCH_ROWS = 65_536;

/** Rows of one data file to delete. */
export interface FileDeletes {
  file: DataFile;
  positions: readonly number[];
}

/**
 * Writes position delete files, one per partition, sorted by file and position (spec, "Position Delete Files"). Every
 * entry must have at least one position.
 */
export async function writePositionDeletes(
  deletes: readonly FileDeletes[],
  options: { io: TableIo; uniqueName: () => string; onFile: (path: string) => void },
): Promise<DataFile[]> {
  const partitions = new Map<string, FileDeletes[]>();
  for (const item of deletes) {
    const key = partitionKey(item.file.specId, item.file.partition);
    const group = partitions.get(key);
    if (group === undefined) partitions.set(key, [item]);
    else group.push(item);
  }
  const written: DataFile[] = [];
  for (const group of partitions.values()) written.push(await writeOne(group, options));
  return written;
}

async function writeOne(
  group: readonly FileDeletes[],
  { io, uniqueName, onFile }: { io: TableIo; uniqueName: () => string; onFile: (path: string) => void },
): Promise<DataFile> {
  const sorted = group.toSorted((left, right) => compareValues(left.file.filePath, right.file.filePath));
  const paths: string[] = [];
  const positions: bigint[] = [];
  for (const item of sorted) {
    for (const position of [...new Set(item.positions)].sort((left, right) => left - right)) {
      paths.push(item.file.filePath);
      positions.push(BigInt(position));
    }
  }
  // Paths are kept whole: a bound that names one file is what lets readers skip the delete file for all others.
  const metrics = new MetricsCollector(DELETE_SCHEMA, () => ({ kind: 'full' }));
  const schema = arrowSchema(DELETE_SCHEMA);
  let writer: ParquetFileWriter | null = null;
  for (let start = 0; start < paths.length; start += BATCH_ROWS) {
    const part = {
      paths: paths.slice(start, start + BATCH_ROWS),
      positions: positions.slice(start, start + BATCH_ROWS),
    };
    const batch = makeBatch(
      schema,
      [buildColumn('string', part.paths), buildColumn('long', part.positions)],
      part.paths.length,
    );
    writer ??= await ParquetFileWriter.open(batch);
    await writer.write(batch);
    metrics.add(batch);
  }
  const { bytes, columnSizes } = await writer!.close();
  const path = io.pathFor(`data/${uniqueName()}-deletes.parquet`);
  onFile(path);
  await io.write(path, bytes);
  const first = sorted[0]!.file;
  return {
    content: 'position-deletes',
    filePath: path,
    fileFormat: 'PARQUET',
    specId: first.specId,
    partition: first.partition,
    recordCount: BigInt(paths.length),
    fileSizeInBytes: BigInt(bytes.length),
    columnSizes,
    ...metrics.finish(),
    ...(sorted.length === 1 ? { referencedDataFile: first.filePath } : {}),
  };
}
