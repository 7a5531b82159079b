import type { PrimitiveType } from '../../type/iceberg-type.js';
import { isPrimitive } from '../../type/primitive.js';
import type { AddressOptions } from '../address/address-options.js';
import { openToRead, openToWrite } from '../address/open-address.js';
import { columnOf } from '../input/column-text.js';
import { type OutputFormat, printRows } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { printSchema } from './describe.js';

interface PropertyOptions extends AddressOptions {
  readonly set?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
  readonly format?: OutputFormat;
}

/** Sets and removes table properties, where asked to, and prints all there are. */
export async function properties(
  session: Session,
  [address]: [string],
  { set = {}, unset = [], ...options }: PropertyOptions,
): Promise<undefined> {
  const both = unset.find((name) => Object.hasOwn(set, name));
  if (both !== undefined) throw new UsageError(`${both} is given to both --set and --unset`);
  const changes = { ...set, ...Object.fromEntries(unset.map((name) => [name, null])) };
  const isChange = Object.keys(changes).length > 0;
  let table = await (isChange ? openToWrite : openToRead)(session, address, options);
  const missing = unset.find((name) => !Object.hasOwn(table.properties, name));
  if (missing !== undefined) throw new UsageError(`--unset ${missing}: the table has no such property`);
  if (isChange) ({ table } = await table.setProperties(changes, { signal: session.signal }));
  const rows = Object.entries(table.properties)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
  await printRows(session.context.stdout, rows, ['name', 'value'], options.format);
}

interface AlterOptions extends AddressOptions {
  readonly drop?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
  readonly widen?: readonly string[];
  readonly add?: readonly string[];
  readonly formatVersion?: '3';
  readonly format?: OutputFormat;
}

/** Changes columns in one commit, and prints the columns there are then. */
export async function alter(
  session: Session,
  [address]: [string],
  options: AlterOptions,
): Promise<undefined> {
  const { drop = [], rename = {}, formatVersion } = options;
  const widen = (options.widen ?? []).map((text) => columnOf('--widen', text));
  const add = (options.add ?? []).map((text) => columnOf('--add', text));
  const changesColumns = drop.length + Object.keys(rename).length + widen.length + add.length > 0;
  if (!changesColumns && formatVersion === undefined)
    throw new UsageError('say what to change: --add, --drop, --rename, --widen or --format-version');
  const table = await openToWrite(session, address, options);
  const transaction = table.transaction({ signal: session.signal });
  if (formatVersion !== undefined) transaction.upgradeFormatVersion(3);
  if (changesColumns)
    transaction.updateSchema((change) => {
      for (const path of drop) change.dropColumn(path);
      for (const [path, name] of Object.entries(rename)) change.renameColumn(path, name);
      for (const { name, type } of widen) change.widenColumn(name, wider(name, type));
      for (const { name, type, required = false } of add) change.addColumn(name, type, { required });
    });
  const { table: changed } = await transaction.commit();
  await printSchema(session, changed.schema(), options);
}

function wider(name: string, type: Parameters<typeof isPrimitive>[0]): PrimitiveType {
  if (isPrimitive(type)) return type;
  throw new UsageError(`--widen ${name}: structures are widened field by field, by their path`);
}
