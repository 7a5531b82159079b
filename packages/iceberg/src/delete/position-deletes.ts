import { columnData } from '../arrow/arrow-data.js';
import { FIELD_ID_KEY } from '../arrow/arrow-schema.js';
import { bytesReader } from '../arrow/column-reader.js';
import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import type { ParquetReader } from '../parquet/parquet-reader.js';
import { openDataFile } from '../scan/open-data-file.js';
import { DELETE_FILE_PATH, DELETE_POSITION } from '../schema/metadata-columns.js';
import type { TableIo } from '../table/table-io.js';
import { compareBytes } from '../util/bytes.js';

// Text keeps a byte order mark that it begins with: without the option the decoder would drop it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Row positions by data file of a position delete file, each list ascending. Throws `CORRUPT_FILE`, `FILE_NOT_FOUND`. */
export async function loadPositionDeletes(
  io: TableIo,
  file: DataFile,
): Promise<ReadonlyMap<string, Float64Array>> {
  const key = `${io.root}\0${file.filePath}`;
  const cached = io.caches.positionDeletes.get(key);
  if (cached !== undefined) return cached;
  const collected = await readPositionDeletes(io, file);
  const positions = new Map(Array.from(collected, ([path, list]) => [path, Float64Array.from(list).sort()]));
  io.caches.positionDeletes.set(key, positions, Number(file.recordCount) * 8 + positions.size * 256);
  return positions;
}

async function readPositionDeletes(io: TableIo, file: DataFile): Promise<Map<string, number[]>> {
  const reader = await openDataFile(io, file);
  try {
    const columns = [
      columnNamed(reader, DELETE_FILE_PATH.id, 'file_path'),
      columnNamed(reader, DELETE_POSITION.id, 'pos'),
    ];
    const collected = new Map<string, number[]>();
    for (const [group] of reader.rowGroups.entries()) {
      for (const batch of await reader.readRowGroup(group, { columns, batchSize: 65_536 })) {
        const at = (name: string): number => batch.schema.fields.findIndex((field) => field.name === name);
        const path = bytesReader(columnData(batch, at(columns[0]!)));
        const positions = columnData(batch, at(columns[1]!)).values as BigInt64Array;
        let previous: Uint8Array | null = null;
        let list: number[] = [];
        for (let row = 0; row < batch.numRows; row++) {
          const bytes = path(row);
          // Files are sorted by path, so the text is decoded once per run of equal paths.
          if (previous === null || compareBytes(previous, bytes) !== 0) {
            const text = decoder.decode(bytes);
            list = collected.get(text) ?? [];
            collected.set(text, list);
            previous = bytes;
          }
          list.push(Number(positions[row]));
        }
      }
    }
    return collected;
  } finally {
    reader.close();
  }
}

function columnNamed(reader: ParquetReader, id: number, name: string): string {
  const field =
    reader.schema.fields.find((candidate) => candidate.metadata.get(FIELD_ID_KEY) === String(id)) ??
    reader.schema.fields.find((candidate) => candidate.name === name);
  if (field !== undefined) return field.name;
  throw new IcebergError(`The position delete file ${reader.path} has no column "${name}".`, {
    code: 'CORRUPT_FILE',
    context: { file: reader.path, column: name },
  });
}
