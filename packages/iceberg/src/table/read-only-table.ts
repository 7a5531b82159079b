import { IcebergError } from '../error.js';

/** The error of a change to a table that no catalog gave. */
export function readOnlyTable(metadataLocation: string): IcebergError {
  return new IcebergError(
    `The table was opened from ${metadataLocation} to be read; load it from its catalog to change it.`,
    { code: 'UNSUPPORTED_FEATURE', context: { metadataLocation } },
  );
}
