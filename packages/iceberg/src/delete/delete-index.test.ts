import { expect, test } from 'vitest';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { DELETE_FILE_PATH } from '../schema/metadata-columns.js';
import { DeleteIndex } from './delete-index.js';

const metadata = { partitionSpecs: [{ specId: 0, fields: [] }] } as unknown as TableMetadata;
const entry = (file: object, sequence: bigint): ManifestEntry =>
  ({ dataSequenceNumber: sequence, file: { specId: 0, partition: [], ...file } }) as unknown as ManifestEntry;

/** A position delete file of which nothing but the bounds of the paths in it is known. */
function deletes(lower: Uint8Array, upper: Uint8Array): ManifestEntry {
  const bounds = (bytes: Uint8Array) => new Map([[DELETE_FILE_PATH.id, bytes]]);
  return entry(
    { content: 'position-deletes', filePath: 'd', lowerBounds: bounds(lower), upperBounds: bounds(upper) },
    2n,
  );
}

const data = entry({ content: 'data', filePath: 's3://b/日/a.parquet' }, 1n);
const path = (text: string): Uint8Array => new TextEncoder().encode(text);

test('position deletes apply to the files that their bounds leave room for', () => {
  const applicable = (lower: string, upper: string) =>
    new DeleteIndex(metadata, [deletes(path(lower), path(upper))]).deletesFor(data).length;
  expect(applicable('s3://b/日/a', 's3://b/日/b')).toBe(1);
  expect(applicable('s3://b/月', 's3://b/月')).toBe(0);
});

test('position deletes apply though the bounds of their paths are cut inside a character', () => {
  const lower = path('s3://b/日').subarray(0, -1);
  const upper = lower.slice();
  upper[upper.length - 1]!++;
  expect(new DeleteIndex(metadata, [deletes(lower, upper)]).deletesFor(data)).toHaveLength(1);
});
