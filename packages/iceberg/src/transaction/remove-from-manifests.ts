import { fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { EntryToWrite } from '../manifest/manifest-codec.js';
import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';
import { readManifest } from '../scan/manifest-reader.js';
import { type ManifestContext, writeManifest } from './prepare-manifests.js';
import { contentKey, type RewrittenManifests } from './rewritten-manifests.js';

/** The manifests of a snapshot without some files. */
export interface ManifestsWithout {
  kept: ManifestFile[];
  /** With the removed files as `deleted`, which tells readers of changes what this snapshot removed. */
  rewritten: PreparedManifest[];
  /** Files that no manifest holds. */
  missing: ManifestEntry[];
}

/** Takes files out of manifests: those that hold one are written anew, all others stay as they are. */
export async function removeFromManifests(
  manifests: readonly ManifestFile[],
  removed: ReadonlyMap<string, ManifestEntry>,
  options: { snapshotId: bigint; context: ManifestContext; cache: RewrittenManifests },
): Promise<ManifestsWithout> {
  const missing = new Map(removed);
  const kept: ManifestFile[] = [];
  const rewritten: PreparedManifest[] = [];
  const { io, metadata } = options.context;
  for (const manifest of manifests) {
    if (![...missing.values()].some((entry) => mayHold(manifest, entry))) {
      kept.push(manifest);
      continue;
    }
    const entries = (await readManifest(io, metadata, manifest)).filter(({ status }) => status !== 'deleted');
    const found = entries.map(({ file }) => fileKey(file)).filter((key) => missing.has(key));
    if (found.length === 0) {
      kept.push(manifest);
      continue;
    }
    for (const key of found) missing.delete(key);
    const without = async (): Promise<PreparedManifest> =>
      writeManifest(
        entries.map((entry) => entryWithout(entry, removed, options.snapshotId)),
        options.context,
      );
    rewritten.push(await options.cache.get([contentKey(manifest), ...found].join('\n'), without));
  }
  return { kept, rewritten, missing: [...missing.values()] };
}

/** Sequence numbers bound what a manifest can hold; so most need not be read. */
function mayHold(manifest: ManifestFile, { file, dataSequenceNumber }: ManifestEntry): boolean {
  return (
    manifest.specId === file.specId &&
    (manifest.content === 'data') === (file.content === 'data') &&
    manifest.minSequenceNumber <= dataSequenceNumber &&
    dataSequenceNumber <= manifest.sequenceNumber
  );
}

function entryWithout(
  entry: ManifestEntry,
  removed: ReadonlyMap<string, ManifestEntry>,
  snapshotId: bigint,
): EntryToWrite {
  if (!removed.has(fileKey(entry.file))) return { ...entry, status: 'existing' };
  return { ...entry, status: 'deleted', snapshotId };
}
