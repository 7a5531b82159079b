import type { FileDeletes } from '../delete/write-position-deletes.js';
import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import type { PositionDeletes } from './transaction-types.js';

/**
 * Rows to delete, once per data file, positions ascending and without repeats.
 *
 * @param dataFileOf The live data file of a path; it throws where there is none.
 */
export function deletesByFile(
  deletes: readonly PositionDeletes[],
  dataFileOf: (path: string) => DataFile,
): FileDeletes[] {
  const byPath = new Map<string, { file: DataFile; positions: number[] }>();
  for (const { file: path, positions } of deletes) {
    const known = byPath.get(path) ?? { file: dataFileOf(path), positions: [] };
    byPath.set(path, known);
    for (const position of positions) known.positions.push(checkedPosition(position, known.file));
  }
  return [...byPath.values()]
    .filter(({ positions }) => positions.length > 0)
    .map(({ file, positions }) => ({ file, positions: ascending(positions) }));
}

function ascending(positions: readonly number[]): readonly number[] {
  if (positions.every((position, index) => index === 0 || positions[index - 1]! < position)) return positions;
  const sorted = Float64Array.from(positions).sort();
  return Array.from(sorted.filter((position, index) => index === 0 || sorted[index - 1] !== position));
}

function checkedPosition(position: bigint | number, file: DataFile): number {
  const number = Number(position);
  if (Number.isInteger(number) && number >= 0 && BigInt(number) < file.recordCount) return number;
  throw new IcebergError(
    `Row ${position} cannot be deleted: the data file ${file.filePath} has rows 0 to ${file.recordCount - 1n}.`,
    {
      code: 'INVALID_ARGUMENT',
      context: { file: file.filePath, position },
    },
  );
}
