import { IcebergError } from '../error.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { printSpec, printSpecFields, readSpec, readSpecFields } from '../partition/partition-spec-codec.js';
import type { Schema } from '../schema/schema.js';
import { printSchema, readSchema } from '../schema/schema-codec.js';
import { readRefs, refToJson } from '../snapshot/ref-codec.js';
import { snapshotFromJson, snapshotToJson } from '../snapshot/snapshot-codec.js';
import type { SortOrder } from '../sort-order/sort-order.js';
import { printSortOrder, readSortOrder } from '../sort-order/sort-order-codec.js';
import { parseExactJson, printExactJson } from '../util/exact-json.js';
import {
  invalidMetadata,
  isRecord,
  type Json,
  type JsonRecord,
  longField,
  numberField,
  recordsField,
  restOf,
  textField,
  textMapField,
} from './json-fields.js';
import { readStatistics, statisticsToJson } from './statistics-codec.js';
import type { SnapshotLogEntry, TableMetadata } from './table-metadata.js';

const KNOWN_KEYS = [
  'format-version',
  'table-uuid',
  'location',
  'last-sequence-number',
  'last-updated-ms',
  'last-column-id',
  'schema',
  'schemas',
  'current-schema-id',
  'partition-spec',
  'partition-specs',
  'default-spec-id',
  'last-partition-id',
  'sort-orders',
  'default-sort-order-id',
  'properties',
  'current-snapshot-id',
  'snapshots',
  'snapshot-log',
  'metadata-log',
  'refs',
  'statistics',
  'partition-statistics',
  'next-row-id',
];

/**
 * Reads a table metadata document (spec, Appendix C). Versions 1 to 3 are understood; keys this version does not know
 * are kept. Throws `INVALID_METADATA` or `UNSUPPORTED_FORMAT_VERSION`, naming `source`.
 */
export function parseTableMetadata(text: string, source: string): TableMetadata {
  let json: unknown;
  try {
    json = parseExactJson(text);
  } catch (cause) {
    throw new IcebergError(`The table metadata file ${source} is not valid JSON.`, {
      code: 'INVALID_METADATA',
      context: { file: source },
      cause,
    });
  }
  return tableMetadataFromJson(json, source);
}

/** As {@link parseTableMetadata}, of JSON that was parsed exactly. */
export function tableMetadataFromJson(json: unknown, source: string): TableMetadata {
  try {
    return metadataFromJson(json);
  } catch (cause) {
    if (!(cause instanceof IcebergError)) {
      // Nothing but nesting too deep for the stack gets here.
      throw new IcebergError(`The table metadata file ${source} is not valid: ${String(cause)}.`, {
        code: 'INVALID_METADATA',
        context: { file: source },
        cause,
      });
    }
    throw new IcebergError(`${source}: ${cause.message}`, {
      code: cause.code,
      context: { ...cause.context, file: source },
      cause,
    });
  }
}

function metadataFromJson(json: unknown): TableMetadata {
  if (!isRecord(json)) throw invalidMetadata('an object', json);
  const formatVersion = numberField(json, 'format-version');
  if (formatVersion < 1 || formatVersion > 3) {
    throw new IcebergError(
      `The table has format version ${formatVersion}; this version of the library reads 1 to 3. Use a newer version of it.`,
      { code: 'UNSUPPORTED_FORMAT_VERSION', context: { formatVersion } },
    );
  }
  const currentSnapshot = json['current-snapshot-id'];
  const currentSnapshotId =
    currentSnapshot === undefined || currentSnapshot === null || currentSnapshot === -1
      ? null
      : longField(json, 'current-snapshot-id');
  const schemas = readSchemas(json, formatVersion);
  const partitionSpecs = readSpecs(json, formatVersion);
  const metadata: TableMetadata = {
    formatVersion,
    // Version 1 did not require a uuid.
    tableUuid: formatVersion === 1 && json['table-uuid'] === undefined ? '' : textField(json, 'table-uuid'),
    location: textField(json, 'location').replace(/(?<=.)\/+$/, ''),
    lastSequenceNumber: formatVersion === 1 ? 0n : longField(json, 'last-sequence-number'),
    lastUpdatedMs: numberField(json, 'last-updated-ms'),
    lastColumnId: numberField(json, 'last-column-id'),
    schemas,
    currentSchemaId:
      json['current-schema-id'] === undefined ? schemas[0]!.schemaId : numberField(json, 'current-schema-id'),
    partitionSpecs,
    defaultSpecId:
      json['default-spec-id'] === undefined
        ? partitionSpecs[0]!.specId
        : numberField(json, 'default-spec-id'),
    lastPartitionId:
      json['last-partition-id'] === undefined
        ? highestPartitionId(partitionSpecs)
        : numberField(json, 'last-partition-id'),
    sortOrders: readSortOrders(json),
    defaultSortOrderId:
      json['default-sort-order-id'] === undefined ? 0 : numberField(json, 'default-sort-order-id'),
    properties: textMapField(json, 'properties'),
    currentSnapshotId,
    snapshots: recordsField(json, 'snapshots').map(snapshotFromJson),
    snapshotLog: recordsField(json, 'snapshot-log').map((entry) => ({
      snapshotId: longField(entry, 'snapshot-id'),
      timestampMs: numberField(entry, 'timestamp-ms'),
    })),
    metadataLog: recordsField(json, 'metadata-log').map((entry) => ({
      metadataFile: textField(entry, 'metadata-file'),
      timestampMs: numberField(entry, 'timestamp-ms'),
    })),
    refs: readRefs(json, currentSnapshotId),
    statistics: readStatistics(json, 'statistics'),
    partitionStatistics: readStatistics(json, 'partition-statistics'),
    nextRowId: formatVersion < 3 ? 0n : longField(json, 'next-row-id'),
    extra: restOf(json, KNOWN_KEYS),
  };
  refuseDanglingIds(metadata);
  return metadata;
}

