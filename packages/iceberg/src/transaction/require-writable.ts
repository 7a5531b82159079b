import { IcebergError } from '../error.js';
import { parseTransform } from '../partition/transform.js';
import type { Table } from '../table/table.js';

/**
 * Refuses to write to a table that needs what this library cannot do, before anything is written. Throws
 * `UNSUPPORTED_FORMAT_VERSION`, `UNSUPPORTED_FEATURE`.
 */
export function requireWritable(table: Table, formatVersion: number): void {
  const { location, properties, metadata } = table;
  if (formatVersion !== 2 && formatVersion !== 3) {
    throw new IcebergError(
      `The table at ${location} has format version ${formatVersion}; only versions 2 and 3 can be written. Upgrade it first (upgradeFormatVersion).`,
      { code: 'UNSUPPORTED_FORMAT_VERSION', context: { formatVersion, location } },
    );
  }
  const keys = metadata.extra['encryption-keys'];
  if (properties['encryption.key-id'] !== undefined || (Array.isArray(keys) && keys.length > 0)) {
    throw new IcebergError(
      `The table at ${location} is encrypted (property encryption.key-id, or encryption-keys in its metadata); its files cannot be written by this library. Use an engine that has its keys.`,
      { code: 'UNSUPPORTED_FEATURE', context: { feature: 'encryption', location } },
    );
  }
  for (const { name, transform } of table.spec().fields) {
    if (parseTransform(transform).name !== 'unknown') continue;
    throw new IcebergError(
      `The table at ${location} is partitioned by "${name}" with the transform ${transform}, which is not known; rows cannot be written to it. Write with an engine that knows the transform.`,
      { code: 'UNSUPPORTED_FEATURE', context: { feature: transform, location } },
    );
  }
}
