import type { EntryToWrite } from '../manifest/manifest-codec.js';
import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';
import { readManifest } from '../scan/manifest-reader.js';
import { type ManifestContext, writeManifest } from './prepare-manifests.js';
import { contentKey, type RewrittenManifests } from './rewritten-manifests.js';

const DEFAULT_MIN_COUNT = 100;
const DEFAULT_TARGET_BYTES = 8 * 1024 * 1024;

/** The manifests a snapshot keeps: those left as they are, and those written anew with the entries of others. */
export interface ArrangedManifests {
  kept: ManifestFile[];
  rewritten: PreparedManifest[];
}

/**
 * Puts the manifests that a snapshot takes over together in another way, every live entry kept as `existing`. Called
 * once per attempt; `cache` keeps what was written for the next one.
 */
export type ArrangeManifests = (
  manifests: readonly ManifestFile[],
  context: ManifestContext,
  cache: RewrittenManifests,
) => Promise<ArrangedManifests>;

/**
 * Rewrites small manifests as one, once a table has gathered `commit.manifest.min-count-to-merge` of them (default
 * 100), so that many small commits do not make every read slower. `cache` keeps a merge for the next attempt.
 */
export async function mergeManifests(
  manifests: readonly ManifestFile[],
  context: ManifestContext,
  cache: RewrittenManifests,
): Promise<ArrangedManifests> {
  const { properties } = context.metadata;
  const kept: ManifestFile[] = [];
  const rewritten: PreparedManifest[] = [];
  if (properties['commit.manifest-merge.enabled'] === 'false') return { kept: [...manifests], rewritten };
  const minCount = positiveOr(properties['commit.manifest.min-count-to-merge'], DEFAULT_MIN_COUNT);
  const targetBytes = positiveOr(properties['commit.manifest.target-size-bytes'], DEFAULT_TARGET_BYTES);
  for (const group of groupByKind(manifests)) {
    const small = group.filter((manifest) => Number(manifest.length) < targetBytes);
    if (small.length < minCount) {
      kept.push(...group);
      continue;
    }
    kept.push(...group.filter((manifest) => !small.includes(manifest)));
    for (const bin of packBins(small, targetBytes)) {
      if (bin.length === 1) kept.push(bin[0]!);
      else rewritten.push(await mergeOne(bin, context, cache));
    }
  }
  return { kept, rewritten };
}

function positiveOr(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return value > 0 ? value : fallback;
}

function groupByKind(manifests: readonly ManifestFile[]): ManifestFile[][] {
  const groups = new Map<string, ManifestFile[]>();
  for (const manifest of manifests) {
    const key = `${manifest.specId}:${manifest.content}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [manifest]);
    else group.push(manifest);
  }
  return [...groups.values()];
}

function packBins(manifests: readonly ManifestFile[], targetBytes: number): ManifestFile[][] {
  const bins: ManifestFile[][] = [];
  let room = 0;
  for (const manifest of manifests) {
    const bytes = Number(manifest.length);
    if (bins.length === 0 || bytes > room) {
      bins.push([]);
      room = targetBytes;
    }
    bins.at(-1)!.push(manifest);
    room -= bytes;
  }
  return bins;
}

async function mergeOne(
  bin: readonly ManifestFile[],
  context: ManifestContext,
  cache: RewrittenManifests,
): Promise<PreparedManifest> {
  return cache.get(bin.map(contentKey).join('\n'), async () => {
    const entries: EntryToWrite[] = [];
    for (const manifest of bin) {
      for (const entry of await readManifest(context.io, context.metadata, manifest)) {
        if (entry.status !== 'deleted') entries.push({ ...entry, status: 'existing' });
      }
    }
    return writeManifest(entries, context);
  });
}
