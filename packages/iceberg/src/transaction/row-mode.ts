import { IcebergError } from '../error.js';
import type { Table } from '../table/table.js';
import type { KeyMode, RowMode } from './transaction-types.js';

const ROW_MODES: readonly string[] = ['merge-on-read', 'copy-on-write'];

/** How rows are deleted: as asked for, else by the table's property `write.<operation>.mode`, else merge-on-read. */
export function rowMode<Mode extends KeyMode>(
  { properties }: Table,
  operation: 'delete' | 'update' | 'merge',
  asked: Mode | undefined,
): Mode | RowMode {
  if (asked !== undefined) return asked;
  const name = `write.${operation}.mode`;
  const mode = properties[name] ?? 'merge-on-read';
  if (ROW_MODES.includes(mode)) return mode as RowMode;
  throw new IcebergError(
    `The table property ${name} is "${mode}"; it must be merge-on-read or copy-on-write. Set it anew, or give a mode.`,
    { code: 'INVALID_ARGUMENT', context: { property: name, value: mode } },
  );
}
