import type { NestedField } from '../type/iceberg-type.js';

/** Columns every data file has without storing them (spec, "Reserved Field IDs"). */
export const FILE_COLUMN: NestedField = { id: 2147483646, name: '_file', required: true, type: 'string' };
export const POSITION_COLUMN: NestedField = { id: 2147483645, name: '_pos', required: true, type: 'long' };
export const SPEC_ID_COLUMN: NestedField = { id: 2147483643, name: '_spec_id', required: true, type: 'int' };

/**
 * Row lineage of version 3: what a row keeps when it is written anew. Files store these columns only for rows that came
 * from another file; where they are null or absent, they follow from the file's first row id and sequence number.
 */
export const ROW_ID_COLUMN: NestedField = { id: 2147483540, name: '_row_id', required: false, type: 'long' };
export const LAST_UPDATED_COLUMN: NestedField = {
  id: 2147483539,
  name: '_last_updated_sequence_number',
  required: false,
  type: 'long',
};

export const LINEAGE_COLUMNS: readonly NestedField[] = [ROW_ID_COLUMN, LAST_UPDATED_COLUMN];

/** Columns of a changelog. */
export const CHANGE_TYPE: NestedField = {
  id: 2147483543,
  name: '_change_type',
  required: true,
  type: 'string',
};
export const CHANGE_ORDINAL: NestedField = {
  id: 2147483542,
  name: '_change_ordinal',
  required: true,
  type: 'int',
};
export const COMMIT_SNAPSHOT_ID: NestedField = {
  id: 2147483541,
  name: '_commit_snapshot_id',
  required: true,
  type: 'long',
};

/** Columns of position delete files. */
export const DELETE_FILE_PATH: NestedField = {
  id: 2147483546,
  name: 'file_path',
  required: true,
  type: 'string',
};
export const DELETE_POSITION: NestedField = { id: 2147483545, name: 'pos', required: true, type: 'long' };

/** Columns a scan gives of every table, besides the table's own. */
export const SCAN_METADATA_COLUMNS: readonly NestedField[] = [
  FILE_COLUMN,
  POSITION_COLUMN,
  SPEC_ID_COLUMN,
  ...LINEAGE_COLUMNS,
];

const RESERVED_NAMES = new Set([
  '_file',
  '_pos',
  '_deleted',
  '_spec_id',
  '_partition',
  '_row_id',
  '_last_updated_sequence_number',
  '_change_type',
  '_change_ordinal',
  '_commit_snapshot_id',
]);

export function isReservedName(name: string): boolean {
  return RESERVED_NAMES.has(name);
}
