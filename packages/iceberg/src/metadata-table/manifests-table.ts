import { plainValue } from '../arrow/rows-of.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { partitionFieldsOf, readManifestList } from '../scan/manifest-reader.js';
import { decodeBound } from '../type/single-value.js';
import { formatTimestamp } from '../type/temporal-text.js';
import type { AnyValue, Value } from '../type/value.js';
import type { SnapshotSource } from './file-tables.js';
import { type MetadataRows, optional, required } from './metadata-rows.js';

/** Manifests of a snapshot. */
export function manifestsTable({ io, metadata, snapshot }: SnapshotSource): MetadataRows {
  return {
    fields: [
      required(14, 'content', 'int'),
      required(1, 'path', 'string'),
      required(2, 'length', 'long'),
      required(3, 'partition_spec_id', 'int'),
      required(4, 'added_snapshot_id', 'long'),
      required(5, 'added_data_files_count', 'int'),
      required(6, 'existing_data_files_count', 'int'),
      required(7, 'deleted_data_files_count', 'int'),
      required(15, 'added_delete_files_count', 'int'),
      required(16, 'existing_delete_files_count', 'int'),
      required(17, 'deleted_delete_files_count', 'int'),
      required(8, 'partition_summaries', {
        type: 'list',
        elementId: 9,
        elementRequired: true,
        element: {
          type: 'struct',
          fields: [
            required(10, 'contains_null', 'boolean'),
            optional(11, 'contains_nan', 'boolean'),
            optional(12, 'lower_bound', 'string'),
            optional(13, 'upper_bound', 'string'),
          ],
        },
      }),
    ],
    async *rows() {
      for (const manifest of await readManifestList(io, snapshot)) {
        const counts = [manifest.addedFilesCount, manifest.existingFilesCount, manifest.deletedFilesCount];
        const none = [0, 0, 0];
        yield [
          manifest.content === 'data' ? 0 : 1,
          manifest.path,
          manifest.length,
          manifest.specId,
          manifest.addedSnapshotId,
          ...(manifest.content === 'data' ? [...counts, ...none] : [...none, ...counts]),
          summaries(manifest, partitionFieldsOf(metadata, manifest.specId)),
        ];
      }
    },
  };
}

function summaries(manifest: ManifestFile, fields: readonly ResolvedPartitionField[]): AnyValue {
  return (manifest.partitions ?? []).map((summary, index): AnyValue => {
    const text = (bytes: Uint8Array | undefined): string | null => {
      const field = fields[index];
      if (bytes === undefined || field === undefined || field.parsed.name === 'unknown') return null;
      const bound = decodeBound(field.resultType, bytes);
      return bound === undefined ? null : partitionText(field, bound);
    };
    return [
      summary.containsNull,
      summary.containsNan ?? null,
      text(summary.lowerBound),
      text(summary.upperBound),
    ];
  });
}

/** A partition value as people read it: `2026`, `2026-11`, `2026-11-23`, `2026-11-23-10`; bytes in base64. */
function partitionText(field: ResolvedPartitionField, value: Value): string {
  switch (field.parsed.name) {
    case 'year':
      return String(1970 + (value as number)).padStart(4, '0');
    case 'month': {
      const months = value as number;
      const year = String(1970 + Math.floor(months / 12)).padStart(4, '0');
      return `${year}-${String((((months % 12) + 12) % 12) + 1).padStart(2, '0')}`;
    }
    case 'hour': {
      const micros = BigInt(value as number) * 3_600_000_000n;
      return formatTimestamp(micros, { digits: 6, zoned: false }).slice(0, -13).replace('T', '-');
    }
    default: {
      const plain = plainValue(field.resultType)(value);
      return plain instanceof Uint8Array ? Buffer.from(plain).toString('base64') : String(plain);
    }
  }
}
