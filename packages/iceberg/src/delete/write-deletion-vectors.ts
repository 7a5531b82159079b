import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import { POSITION_COLUMN } from '../schema/metadata-columns.js';
import type { TableIo } from '../table/table-io.js';
import { encodeDeletionVector, MOST_POSITIONS } from './deletion-vector.js';
import { encodePuffin, type PuffinBlob } from './puffin-file.js';

/** All deleted rows of one data file: positions that earlier deletes removed are among them. */
export interface DeletionVector {
  file: DataFile;
  /** Ascending, each once; at least one. */
  positions: Float64Array;
}

/**
 * Writes one Puffin file with a deletion vector per data file (spec, "Deletion Vectors"); nothing for no vectors. A data
 * file may have only one vector, so one it had before is to be removed by the commit that adds the new one.
 *
 * Throws `UNSUPPORTED_FEATURE` for more rows of one data file than can be read again.
 */
export async function writeDeletionVectors(
  vectors: readonly DeletionVector[],
  options: { io: TableIo; uniqueName: () => string; onFile: (path: string) => void },
): Promise<DataFile[]> {
  if (vectors.length === 0) return [];
  const blobs = vectors.map(vectorBlob);
  const { bytes, offsets } = encodePuffin(blobs);
  const path = options.io.pathFor(`data/${options.uniqueName()}-deletes.puffin`);
  options.onFile(path);
  await options.io.write(path, bytes);
  return vectors.map(({ file, positions }, index) => ({
    content: 'position-deletes',
    filePath: path,
    fileFormat: 'PUFFIN',
    specId: file.specId,
    partition: file.partition,
    recordCount: BigInt(positions.length),
    fileSizeInBytes: BigInt(bytes.length),
    referencedDataFile: file.filePath,
    contentOffset: BigInt(offsets[index]!),
    contentSizeInBytes: BigInt(blobs[index]!.bytes.length),
  }));
}

function vectorBlob({ file, positions }: DeletionVector): PuffinBlob {
  if (positions.length > MOST_POSITIONS) {
    throw new IcebergError(
      `${positions.length} rows of the data file ${file.filePath} are to be deleted; a deletion vector can name at most ${MOST_POSITIONS}. Rewrite the file instead (mode copy-on-write).`,
      { code: 'UNSUPPORTED_FEATURE', context: { dataFile: file.filePath, positions: positions.length } },
    );
  }
  return {
    type: 'deletion-vector-v1',
    fields: [POSITION_COLUMN.id],
    // Not known before the commit; readers inherit them (spec, "deletion-vector-v1").
    snapshotId: -1n,
    sequenceNumber: -1n,
    properties: { 'referenced-data-file': file.filePath, cardinality: String(positions.length) },
    bytes: encodeDeletionVector(positions),
  };
}
