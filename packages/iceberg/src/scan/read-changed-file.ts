import { Schema as ArrowSchema, type Data, type RecordBatch } from 'apache-arrow';
import { arrowField } from '../arrow/arrow-schema.js';
import { makeBatch, takeData } from '../arrow/take.js';
import { deletedPositions } from '../delete/deleted-positions.js';
import { EqualityDeletes } from '../delete/equality-deletes.js';
import { fileKey, type ManifestEntry } from '../manifest/data-file.js';
import { POSITION_COLUMN } from '../schema/metadata-columns.js';
import type { NestedField } from '../type/iceberg-type.js';
import type { ChangedFile } from './plan-changelog.js';
import { type ReadRequest, readDataFile } from './read-data-file.js';

/** Reads the rows of a data file that came or went, matching the filter. */
export async function* readChangedFile(
  { dataFile, liveUnder, goneUnder }: ChangedFile,
  request: Omit<ReadRequest, 'dataFile' | 'deleteFiles'>,
): AsyncGenerator<RecordBatch> {
  if (goneUnder === null) {
    yield* readDataFile({ ...request, dataFile, deleteFiles: liveUnder });
    return;
  }
  const { io, metadata } = request;
  const positions = difference(
    await deletedPositions(io, dataFile.file, goneUnder),
    await deletedPositions(io, dataFile.file, liveUnder),
  );
  // What equality deletes of both versions remove is not live under the first, and is not read at all.
  const equality = await EqualityDeletes.load({
    io,
    metadata,
    deleteFiles: without(goneUnder, liveUnder),
  });
  if (positions.size === 0 && equality.fields.length === 0) return;
  const known = new Set([...request.output, POSITION_COLUMN].map((field) => field.id));
  const more = equality.fields.filter((field) => !known.has(field.id) && known.add(field.id));
  const read: NestedField[] = [...request.output, POSITION_COLUMN, ...more];
  const places = new Map(read.map((field, place) => [field.id, place]));
  const place = request.output.length;
  const schema = new ArrowSchema(request.output.map(arrowField));
  const batches = readDataFile({
    ...request,
    dataFile,
    deleteFiles: liveUnder,
    output: read,
    schemaFields: [...request.schemaFields, ...more],
  });
  for await (const batch of batches) {
    const column = (id: number): Data => batch.data.children[places.get(id)!] as Data;
    const isGone = equality.matcher({ column });
    const at = batch.data.children[place]!.values as BigInt64Array;
    const kept = new Int32Array(batch.numRows);
    let count = 0;
    for (let row = 0; row < batch.numRows; row++) {
      if (positions.has(Number(at[row])) || isGone?.(row) === true) kept[count++] = row;
    }
    if (count === 0) continue;
    const rows = kept.subarray(0, count);
    const children = request.output.map((_, column) => takeData(batch.data.children[column] as Data, rows));
    yield makeBatch(schema, children, count);
  }
}

function difference(left: Float64Array | null, right: Float64Array | null): Set<number> {
  const result = new Set(left);
  for (const position of right ?? []) result.delete(position);
  return result;
}

function without(entries: readonly ManifestEntry[], others: readonly ManifestEntry[]): ManifestEntry[] {
  const keys = new Set(others.map((entry) => fileKey(entry.file)));
  return entries.filter((entry) => !keys.has(fileKey(entry.file)));
}
