import type { CreateTableOptions } from '../catalog/catalog.js';
import { IcebergError } from '../error.js';
import { parsePartitionBy } from '../partition/parse-partition-by.js';
import { assignFieldIds } from '../schema/assign-ids.js';
import { identifierIdsOf } from '../schema/identifier-fields.js';
import { isReservedName } from '../schema/metadata-columns.js';
import type { Schema } from '../schema/schema.js';
import { parseSortBy } from '../sort-order/parse-sort-by.js';
import { uuidText } from '../util/bytes.js';
import { requirePropertyTexts } from './property-texts.js';
import type { TableMetadata } from './table-metadata.js';

/**
 * Metadata of a new, empty table. Throws `INVALID_ARGUMENT`, `INVALID_NAME`, `COLUMN_NOT_FOUND`,
 * `UNSUPPORTED_FORMAT_VERSION`, `UNSUPPORTED_FEATURE`.
 */
export function createMetadata(
  options: CreateTableOptions & { location: string; now: number; uuidBytes: Uint8Array },
): TableMetadata {
  const {
    formatVersion = 2,
    partitionBy = [],
    sortBy = [],
    identifierFields = [],
    properties = {},
  } = options;
  if (formatVersion !== 2 && formatVersion !== 3) {
    throw new IcebergError(`Tables of format version ${formatVersion} cannot be created; use 2 or 3.`, {
      code: 'UNSUPPORTED_FORMAT_VERSION',
      context: { formatVersion },
    });
  }
  requirePropertyTexts(properties, { removals: false });
  const reserved = options.schema.fields.find((field) => isReservedName(field.name));
  if (reserved !== undefined) {
    throw new IcebergError(
      `The column name "${reserved.name}" is reserved for a metadata column; choose another.`,
      {
        code: 'INVALID_NAME',
        context: { name: reserved.name },
      },
    );
  }
  const { fields, lastId } = assignFieldIds(options.schema.fields, 1, { formatVersion });
  const identifierFieldIds = identifierIdsOf({ fields }, identifierFields);
  const schema: Schema = {
    schemaId: 0,
    fields,
    ...(identifierFieldIds.length === 0 ? {} : { identifierFieldIds }),
  };
  const spec = parsePartitionBy(schema, partitionBy);
  const order = parseSortBy(schema, sortBy);
  return {
    formatVersion,
    tableUuid: versionFourUuid(options.uuidBytes),
    location: options.location,
    lastSequenceNumber: 0n,
    lastUpdatedMs: options.now,
    lastColumnId: lastId,
    schemas: [schema],
    currentSchemaId: 0,
    partitionSpecs: [spec],
    defaultSpecId: 0,
    lastPartitionId: 999 + spec.fields.length,
    sortOrders: [order],
    defaultSortOrderId: order.orderId,
    properties: { ...properties },
    currentSnapshotId: null,
    snapshots: [],
    snapshotLog: [],
    metadataLog: [],
    refs: {},
    statistics: [],
    partitionStatistics: [],
    nextRowId: 0n,
    extra: {},
  };
}

/** UUID text (version 4) from 16 random bytes. */
export function versionFourUuid(random: Uint8Array): string {
  const bytes = random.slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}
