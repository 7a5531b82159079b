import type { NestedField } from '../type/iceberg-type.js';

/** Columns every data file has without storing them (spec, "Reserved Field IDs"). */
export const FILE_COLUMN: NestedField = { id: 2147483646, name: '_file', required: true, type: 'string' };
export const POSITION_COLUMN: NestedField = { id: 2147483645, name: '_pos', required: true, type: 'long' };

/** Columns of position delete files. */
export const DELETE_FILE_PATH: NestedField = {
  id: 2147483546,
  name: 'file_path',
  required: true,
  type: 'string',
};
export const DELETE_POSITION: NestedField = { id: 2147483545, name: 'pos', required: true, type: 'long' };

const RESERVED_NAMES = new Set([
  '_file',
  '_pos',
  '_deleted',
  '_spec_id',
  '_partition',
  '_row_id',
  '_last_updated_sequence_number',
]);

export function isReservedName(name: string): boolean {
  return RESERVED_NAMES.has(name);
}
