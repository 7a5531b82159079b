import { expect, test } from 'vitest';
import { type DataFile, entriesWeight, type ManifestEntry } from './data-file.js';

test('entries weigh what they take in memory, not what they take compressed', () => {
  const counts = new Map(Array.from({ length: 100 }, (_, id) => [id, 10n]));
  const bounds = new Map(Array.from({ length: 100 }, (_, id) => [id, new Uint8Array(8)]));
  const file: DataFile = {
    content: 'data',
    filePath: '/w/n/t/data/f.parquet',
    fileFormat: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount: 10n,
    fileSizeInBytes: 1000n,
    valueCounts: counts,
    nullValueCounts: counts,
    lowerBounds: bounds,
    upperBounds: bounds,
  };
  const ids = { snapshotId: 1n, dataSequenceNumber: 1n, fileSequenceNumber: 1n };
  const entry: ManifestEntry = { status: 'added', ...ids, file };
  // Measured with 100 columns: 30,000 bytes of heap each.
  expect(entriesWeight([entry, entry])).toBeGreaterThan(60_000);
  expect(entriesWeight([entry, entry])).toBeLessThan(80_000);
});
