import { readFile } from 'node:fs/promises';
import type { CreateTableOptions } from '../../catalog/catalog.js';
import type { NewSchema } from '../../schema/schema.js';
import type { NewField, NewType, PrimitiveType } from '../../type/iceberg-type.js';
import type { AddressOptions } from '../address/address-options.js';
import { openToCreate } from '../address/open-address.js';
import { columnOf } from '../input/column-text.js';
import { parseJsonExactly } from '../input/exact-number.js';
import { type OutputFormat, printRows } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { CommandError, UsageError } from '../usage-error.js';

interface CreateOptions extends AddressOptions {
  readonly column?: readonly string[];
  readonly schema?: string;
  readonly partitionBy?: readonly string[];
  readonly sortBy?: readonly string[];
  readonly identifier?: readonly string[];
  readonly property?: Readonly<Record<string, string>>;
  readonly formatVersion?: '2' | '3';
  readonly format?: OutputFormat;
}

/** Creates a table. */
export async function create(
  session: Session,
  [address]: [string],
  options: CreateOptions,
): Promise<undefined> {
  const schema = await schemaOf(options);
  const { catalog, identifier } = await openToCreate(session, address, options);
  const wanted: CreateTableOptions = {
    schema,
    ...(options.partitionBy !== undefined && { partitionBy: options.partitionBy }),
    ...(options.sortBy !== undefined && { sortBy: options.sortBy }),
    ...(options.identifier !== undefined && { identifierFields: options.identifier }),
    ...(options.property !== undefined && { properties: options.property }),
    ...(options.formatVersion !== undefined && { formatVersion: options.formatVersion === '3' ? 3 : 2 }),
  };
  const table = await catalog.createTable(identifier, wanted);
  const row = { uuid: table.uuid, location: table.location, format_version: table.metadata.formatVersion };
  await printRows(session.context.stdout, [row], Object.keys(row), options.format);
}

async function schemaOf({ column, schema }: CreateOptions): Promise<NewSchema> {
  if ((column === undefined) === (schema === undefined)) {
    throw new UsageError(
      'say what columns there are: give either --column "NAME TYPE" for each, or --schema FILE',
    );
  }
  if (column !== undefined) return { fields: column.map((text) => columnOf('--column', text)) };
  const text = await readFile(schema!, 'utf8').catch((cause: Error) => {
    const hint = schema!.includes(' ') ? '; columns are given one by one with --column "NAME TYPE"' : '';
    throw new UsageError(`--schema ${schema}: the file cannot be read: ${cause.message}${hint}`, { cause });
  });
  try {
    return { fields: fieldsOf(parseJsonExactly(text)) };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CommandError(`--schema ${schema}: this is no JSON: ${cause.message}`, { cause });
  }
}

/** Fields as the format's schemas have them (spec, Appendix C, "Schemas"), ids left out or not. */
function fieldsOf(json: unknown): NewField[] {
  const fields = isRecord(json) ? json['fields'] : undefined;
  if (!Array.isArray(fields))
    throw new UsageError('--schema: give {"fields": [{"name": …, "type": …, "required": …}]}');
  return fields.map((field: unknown) => {
    if (!isRecord(field) || typeof field['name'] !== 'string')
      throw new UsageError(`--schema: ${JSON.stringify(field)} is no field; it needs a name and a type`);
    const { name, type, required, doc } = field;
    return {
      name,
      type: typeOf(type, name),
      ...(required === true && { required: true }),
      ...(typeof doc === 'string' && { doc }),
    };
  });
}

function typeOf(json: unknown, where: string): NewType {
  if (typeof json === 'string') return json as PrimitiveType;
  if (isRecord(json)) {
    switch (json['type']) {
      case 'struct':
        return { type: 'struct', fields: fieldsOf(json) };
      case 'list':
        return {
          type: 'list',
          element: typeOf(json['element'], `${where}.element`),
          elementRequired: json['element-required'] === true,
        };
      case 'map':
        return {
          type: 'map',
          key: typeOf(json['key'], `${where}.key`),
          value: typeOf(json['value'], `${where}.value`),
          valueRequired: json['value-required'] === true,
        };
      default:
    }
  }
  throw new UsageError(`--schema: ${JSON.stringify(json)} is no type for "${where}"`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
