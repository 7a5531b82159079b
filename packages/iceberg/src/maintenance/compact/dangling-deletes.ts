import { loadPositionDeletes } from '../../delete/position-deletes.js';
import { fileKey, type ManifestEntry } from '../../manifest/data-file.js';
import { readManifest, readManifestList } from '../../scan/manifest-reader.js';
import { planScan } from '../../scan/plan-scan.js';
import type { Snapshot } from '../../snapshot/snapshot.js';
import type { Table } from '../../table/table.js';
import type { TableIo } from '../../table/table-io.js';

/**
 * Live delete files of a snapshot that remove no row of any live data file. Files that are added later are newer than
 * these deletes and are not touched by them either, so that removing them changes nothing.
 */
export async function danglingDeletes(
  table: Table,
  snapshot: Snapshot | null,
  options: { io: TableIo; signal?: AbortSignal | undefined },
): Promise<ManifestEntry[]> {
  const { io, signal } = options;
  const { metadata } = table;
  const manifests = (await readManifestList(io, snapshot)).filter(({ content }) => content === 'deletes');
  const deletes: ManifestEntry[] = [];
  for (const manifest of manifests)
    for (const entry of await readManifest(io, metadata, manifest))
      if (entry.status !== 'deleted') deletes.push(entry);
  if (deletes.length === 0) return [];
  const tasks = await planScan({
    io,
    metadata,
    snapshot,
    filter: { op: 'true' },
    residual: { op: 'true' },
    ...(signal === undefined ? {} : { signal }),
  });
  const targets = new Map<string, Set<string>>();
  for (const { dataFile, deleteFiles } of tasks) {
    for (const { file } of deleteFiles) {
      const paths = targets.get(fileKey(file));
      if (paths === undefined) targets.set(fileKey(file), new Set([dataFile.file.filePath]));
      else paths.add(dataFile.file.filePath);
    }
  }
  const dangling: ManifestEntry[] = [];
  for (const entry of deletes) if (!(await isNeeded(entry, targets, io))) dangling.push(entry);
  return dangling;
}

/** A position delete file of a whole partition may name none of the data files that are left there. */
async function isNeeded(
  { file }: ManifestEntry,
  targets: ReadonlyMap<string, ReadonlySet<string>>,
  io: TableIo,
): Promise<boolean> {
  const paths = targets.get(fileKey(file));
  if (paths === undefined) return false;
  if (file.content !== 'position-deletes' || file.referencedDataFile !== undefined) return true;
  for (const path of (await loadPositionDeletes(io, file)).keys()) if (paths.has(path)) return true;
  return false;
}
