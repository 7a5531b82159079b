import { IcebergError } from '../error.js';
import type { Table } from '../table/table.js';

/** Milliseconds of a time as options give it. Throws `INVALID_ARGUMENT`. */
export function millisecondsOf(name: string, time: Date | number): number {
  const value = time instanceof Date ? time.getTime() : time;
  if (Number.isFinite(value)) return value;
  throw new IcebergError(`${name} is ${String(time)}; it must be a date, or milliseconds since 1970.`, {
    code: 'INVALID_ARGUMENT',
    context: { [name]: time },
  });
}

/** Tables that share files with others say so by the property `gc.enabled=false`. Throws `INVALID_ARGUMENT`. */
export function refuseWithoutGarbageCollection(table: Table, what: string): void {
  if (table.properties['gc.enabled'] !== 'false') return;
  throw new IcebergError(
    `The table at ${table.location} has the property gc.enabled=false: its files may be of other tables, too, so ${what}. Set the property to true if they are not.`,
    { code: 'INVALID_ARGUMENT', context: { table: table.identifier, property: 'gc.enabled' } },
  );
}
