import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Catalog, TableIdentifier } from '@lean-ops/iceberg';

interface RawMetadata {
  snapshots: { 'snapshot-id': unknown }[];
  'snapshot-log': unknown[];
}

declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

/** A folder catalog's table without its older snapshots: writes the next metadata version, as maintenance does. */
export async function expireSnapshots(
  catalog: Catalog,
  identifier: TableIdentifier,
  keep: number,
): Promise<void> {
  const table = await catalog.loadTable(identifier);
  const kept = new Set(
    table
      .ancestors()
      .slice(0, keep)
      .map(({ snapshotId }) => String(snapshotId)),
  );
  const path = table.metadataLocation;
  // 64-bit ids must survive the round trip: numbers stay the text they were.
  const metadata = JSON.parse(
    await readFile(path, 'utf8'),
    (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? JSON.rawJSON(context?.source ?? String(value)) : value,
  ) as RawMetadata;
  metadata.snapshots = metadata.snapshots.filter((snapshot) =>
    kept.has(JSON.stringify(snapshot['snapshot-id'])),
  );
  metadata['snapshot-log'] = [];
  const version = Number(/v(\d+)\.metadata\.json$/.exec(path)![1]);
  await writeFile(join(dirname(path), `v${version + 1}.metadata.json`), JSON.stringify(metadata), {
    flag: 'wx',
  });
}
