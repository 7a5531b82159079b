import type { RecordBatch } from 'apache-arrow';
import { expect, test } from 'vitest';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import type { DataFile } from '../manifest/data-file.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { MemoryStorage } from '../storage/memory/memory-storage.js';
import { TableCaches, TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { decodeSingleValue } from '../type/single-value.js';
import {
  type EqualityDeleteOptions,
  EqualityDeleteWriter,
  requirePartitionColumns,
} from './write-equality-deletes.js';

const ID: NestedField = { id: 1, name: 'id', required: true, type: 'long' };
const REGION: NestedField = { id: 4, name: 'region', required: false, type: 'string' };
const BY_REGION: ResolvedPartitionField = {
  sourceId: 4,
  fieldId: 1000,
  name: 'region',
  transform: 'identity',
  parsed: { name: 'identity' },
  sourceType: 'string',
  resultType: 'string',
};

function setUp() {
  const storage = new MemoryStorage();
  const io = new TableIo({ storage, location: 'memory://t', root: 'memory://t', caches: new TableCaches() });
  const paths: string[] = [];
  let count = 0;
  const options = {
    io,
    properties: {},
    uniqueName: () => `f${count++}`,
    onFile: (path: string) => void paths.push(path),
  };
  return { options, paths };
}

async function write(keys: readonly RecordBatch[], options: EqualityDeleteOptions): Promise<DataFile[]> {
  const writer = new EqualityDeleteWriter(options);
  for (const batch of keys) await writer.write(batch);
  return writer.close();
}

test('keys go to one file per partition, with ids, bounds and counts', async () => {
  const { options, paths } = setUp();
  const columns = [ID, REGION];
  const batch = batchFromRows({ schemaId: 0, fields: columns }, [
    { id: 5, region: 'eu' },
    { id: 1, region: 'us' },
    { id: 9, region: 'eu' },
  ]);
  const files = await write([batch], {
    ...options,
    columns,
    specId: 2,
    partition: [BY_REGION],
  });
  expect(
    files.map((file) => [file.content, file.equalityIds, file.specId, file.partition, file.recordCount]),
  ).toEqual([
    ['equality-deletes', [1, 4], 2, ['eu'], 2n],
    ['equality-deletes', [1, 4], 2, ['us'], 1n],
  ]);
  expect(paths).toEqual(files.map((file) => file.filePath));
  const bound = (bytes: Uint8Array | undefined) => decodeSingleValue('long', bytes!);
  expect(bound(files[0]!.lowerBounds?.get(1))).toBe(5n);
  expect(bound(files[0]!.upperBounds?.get(1))).toBe(9n);
});

test('without partitions there is one file', async () => {
  const { options } = setUp();
  const schema = { schemaId: 0, fields: [ID] };
  const batches = [batchFromRows(schema, [{ id: 1 }]), batchFromRows(schema, [{ id: 2 }, { id: 3 }])];
  const files = await write(batches, { ...options, columns: [ID], specId: 0, partition: [] });
  expect(files.map((file) => file.recordCount)).toEqual([3n]);
});

test('a key without the columns of the partition is refused by their names', () => {
  const schema = { schemaId: 0, fields: [ID, REGION] };
  expect(() => requirePartitionColumns(schema, [ID, REGION], [BY_REGION])).not.toThrow();
  expect(() => requirePartitionColumns(schema, [ID], [BY_REGION])).toThrow(
    /must hold the columns region too/,
  );
  expect(() =>
    requirePartitionColumns(schema, [ID], [{ ...BY_REGION, parsed: { name: 'void' } }]),
  ).not.toThrow();
});
