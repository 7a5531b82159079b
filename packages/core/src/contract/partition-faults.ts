import { ENVELOPE_COLUMNS } from '../envelope.js';
import type { ContractColumn, ContractType, TopicContract } from './contract.js';
import { CONTRACT_DEFAULTS } from './defaults.js';
import type { DocumentPath } from './document.js';
import type { Fault } from './schema.js';

const FIELD =
  /^(?:([a-z_][a-z0-9_]*)|(year|month|day|hour)\(([a-z_][a-z0-9_]*)\)|(bucket|truncate)\([1-9]\d{0,8}, ?([a-z_][a-z0-9_]*)\))$/;
type Transform = 'identity' | 'year' | 'month' | 'day' | 'hour' | 'bucket' | 'truncate';

/** Columns of ours in both tables that may be partitioned by, besides the envelope's. */
const OWN: Readonly<Record<string, ContractType>> = {
  _merge_key: 'string',
  _payload_hash: 'long',
  _schema_version: 'string',
  _source_snapshot_id: 'long',
};
const RAW_ONLY: ReadonlySet<string> = new Set(['json_payload', 'envelope_json']);
const SUFFIX: Readonly<Record<Transform, string>> = {
  identity: '',
  year: '_year',
  month: '_month',
  day: '_day',
  hour: '_hour',
  bucket: '_bucket',
  truncate: '_trunc',
};

/**
 * Why the tables could not be partitioned as a contract says: found here, for a deploy would find it with one table made
 * and the other not. As the table format has it (table spec, "Partition Transforms").
 */
export function partitionFaults({ partitionBy, columns }: TopicContract): Fault[] {
  const names = new Map<string, string>();
  return (partitionBy ?? CONTRACT_DEFAULTS.partitionBy).flatMap((field, index): Fault[] => {
    const parsed = parseField(field);
    const path: DocumentPath =
      partitionBy === undefined ? ['columns', parsed?.source ?? ''] : ['partitionBy', index];
    const reason =
      parsed === null
        ? 'is not a partition field: name a column, or use year(c), month(c), day(c), hour(c), bucket(16, c) or truncate(4, c)'
        : (fitReason(parsed, columns) ?? nameReason(parsed, field, { columns, names }));
    return reason === null ? [] : [{ path, reason }];
  });
}

/** The column that a partition field is made of. */
export function partitionSource(field: string): string {
  return parseField(field)?.source ?? field;
}

interface PartitionField {
  readonly transform: Transform;
  readonly source: string;
}

function parseField(field: string): PartitionField | null {
  const match = FIELD.exec(field);
  if (match === null) return null;
  const [, identity, unit, ofUnit, sized, ofSized] = match;
  return {
    transform: (unit ?? sized ?? 'identity') as Transform,
    source: (identity ?? ofUnit ?? ofSized)!,
  };
}

function fitReason({ transform, source }: PartitionField, columns: TopicContract['columns']): string | null {
  const column = Object.hasOwn(columns, source) ? columns[source] : undefined;
  const carried = carriedType(source);
  if (column === undefined && carried === null)
    return `is made of ${source}, and there is no such column: name one of the contract or of the envelope`;
  if (column?.sensitive === 'drop')
    return `is made of ${source}, which is dropped: a partition would show it, and there is no column to make it of`;
  if (carried === null && column?.path !== undefined && !column.path.startsWith('$'))
    return `is made of ${source}, which is the envelope column ${column.path}: partition by ${column.path} itself`;
  const type = storedType(column, carried);
  return fits(transform, type)
    ? null
    : `cannot be made of ${source}: ${transform} is not for columns of type ${type}`;
}

/** What the curated table stores: masked values are text. */
function storedType(column: ContractColumn | undefined, carried: ContractType | null): ContractType {
  if (column === undefined) return carried!;
  return column.sensitive === undefined ? column.type : 'string';
}

function carriedType(name: string): ContractType | null {
  if (Object.hasOwn(OWN, name)) return OWN[name]!;
  if (RAW_ONLY.has(name)) return null;
  return (ENVELOPE_COLUMNS.find((column) => column.name === name)?.type as ContractType | undefined) ?? null;
}

function fits(transform: Transform, type: ContractType): boolean {
  const isTimestamp = type === 'timestamp' || type === 'timestamptz';
  const kind = type.startsWith('decimal') ? 'decimal' : type;
  switch (transform) {
    case 'identity':
      return true;
    case 'hour':
      return isTimestamp;
    case 'bucket':
      return !['boolean', 'float', 'double'].includes(kind);
    case 'truncate':
      return ['int', 'long', 'decimal', 'string', 'binary'].includes(kind);
    default:
      return isTimestamp || type === 'date';
  }
}

/** A partition field has a name in the table: of its own, and no column's that holds something else. */
function nameReason(
  { transform, source }: PartitionField,
  field: string,
  { columns, names }: { readonly columns: TopicContract['columns']; readonly names: Map<string, string> },
): string | null {
  const name = `${source}${SUFFIX[transform]}`;
  // Payload columns are text in Standardized, where a year or a day is the first characters of one.
  const isText = carriedType(source) === null && !['identity', 'bucket', 'truncate'].includes(transform);
  for (const candidate of new Set([name, ...(isText ? [`${source}${SUFFIX.truncate}`] : [])])) {
    const other = names.get(candidate);
    if (other !== undefined) return `has the same name in the table as ${other}: take one of them`;
    names.set(candidate, field);
  }
  if (transform !== 'identity' && (Object.hasOwn(columns, name) || carriedType(name) !== null))
    return `would be called ${name} in the table, as a column is: give the column another name`;
  return null;
}
