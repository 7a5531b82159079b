import {
  CONTRACT_DEFAULTS,
  type ContractType,
  ENVELOPE_COLUMNS,
  METADATA_RETENTION,
  type TopicContract,
} from '@lean-ops/core';
import type { CreateTableOptions, NewField, Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { primitiveChange, spelledType } from '../evolve/primitive-change.js';
import { parsePath } from '../path/json-path.js';
import { tableLayout } from '../tables/layout.js';
import { tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { partitionSource } from '../tables/standardized-table.js';
import type { CuratedColumn } from '../validate/compiled-contract.js';
import { columnPaths } from '../validate/contract-paths.js';

/** Envelope columns by which Curated knows which message a row came from. */
const IDENTITY = ['message_id', 'sqs_message_id', 'ingestion_ts'] as const;

/** Columns of ours that stand before the contract's, all copied from Standardized. */
const LEADING: readonly NewField[] = [
  { name: '_merge_key', type: 'string', required: true },
  { name: 'message_id', type: 'string', required: true },
  { name: 'sqs_message_id', type: 'string', required: true },
  { name: 'ingestion_ts', type: 'timestamptz', required: true },
  { name: '_payload_hash', type: 'long', required: true },
];

/** Columns of ours that stand behind. */
const MARKS: readonly NewField[] = [
  { name: '_updated_ts', type: 'timestamptz', required: true, doc: 'when this row was written' },
  { name: '_schema_version', type: 'string', required: true, doc: 'contract version it was written under' },
  { name: '_source_snapshot_id', type: 'long', required: true, doc: 'Standardized snapshot it was read at' },
];

/** Columns that every Curated table has, whatever the contract. */
export const CURATED_OWN: readonly NewField[] = [...LEADING, ...MARKS];

/** What `curated.{topic}` holds under a contract. */
export interface CuratedLayout {
  /** Columns of Standardized that are carried over as they are. */
  readonly carried: readonly string[];
  /** Columns of the contract, those left out that are carried over already. */
  readonly governed: readonly CuratedColumn[];
  readonly fields: readonly NewField[];
  readonly partitionBy: readonly string[];
}

/**
 * The columns of `curated.{topic}`: what names the version, envelope columns that only the partitioning needs, the
 * contract's columns, and the marks of the run.
 *
 * @throws {CurateError} `CONTRACT_INVALID` when the contract gives one of our columns another meaning.
 */
export function curatedLayout(contract: TopicContract, columns: readonly CuratedColumn[]): CuratedLayout {
  for (const name of IDENTITY) refuseOtherMeaning(contract, name);
  refuseSensitiveKey(contract);
  const governed = columns.filter(({ name }) => !IDENTITY.some((own) => own === name));
  const { partitionBy } = tableLayout(contract);
  const partition = partitionColumns(partitionBy, governed);
  const leading = LEADING.map(({ name }) => name);
  return {
    carried: [...leading, ...partition.map(({ name }) => name)],
    governed,
    fields: [
      ...LEADING,
      ...partition,
      ...governed.map(({ name, type }) => ({ name, type: icebergType(type) })),
      ...MARKS,
    ],
    partitionBy,
  };
}

/** Envelope columns that the partitioning names and the contract does not govern. */
function partitionColumns(partitionBy: readonly string[], governed: readonly CuratedColumn[]): NewField[] {
  const sources = new Set(partitionBy.map(partitionSource));
  return ENVELOPE_COLUMNS.filter(
    ({ name }) =>
      sources.has(name) &&
      !IDENTITY.some((own) => own === name) &&
      !governed.some((column) => column.name === name),
  ).map(({ name, type }) => ({ name, type }));
}

function refuseOtherMeaning(contract: TopicContract, name: (typeof IDENTITY)[number]): void {
  const column = contract.columns[name];
  if (column === undefined) return;
  const type = name === 'ingestion_ts' ? 'timestamptz' : 'string';
  if (column.path === name && column.type === type && column.sensitive === undefined) return;
  throw new CurateError(
    `contract ${contract.version} of topic ${contract.topic} has a column ${name}, which Curated needs to tell versions apart: give the column another name, or the path "${name}", type ${type} and no masking`,
    { code: 'CONTRACT_INVALID', context: { topic: contract.topic, column: name } },
  );
}

/** Curated and the error table show the merge key as it is: it cannot be made of what they must hide. */
function refuseSensitiveKey(contract: TopicContract): void {
  const key = contract.key ?? CONTRACT_DEFAULTS.key;
  const keyed = pathKeys(key);
  for (const [name, column] of Object.entries(contract.columns)) {
    const shown = columnPaths(name, column).some((text) => isWithin(pathKeys(text), keyed));
    if (column.sensitive === undefined || !shown) continue;
    throw new CurateError(
      `contract ${contract.version} of topic ${contract.topic} hides column ${name} and merges by ${key}, which shows it in _merge_key: merge by something that need not be hidden`,
      { code: 'CONTRACT_INVALID', context: { topic: contract.topic, column: name, key } },
    );
  }
}

function pathKeys(text: string): readonly string[] {
  return text.startsWith('$') ? ['$', ...parsePath(text)] : [text];
}

/** Whether one path is the beginning of the other, or the same. */
function isWithin(left: readonly string[], right: readonly string[]): boolean {
  const shared = Math.min(left.length, right.length);
  return left.slice(0, shared).every((part, index) => part === right[index]);
}

/** Both spell their types alike; only decimals differ by a space. */
function icebergType(type: ContractType): NewField['type'] {
  return type.replaceAll(/\s/g, '') as NewField['type'];
}

export function curatedTableOptions(layout: CuratedLayout, generation: string): CreateTableOptions {
  return {
    schema: { fields: layout.fields },
    partitionBy: layout.partitionBy,
    properties: { ...METADATA_RETENTION, [KEYS.generation]: generation },
  };
}

/**
 * Whether a table has the columns of a contract. Only a deploy changes them: a job that made what is missing would make a
 * renamed column a new one.
 *
 * @throws {CurateError} `CONTRACT_NOT_DEPLOYED` naming the first column that a deploy would make or widen, or has;
 *   `TABLE_SCHEMA_MISMATCH` for one of a type that no deploy gives it.
 */
export function checkGovernedColumns(table: Table, contract: TopicContract, layout: CuratedLayout): void {
  const known = new Map(table.schema().fields.map(({ name, type }) => [name, spelledType(type)]));
  for (const { name, type } of layout.fields) {
    const [found, expected] = [known.get(name), spelledType(type)];
    if (found === expected) continue;
    const context = { table: tableName(table.identifier), column: name, found, expected };
    const change = found === undefined ? 'widen' : primitiveChange(found, expected);
    if (change !== 'widen' && change !== 'none')
      throw new CurateError(
        `column ${name} of ${context.table} is ${found} and the contract says ${expected}: deploy the contract, which asks for a rebuild, or undo what was done to the table by hand`,
        { code: 'TABLE_SCHEMA_MISMATCH', context },
      );
    throw new CurateError(
      `contract ${contract.version} of topic ${contract.topic} has not been deployed to ${context.table}: column ${name} ${found === undefined ? 'is missing' : `is ${found}`} and should be ${expected}. Deploy it; where a deploy was cut off, run the deploy again. Nothing was written`,
      { code: 'CONTRACT_NOT_DEPLOYED', context },
    );
  }
}
