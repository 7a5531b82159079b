import type { ManifestFile } from '../manifest/manifest-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import { manifestsOf, pathKey, statisticsFilesOf, visitLiveFiles } from './snapshot-files.js';

/** What kind of file a path names. */
type MaintainedFileKind =
  | 'dataFiles'
  | 'deleteFiles'
  | 'manifests'
  | 'manifestLists'
  | 'statisticsFiles'
  | 'metadataFiles';

export interface MaintainedFile {
  readonly path: string;
  readonly kind: MaintainedFileKind;
}

/** Files that one version of a table named and the newest does not. */
export interface UnreachableFiles {
  /** In the order in which they are best deleted: what is named before what names it. */
  readonly files: readonly MaintainedFile[];
  /** Files of expired snapshots that could not be read, so that what they name stays. */
  readonly unreadable: readonly string[];
}

/**
 * Finds the files that are reachable from `expired` snapshots and from no snapshot in `after`.
 *
 * Held in memory are the paths of the candidates: the files named by manifests that only expired snapshots have.
 * Manifests that retained snapshots have are read once, one by one, and strike out what they name; what cannot be read
 * of them is thrown, and then nothing is known to be unreachable. Files of expired snapshots may well be damaged.
 */
export async function unreachableFiles(request: {
  io: TableIo;
  before: TableMetadata;
  expired: readonly Snapshot[];
  after: TableMetadata;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}): Promise<UnreachableFiles> {
  const { io, before, expired, after, signal } = request;
  const unreadable: string[] = [];
  const retained = await manifestsOf(after.snapshots, { io, metadata: after, signal });
  const old = {
    io,
    metadata: before,
    signal,
    onUnreadable: (path: string): void => void unreadable.push(path),
  };
  const gone = new Map([...(await manifestsOf(expired, old))].filter(([key]) => !retained.has(key)));
  const total = gone.size + retained.size;
  let done = 0;
  const onManifest = (): void => request.onProgress?.({ done: ++done, total });

  const files = new Map<string, MaintainedFile>();
  const candidate = (path: string, manifest: ManifestFile): void => {
    files.set(pathKey(io, path), { path, kind: manifest.content === 'data' ? 'dataFiles' : 'deleteFiles' });
  };
  await visitLiveFiles(gone.values(), old, candidate, () => {
    onManifest();
    return true;
  });
  if (files.size > 0) {
    const strikeOut = (path: string): void => void files.delete(pathKey(io, path));
    await visitLiveFiles(retained.values(), { io, metadata: after, signal }, strikeOut, () => {
      onManifest();
      return files.size > 0;
    });
  }
  return {
    files: [...files.values(), ...metadataOnly(request, gone.values())],
    unreadable,
  };
}

/** Manifests, lists, statistics and metadata files; nothing has to be read for these. */
function metadataOnly(
  { io, before, expired, after }: Parameters<typeof unreachableFiles>[0],
  manifests: Iterable<ManifestFile>,
): MaintainedFile[] {
  const key = (path: string): string => pathKey(io, path);
  const lists = new Set(after.snapshots.map((snapshot) => key(snapshot.manifestList)));
  const statistics = new Set(statisticsFilesOf(after).map(key));
  return [
    ...Array.from(manifests, ({ path }): MaintainedFile => ({ path, kind: 'manifests' })),
    ...expired
      .map((snapshot) => snapshot.manifestList)
      .filter((path) => path !== '' && !lists.has(key(path)))
      .map((path): MaintainedFile => ({ path, kind: 'manifestLists' })),
    ...statisticsFilesOf(before)
      .filter((path) => !statistics.has(key(path)))
      .map((path): MaintainedFile => ({ path, kind: 'statisticsFiles' })),
  ];
}
