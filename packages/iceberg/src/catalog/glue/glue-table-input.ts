import type { Table as GlueTable, TableInput } from '@aws-sdk/client-glue';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import { glueColumns } from './glue-columns.js';

/** Whether a table of the Data Catalog is an Iceberg table. */
export function isIcebergTable(table: GlueTable): boolean {
  return table.Parameters?.['table_type']?.toUpperCase() === 'ICEBERG';
}

/** A new table of the Data Catalog that points to a metadata file. */
export function newTableInput(name: string, metadata: TableMetadata, metadataLocation: string): TableInput {
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', table_type: 'ICEBERG', metadata_location: metadataLocation },
    StorageDescriptor: { Location: metadata.location, Columns: glueColumns(metadata) },
  };
}

/** The table with another metadata file, everything else that others set in Glue kept. */
export function movedTableInput(
  table: GlueTable,
  metadata: TableMetadata,
  metadataLocation: string,
): TableInput {
  const kept = Object.fromEntries(
    KEPT_FIELDS.filter((field) => table[field] !== undefined).map((field) => [field, table[field]]),
  ) as Partial<TableInput>;
  const previous = table.Parameters?.['metadata_location'];
  return {
    ...kept,
    Name: table.Name,
    TableType: table.TableType ?? 'EXTERNAL_TABLE',
    Parameters: {
      ...table.Parameters,
      table_type: 'ICEBERG',
      metadata_location: metadataLocation,
      ...(previous === undefined ? {} : { previous_metadata_location: previous }),
    },
    StorageDescriptor: {
      ...table.StorageDescriptor,
      Location: metadata.location,
      Columns: glueColumns(metadata),
    },
  };
}

/** What `GetTable` gives and `UpdateTable` takes; the update would drop what it is not given. */
const KEPT_FIELDS = [
  'Description',
  'Owner',
  'LastAccessTime',
  'LastAnalyzedTime',
  'Retention',
  'PartitionKeys',
  'ViewOriginalText',
  'ViewExpandedText',
  'TargetTable',
] as const;
