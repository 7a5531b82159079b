import { Schema as ArrowSchema, Field, RecordBatch } from 'apache-arrow';
import { writeAvro } from '../../src/avro/avro-container.js';
import type { NestedField } from '../../src/index.js';
import {
  batchFromRows,
  MemoryStorage,
  type OpenTableOptions,
  openTable,
  type Table,
} from '../../src/index.js';
import { manifestEntrySchema, manifestListSchema } from '../../src/manifest/manifest-schema.js';
import { parseTableMetadata } from '../../src/metadata/metadata-codec.js';
import { fromWasmTable, loadWasm, toWasmTable } from '../../src/parquet/wasm.js';
import { partitionFieldsOf } from '../../src/scan/manifest-reader.js';

/** A file of a table that another engine is supposed to have written. */
export interface ForeignFile {
  path: string;
  bytes: Uint8Array;
  rows: number;
  /** Data sequence number. */
  sequence: number;
  content?: 'data' | 'position-deletes' | 'equality-deletes';
  format?: string;
  specId?: number;
  /** Avro values by partition field name. */
  partition?: Record<string, unknown>;
  /** More fields of `data_file`, spelled as in Avro. */
  extra?: Record<string, unknown>;
}

export interface ForeignTable {
  files: Map<string, Uint8Array>;
  metadataLocation: string;
}

const CONTENT = { data: 0, 'position-deletes': 1, 'equality-deletes': 2 };
const SYNC = new Uint8Array(16).fill(7);

/** Builds the files of a table by hand, so that it can hold what our writer does not write. */
export function foreignTable(options: {
  fields: readonly Record<string, unknown>[];
  files: readonly ForeignFile[];
  formatVersion?: number;
  specs?: readonly Record<string, unknown>[];
  properties?: Record<string, string>;
  /** Earlier schemas, below the current one's id 9. */
  olderSchemas?: readonly Record<string, unknown>[];
  /** The schema of the snapshot, where it is not the current one. */
  snapshotSchemaId?: number;
}): ForeignTable {
  const { formatVersion = 2, specs = [{ 'spec-id': 0, fields: [] }], snapshotSchemaId = 9 } = options;
  const location = 's3://elsewhere/t';
  const document = JSON.stringify({
    'format-version': formatVersion,
    'table-uuid': '9c12d441-03fe-4693-9a96-a0705ddf69c1',
    location,
    'last-sequence-number': 9,
    'last-updated-ms': 1,
    'last-column-id': 99,
    'next-row-id': 0,
    schemas: [...(options.olderSchemas ?? []), { type: 'struct', 'schema-id': 9, fields: options.fields }],
    'current-schema-id': 9,
    'partition-specs': specs,
    'default-spec-id': specs.at(-1)!['spec-id'],
    'last-partition-id': 1099,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': 0,
    properties: options.properties ?? {},
    'current-snapshot-id': 5,
    snapshots: [
      {
        'snapshot-id': 5,
        'sequence-number': 9,
        'timestamp-ms': 1,
        summary: { operation: 'append' },
        'manifest-list': `${location}/metadata/list.avro`,
        'schema-id': snapshotSchemaId,
      },
    ],
  });
  const metadata = parseTableMetadata(document, 'built');
  const root = 'memory://t';
  const files = new Map<string, Uint8Array>();
  const list: unknown[] = [];
  for (const [index, file] of options.files.entries()) {
    files.set(`${root}/${file.path}`, file.bytes);
    const partition = partitionFieldsOf(metadata, file.specId ?? 0);
    const schema = manifestEntrySchema(partition, 3);
    const entry = {
      status: 1,
      snapshot_id: 5n,
      sequence_number: BigInt(file.sequence),
      file_sequence_number: BigInt(file.sequence),
      data_file: {
        content: CONTENT[file.content ?? 'data'],
        file_path: `${location}/${file.path}`,
        file_format: file.format ?? 'PARQUET',
        partition: file.partition ?? {},
        record_count: BigInt(file.rows),
        file_size_in_bytes: BigInt(file.bytes.length),
        ...file.extra,
      },
    };
    const bytes = writeAvro(schema, [entry], { sync: SYNC, metadata: {} });
    files.set(`${root}/metadata/m${index}.avro`, bytes);
    list.push({
      manifest_path: `${location}/metadata/m${index}.avro`,
      manifest_length: BigInt(bytes.length),
      partition_spec_id: file.specId ?? 0,
      content: (file.content ?? 'data') === 'data' ? 0 : 1,
      sequence_number: BigInt(file.sequence),
      min_sequence_number: BigInt(file.sequence),
      added_snapshot_id: 5n,
      added_files_count: 1,
      existing_files_count: 0,
      deleted_files_count: 0,
      added_rows_count: BigInt(file.rows),
      existing_rows_count: 0n,
      deleted_rows_count: 0n,
    });
  }
  files.set(
    `${root}/metadata/list.avro`,
    writeAvro(manifestListSchema(2), list, { sync: SYNC, metadata: {} }),
  );
  const metadataLocation = `${root}/metadata/v1.metadata.json`;
  files.set(metadataLocation, new TextEncoder().encode(document));
  return { files, metadataLocation };
}

export async function openForeign(table: ForeignTable, options: OpenTableOptions = {}): Promise<Table> {
  const storage = new MemoryStorage();
  for (const [path, bytes] of table.files) await storage.write(path, bytes);
  return openTable({ metadataLocation: table.metadataLocation, storage, ...options });
}

/** Rows of a scan as plain objects. */
export async function rowsOf(table: Table, options?: Parameters<Table['scan']>[0]): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows;
}

/** A Parquet file with the given columns, which need not be those of any table. */
export async function parquet(
  fields: readonly NestedField[],
  rows: readonly Record<string, unknown>[],
  options: { withoutIds?: boolean } = {},
): Promise<Uint8Array> {
  const batch = batchFromRows({ schemaId: 0, fields }, rows);
  return parquetOf(options.withoutIds === true ? withoutIds(batch) : batch);
}

export async function parquetOf(batch: RecordBatch): Promise<Uint8Array> {
  const wasm = await loadWasm();
  const bytes = wasm.writeParquet(toWasmTable(wasm, batch));
  if (fromWasmTable(wasm.readParquet(bytes)).length > 1) throw new Error('one batch was expected');
  return bytes;
}

function withoutIds(batch: RecordBatch): RecordBatch {
  const schema = new ArrowSchema(batch.schema.fields.map(withoutId));
  return new RecordBatch(
    schema,
    batch.data.clone(
      new (batch.data.type.constructor as never as new (f: Field[]) => typeof batch.data.type)(schema.fields),
    ),
  );
}

function withoutId(field: Field): Field {
  const type = field.type as { children?: Field[] | null };
  if (type.children && type.children.length > 0)
    type.children.splice(0, type.children.length, ...type.children.map(withoutId));
  return new Field(field.name, field.type, field.nullable);
}
