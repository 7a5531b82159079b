import type { EntryToWrite } from '../manifest/manifest-codec.js';
import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';
import { readManifest } from '../scan/manifest-reader.js';
import { type ManifestContext, writeManifest } from './prepare-manifests.js';

const DEFAULT_MIN_COUNT = 100;
const DEFAULT_TARGET_BYTES = 8 * 1024 * 1024;

/** The manifests a snapshot keeps: those left as they are, and those rewritten as one. */
export interface MergedManifests {
  kept: ManifestFile[];
  merged: PreparedManifest[];
}

/** Merges of one commit, kept for its next attempt. */
export class MergeCache {
  readonly #merges = new Map<string, PreparedManifest>();
  readonly #used = new Set<string>();

  /** Begins an attempt: merges not asked for again are unused. */
  begin(): void {
    this.#used.clear();
  }

  get(key: string): PreparedManifest | undefined {
    const found = this.#merges.get(key);
    if (found !== undefined) this.#used.add(found.path);
    return found;
  }

  set(key: string, merged: PreparedManifest): void {
    this.#merges.set(key, merged);
    this.#used.add(merged.path);
  }

  /** Merges that earlier attempts wrote and the last one had no use for. */
  unused(): string[] {
    return Array.from(this.#merges.values(), (merged) => merged.path).filter((path) => !this.#used.has(path));
  }
}

/**
 * Rewrites small manifests as one, once a table has gathered `commit.manifest.min-count-to-merge` of them (default
 * 100), so that many small commits do not make every read slower. `cache` keeps a merge for the next attempt.
 */
export async function mergeManifests(
  manifests: readonly ManifestFile[],
  context: ManifestContext,
  cache: MergeCache,
): Promise<MergedManifests> {
  cache.begin();
  const { properties } = context.metadata;
  const kept: ManifestFile[] = [];
  const merged: PreparedManifest[] = [];
  if (properties['commit.manifest-merge.enabled'] === 'false') return { kept: [...manifests], merged };
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
      else merged.push(await mergeOne(bin, context, cache));
    }
  }
  return { kept, merged };
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
  cache: MergeCache,
): Promise<PreparedManifest> {
  const key = bin.map((manifest) => manifest.path).join('\n');
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const entries: EntryToWrite[] = [];
  for (const manifest of bin) {
    for (const entry of await readManifest(context.io, context.metadata, manifest)) {
      if (entry.status !== 'deleted') entries.push({ ...entry, status: 'existing' });
    }
  }
  const merged = await writeManifest(entries, context);
  cache.set(key, merged);
  return merged;
}
