import { METADATA_RETENTION, type TopicContract } from '@lean-ops/core';
import type { CreateTableOptions, Table } from '@lean-ops/iceberg';
import type { ColumnPath } from '../flatten/types.js';
import { columnPaths as governedPaths } from '../validate/contract-paths.js';
import { tableLayout } from './layout.js';
import { CARRIED_COLUMNS, envelopeFields, STANDARDIZED_OWN } from './own-columns.js';
import { FIRST_GENERATION, KEYS } from './properties.js';

const PARTITION_FIELD = /^(?:(\w+)\((?:(\d+)\s*,\s*)?([^()]+)\)|([^()]+))$/;
/** Characters of an ISO instant that name its year, month, day or hour. */
const TEXT_WIDTH: Readonly<Record<string, number>> = { year: 4, month: 7, day: 10, hour: 13 };

/** The column a partition field is made of. */
export function partitionSource(field: string): string {
  const match = PARTITION_FIELD.exec(field.trim());
  return (match?.[3] ?? match?.[4] ?? field).trim();
}

/**
 * How `standardized.{topic}` is created: envelope columns, our own, then the payload columns that the partitioning
 * names. Every other payload column is added when it is first seen.
 *
 * Payload columns are text here: `day(event_time)` becomes `truncate(10, event_time)`, which parts ISO text alike.
 */
export function standardizedTableOptions(contract: TopicContract | null): CreateTableOptions {
  const partitioned = partitionedColumns(contract);
  const layout = tableLayout(contract);
  return {
    schema: {
      fields: [
        ...envelopeFields(CARRIED_COLUMNS),
        ...STANDARDIZED_OWN,
        ...partitioned.map(({ name, path }) => ({ name, type: 'string' as const, doc: path })),
      ],
    },
    partitionBy: layout.partitionBy.map((field) => textPartition(field)),
    properties: {
      ...METADATA_RETENTION,
      [KEYS.generation]: FIRST_GENERATION,
      [KEYS.layout]: JSON.stringify(layout),
      [KEYS.columnPaths]: columnPathsProperty(partitioned),
    },
  };
}

/** Payload columns that the contract partitions by. */
function partitionedColumns(contract: TopicContract | null): ColumnPath[] {
  const sources = new Set((contract?.partitionBy ?? []).map(partitionSource));
  return [...sources].flatMap((name) => {
    if (contract === null || !Object.hasOwn(contract.columns, name)) return [];
    const column = contract.columns[name]!;
    if (CARRIED_COLUMNS.some((carried) => carried.name === name)) return [];
    const path = governedPaths(name, column)[0]!;
    return path.startsWith('$') ? [{ name, path }] : [];
  });
}

function textPartition(field: string): string {
  const source = partitionSource(field);
  const width = TEXT_WIDTH[PARTITION_FIELD.exec(field.trim())?.[1] ?? ''];
  if (width === undefined || CARRIED_COLUMNS.some(({ name, type }) => name === source && type !== 'string')) {
    return field;
  }
  return `truncate(${width}, ${source})`;
}

/**
 * The payload columns of a Standardized table with their JSON paths, in table order. The table remembers them in a
 * property.
 *
 * @example columnPaths(await catalog.loadTable({ namespace: 'standardized', name: 'orders' })); // [{ name: 'a_b', path: '$.a.b' }]
 */
export function columnPaths(table: Table): ColumnPath[] {
  const paths = JSON.parse(table.properties[KEYS.columnPaths] ?? '{}') as Record<string, string>;
  return table
    .schema()
    .fields.flatMap(({ name }) => (paths[name] === undefined ? [] : [{ name, path: paths[name] }]));
}

export function columnPathsProperty(columns: readonly ColumnPath[]): string {
  return JSON.stringify(Object.fromEntries(columns.map(({ name, path }) => [name, path])));
}