function refuseDanglingIds(metadata: TableMetadata): void {
  const { currentSchemaId, defaultSpecId, currentSnapshotId } = metadata;
  if (!metadata.schemas.some((schema) => schema.schemaId === currentSchemaId))
    throw invalidMetadata('a schema of the id "current-schema-id"', currentSchemaId);
  if (!metadata.partitionSpecs.some((spec) => spec.specId === defaultSpecId))
    throw invalidMetadata('a partition spec of the id "default-spec-id"', defaultSpecId);
  if (currentSnapshotId !== null && !metadata.snapshots.some((item) => item.snapshotId === currentSnapshotId))
    throw invalidMetadata('a snapshot of the id "current-snapshot-id"', currentSnapshotId);
}

function readSchemas(json: JsonRecord, formatVersion: number): Schema[] {
  // Only version 1 may do without the list.
  const documents =
    json['schemas'] === undefined && formatVersion === 1
      ? [json['schema']].filter(isRecord)
      : recordsField(json, 'schemas');
  if (documents.length === 0) throw invalidMetadata('a list "schemas"', json['schemas']);
  return documents.map(readSchema);
}

function readSpecs(json: JsonRecord, formatVersion: number): PartitionSpec[] {
  if (json['partition-specs'] === undefined && formatVersion === 1)
    return [{ specId: 0, fields: readSpecFields(json, 'partition-spec') }];
  const specs = recordsField(json, 'partition-specs').map(readSpec);
  if (specs.length === 0) throw invalidMetadata('a list "partition-specs"', []);
  return specs;
}

function highestPartitionId(specs: readonly PartitionSpec[]): number {
  return Math.max(999, ...specs.flatMap((spec) => spec.fields.map((field) => field.fieldId)));
}

function readSortOrders(json: JsonRecord): SortOrder[] {
  if (json['sort-orders'] === undefined) return [{ orderId: 0, fields: [] }];
  return recordsField(json, 'sort-orders').map(readSortOrder);
}

/** Prints table metadata as the JSON document of its format version. */
export function printTableMetadata(metadata: TableMetadata): string {
  const rest = printExactJson({
    'format-version': metadata.formatVersion,
    ...(metadata.tableUuid === '' ? {} : { 'table-uuid': metadata.tableUuid }),
    location: metadata.location,
    ...(metadata.formatVersion === 1
      ? versionOneKeys(metadata)
      : { 'last-sequence-number': metadata.lastSequenceNumber }),
    'last-updated-ms': metadata.lastUpdatedMs,
    'last-column-id': metadata.lastColumnId,
    'current-schema-id': metadata.currentSchemaId,
    schemas: metadata.schemas.map(printSchema),
    'default-spec-id': metadata.defaultSpecId,
    'partition-specs': metadata.partitionSpecs.map(printSpec),
    'last-partition-id': metadata.lastPartitionId,
    'default-sort-order-id': metadata.defaultSortOrderId,
    'sort-orders': metadata.sortOrders.map(printSortOrder),
    properties: metadata.properties,
    ...currentSnapshotKey(metadata),
    ...(metadata.formatVersion >= 3 ? { 'next-row-id': metadata.nextRowId } : {}),
    refs: Object.fromEntries(Object.entries(metadata.refs).map(([name, ref]) => [name, refToJson(ref)])),
    ...(metadata.statistics.length === 0 ? {} : { statistics: metadata.statistics.map(statisticsToJson) }),
    ...(metadata.partitionStatistics.length === 0
      ? {}
      : { 'partition-statistics': metadata.partitionStatistics.map(statisticsToJson) }),
    'metadata-log': metadata.metadataLog.map((entry) => ({
      'timestamp-ms': entry.timestampMs,
      'metadata-file': entry.metadataFile,
    })),
    ...metadata.extra,
  });
  // What grows with every commit is printed once per entry, not once per document.
  const snapshots = metadata.snapshots.map((snapshot) => printed(snapshot, snapshotToJson));
  const log = metadata.snapshotLog.map((entry) => printed(entry, logEntryToJson));
  return `${rest.slice(0, -1)},"snapshots":[${snapshots.join(',')}],"snapshot-log":[${log.join(',')}]}`;
}

function logEntryToJson(entry: SnapshotLogEntry): Json {
  return { 'timestamp-ms': entry.timestampMs, 'snapshot-id': entry.snapshotId };
}

const texts = new WeakMap<object, string>();

/** The JSON text of an entry. Entries are immutable, so that it is kept with them. */
function printed<Entry extends object>(entry: Entry, toJson: (entry: Entry) => Json): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = printExactJson(toJson(entry));
  texts.set(entry, text);
  return text;
}

/** What readers of version 1 look for instead of the lists. */
function versionOneKeys(metadata: TableMetadata): Record<string, Json> {
  const { schemas, currentSchemaId, partitionSpecs, defaultSpecId } = metadata;
  return {
    schema: printSchema(schemas.find(({ schemaId }) => schemaId === currentSchemaId)!),
    'partition-spec': printSpecFields(partitionSpecs.find(({ specId }) => specId === defaultSpecId)!),
  };
}

/** Readers of versions 1 and 2 expect -1, not an absent key, for "no snapshot"; version 3 forbids that. */
function currentSnapshotKey({ formatVersion, currentSnapshotId }: TableMetadata): Record<string, Json> {
  if (currentSnapshotId !== null) return { 'current-snapshot-id': currentSnapshotId };
  return formatVersion >= 3 ? {} : { 'current-snapshot-id': -1 };
}
