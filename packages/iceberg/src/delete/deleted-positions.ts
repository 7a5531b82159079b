import type { DataFile, ManifestEntry } from '../manifest/data-file.js';
import type { TableIo } from '../table/table-io.js';
import { isDeletionVector, readDeletionVector } from './deletion-vector.js';
import { loadPositionDeletes } from './position-deletes.js';

/**
 * Positions of a data file that its deletion vector or position delete files remove, ascending; `null` where there are
 * none. Positions are doubles: a file has fewer than 2^53 rows.
 */
export async function deletedPositions(
  io: TableIo,
  dataFile: DataFile,
  deletes: readonly ManifestEntry[],
): Promise<Float64Array | null> {
  const found: Float64Array[] = [];
  for (const { file } of deletes) {
    if (file.content !== 'position-deletes') continue;
    const positions = isDeletionVector(file)
      ? await loadDeletionVector(io, file)
      : (await loadPositionDeletes(io, file)).get(dataFile.filePath);
    if (positions !== undefined) found.push(positions);
  }
  if (found.length <= 1) return found[0] ?? null;
  const merged = new Float64Array(found.reduce((total, positions) => total + positions.length, 0));
  let offset = 0;
  for (const positions of found) {
    merged.set(positions, offset);
    offset += positions.length;
  }
  return merged.sort();
}

/** One Puffin file holds the vectors of many data files, so the place in it is part of the name. */
async function loadDeletionVector(io: TableIo, file: DataFile): Promise<Float64Array> {
  const key = `${io.root}\0${file.filePath}\0${file.contentOffset}`;
  const cached = io.caches.positionDeletes.get(key)?.get('');
  if (cached !== undefined) return cached;
  const positions = await readDeletionVector(io, file);
  io.caches.positionDeletes.set(key, new Map([['', positions]]), positions.byteLength + 256);
  return positions;
}
