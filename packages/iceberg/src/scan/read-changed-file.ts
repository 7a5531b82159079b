import type { RecordBatch } from 'apache-arrow';
import type { ChangedFile } from './plan-changelog.js';
import { type ReadRequest, readDataFile } from './read-data-file.js';

/** Reads the rows of a data file that came or went, matching the filter. */
export function readChangedFile(
  { dataFile, liveUnder, goneUnder }: ChangedFile,
  request: Omit<ReadRequest, 'dataFile' | 'deleteFiles' | 'removedBy'>,
): AsyncGenerator<RecordBatch> {
  return readDataFile({
    ...request,
    dataFile,
    deleteFiles: liveUnder,
    ...(goneUnder === null ? {} : { removedBy: goneUnder }),
  });
}
