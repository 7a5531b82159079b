import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { Schema } from '../schema/schema.js';
import type { DataFile, ManifestEntry } from './data-file.js';
import { decodeManifest, type EntryToWrite, encodeManifest } from './manifest-codec.js';
import type { ManifestFile } from './manifest-file.js';
import { selectEntries } from './manifest-selector.js';

const schema: Schema = {
  schemaId: 0,
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'name', required: false, type: 'string' },
  ],
};
const partition: ResolvedPartitionField[] = [
  {
    fieldId: 1000,
    sourceId: 1,
    name: 'id_bucket',
    transform: 'bucket[16]',
    parsed: { name: 'bucket', count: 16 },
    sourceType: 'long',
    resultType: 'int',
  } as unknown as ResolvedPartitionField,
];
const counts = fc.dictionary(fc.constantFrom('1', '2', '70', '9000'), fc.bigInt({ min: 0n, max: 2n ** 62n }));
const bounds = fc.dictionary(fc.constantFrom('1', '2', '70'), fc.uint8Array({ maxLength: 200 }));
const byId = <Value>(record: Record<string, Value>): Map<number, Value> =>
  new Map(Object.entries(record).map(([id, value]) => [Number(id), value]));

const entry = fc
  .record({
    status: fc.constantFrom('existing' as const, 'added' as const, 'deleted' as const),
    bucket: fc.option(fc.integer({ min: 0, max: 3 })),
    rows: fc.bigInt({ min: 0n, max: 1000n }),
    path: fc.string({ minLength: 1 }),
    columnSizes: counts,
    valueCounts: counts,
    nullValueCounts: counts,
    nanValueCounts: counts,
    lowerBounds: bounds,
    upperBounds: bounds,
    rowId: fc.option(fc.bigInt({ min: 0n, max: 1000n }), { nil: undefined }),
  })
  .map(
    (made): EntryToWrite => ({
      status: made.status,
      snapshotId: 7n,
      dataSequenceNumber: 3n,
      fileSequenceNumber: 3n,
      file: {
        content: 'data',
        filePath: made.path,
        fileFormat: 'PARQUET',
        specId: 0,
        partition: [made.bucket],
        recordCount: made.rows,
        fileSizeInBytes: 10n,
        columnSizes: byId(made.columnSizes),
        valueCounts: byId(made.valueCounts),
        nullValueCounts: byId(made.nullValueCounts),
        nanValueCounts: byId(made.nanValueCounts),
        lowerBounds: byId(made.lowerBounds),
        upperBounds: byId(made.upperBounds),
        ...(made.rowId === undefined ? {} : { firstRowId: made.rowId }),
      },
    }),
  );

/** Looks at everything a selection may look at. */
const wanted = (
  file: Pick<DataFile, 'lowerBounds' | 'upperBounds' | 'nullValueCounts' | 'nanValueCounts' | 'valueCounts'>,
): boolean =>
  [1, 70].some(
    (id) =>
      (file.lowerBounds?.get(id)?.[0] ?? 0) > 100 ||
      (file.upperBounds?.get(id)?.length ?? 0) > 150 ||
      file.nullValueCounts?.get(id) === file.valueCounts?.get(id) ||
      (file.nanValueCounts?.get(70) ?? 0n) > 2n ** 61n,
  );

test('entries that are chosen before they are decoded are those of a manifest decoded whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 40 }),
      fc.boolean(),
      fc.constantFrom<readonly number[]>([], [1, 70]),
      async (entries, versionThree, fieldIds) => {
        const bytes = encodeManifest(entries, {
          formatVersion: versionThree ? 3 : 2,
          schema,
          spec: {
            specId: 0,
            fields: [{ sourceId: 1, fieldId: 1000, name: 'id_bucket', transform: 'bucket[16]' }],
          },
          partition,
          content: 'data',
          sync: new Uint8Array(16),
        });
        const manifest = {
          path: 'm.avro',
          specId: 0,
          sequenceNumber: 5n,
          addedSnapshotId: 7n,
          ...(versionThree ? { firstRowId: 100n } : {}),
        } as ManifestFile;
        const matches = fieldIds.length === 0 ? () => true : wanted;
        const partitionMatches = (file: Pick<DataFile, 'partition'>): boolean => file.partition[0] !== 2;
        const expected = decodeManifest(bytes, manifest, partition).filter(
          ({ status, file }: ManifestEntry) =>
            status !== 'deleted' && partitionMatches(file) && matches(file),
        );
        expect(
          await selectEntries(bytes, manifest, partition, {
            fieldIds,
            nanFieldIds: fieldIds.slice(1),
            partitionMatches,
            matches,
          }),
        ).toEqual(expected);
      },
    ),
    { seed: 11, numRuns: 150 },
  );
});
