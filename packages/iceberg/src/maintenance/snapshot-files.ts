import pLimit from 'p-limit';
import { throwIfAborted } from '../error.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { readManifest, readManifestList } from '../scan/manifest-reader.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';

const LIST_CONCURRENCY = 8;
/** Decoded entries take far more memory than a manifest does as a file. */
const MANIFEST_CONCURRENCY = 2;

/** What the metadata files of snapshots are read with. */
export interface SnapshotReader {
  readonly io: TableIo;
  readonly metadata: TableMetadata;
  readonly signal?: AbortSignal | undefined;
  /** Called with a file that cannot be read, which is then passed over; without it the error is thrown. */
  readonly onUnreadable?: (path: string, error: unknown) => void;
}

/** The manifests of snapshots, each once however many snapshots share it, by the file they really are. */
export async function manifestsOf(
  snapshots: readonly Snapshot[],
  reader: SnapshotReader,
): Promise<Map<string, ManifestFile>> {
  const found = new Map<string, ManifestFile>();
  const limit = pLimit(LIST_CONCURRENCY);
  await Promise.all(
    snapshots.map((snapshot) =>
      limit(async () => {
        throwIfAborted(reader.signal);
        const list = await readOrReport(snapshot.manifestList, reader, () =>
          readManifestList(reader.io, snapshot),
        );
        for (const manifest of list ?? []) found.set(pathKey(reader.io, manifest.path), manifest);
      }),
    ),
  );
  return found;
}

/** Calls `visit` with every live file that manifests name, and `goOn` after each manifest: `false` ends the work. */
export async function visitLiveFiles(
  manifests: Iterable<ManifestFile>,
  reader: SnapshotReader,
  visit: (path: string, manifest: ManifestFile) => void,
  goOn: () => boolean = () => true,
): Promise<void> {
  const limit = pLimit(MANIFEST_CONCURRENCY);
  let going = true;
  await Promise.all(
    Array.from(manifests, (manifest) =>
      limit(async () => {
        if (!going) return;
        throwIfAborted(reader.signal);
        const entries = await readOrReport(manifest.path, reader, () =>
          readManifest(reader.io, reader.metadata, manifest),
        );
        for (const entry of entries ?? [])
          if (entry.status !== 'deleted') visit(entry.file.filePath, manifest);
        going &&= goOn();
      }),
    ),
  );
}

/** Files of table and partition statistics that metadata names. */
export function statisticsFilesOf(metadata: TableMetadata): string[] {
  return [...metadata.statistics, ...metadata.partitionStatistics].map((file) => file.statisticsPath);
}

/**
 * A text that is the same for every spelling of one file's path: `s3a:` for `s3:`, with or without `file:`, the place
 * a table was created at for the one it is at now. Two files may share a text (slashes are folded), and are then both
 * kept for the sake of either.
 */
export function pathKey(io: TableIo, path: string): string {
  return foldPath(resolvedOrPlain(io, path));
}

function resolvedOrPlain(io: TableIo, path: string): string {
  try {
    return io.resolve(path);
  } catch {
    return path.replace(/^file:(\/\/(localhost)?)?(?=\/)/, '');
  }
}

export function foldPath(path: string): string {
  return path
    .replace(/^s3[an]:/, 's3:')
    .replace(/(?<!:)\/{2,}/g, '/')
    .normalize('NFC');
}

async function readOrReport<Result>(
  path: string,
  reader: SnapshotReader,
  read: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await read();
  } catch (error) {
    throwIfAborted(reader.signal);
    if (reader.onUnreadable === undefined) throw error;
    reader.onUnreadable(path, error);
    return null;
  }
}
