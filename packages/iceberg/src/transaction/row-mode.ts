import { IcebergError } from '../error.js';
import type { Table } from '../table/table.js';
import { checkChoice } from '../util/check-options.js';
import type { KeyMode, RowMode, TransactionOptions } from './transaction-types.js';

const ROW_MODES: readonly string[] = ['merge-on-read', 'copy-on-write'];
const ISOLATION_LEVELS = ['snapshot', 'serializable'];
const KEY_MODES: readonly string[] = [...ROW_MODES, 'equality-deletes'];

type Operation = 'delete' | 'update' | 'merge';

/** How rows are deleted: as asked for, else by the table's property `write.<operation>.mode`, else merge-on-read. */
export function rowMode(table: Table, operation: Operation, asked: RowMode | undefined): RowMode {
  if (asked === undefined) return configuredMode(table, operation);
  checkChoice('mode', asked, ROW_MODES);
  return asked;
}

/** The same for rows found by key, which may also be deleted by equality. */
export function keyMode(table: Table, operation: Operation, asked: KeyMode | undefined): KeyMode {
  if (asked === undefined) return configuredMode(table, operation);
  checkChoice('mode', asked, KEY_MODES);
  return asked;
}

function configuredMode({ properties }: Table, operation: Operation): RowMode {
  const name = `write.${operation}.mode`;
  const mode = properties[name] ?? 'merge-on-read';
  if (ROW_MODES.includes(mode)) return mode as RowMode;
  throw new IcebergError(
    `The table property ${name} is "${mode}"; it must be merge-on-read or copy-on-write. Set it anew, or give a mode.`,
    { code: 'INVALID_ARGUMENT', context: { property: name, value: mode } },
  );
}

/** The isolation of a change: as asked for, else by the table's property `write.<operation>.isolation-level`. */
export function isolationLevel(
  { properties }: Table,
  operation: Operation,
  asked: TransactionOptions['isolation'],
): 'snapshot' | 'serializable' {
  const name = `write.${operation}.isolation-level`;
  const isolation = asked ?? properties[name]?.toLowerCase() ?? 'serializable';
  checkChoice(asked === undefined ? `The table property ${name}` : 'isolation', isolation, ISOLATION_LEVELS);
  return isolation as 'snapshot' | 'serializable';
}
