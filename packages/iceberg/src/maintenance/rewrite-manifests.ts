import { IcebergError } from '../error.js';
import type { EntryToWrite } from '../manifest/manifest-codec.js';
import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';
import { readManifest, readManifestList, specOf } from '../scan/manifest-reader.js';
import type { Table } from '../table/table.js';
import type { ArrangedManifests, ArrangeManifests } from '../transaction/merge-manifests.js';
import { type ManifestContext, writeManifest } from '../transaction/prepare-manifests.js';
import { contentKey, type RewrittenManifests } from '../transaction/rewritten-manifests.js';
import { TableTransaction, type TransactionSource } from '../transaction/table-transaction.js';
import { branchHead } from '../transaction/target-branch.js';
import { compareValues } from '../type/compare-values.js';
import type { Value } from '../type/value.js';
import type { RewriteManifestsOptions, RewriteManifestsResult } from './maintenance-types.js';

const DEFAULT_TARGET_BYTES = 8 * 1024 * 1024;

/** See `Table.rewriteManifests`. */
export async function rewriteManifests(
  table: Table,
  source: TransactionSource,
  options: RewriteManifestsOptions = {},
): Promise<RewriteManifestsResult> {
  const fresh = await table.refresh({ signal: options.signal });
  const branch = options.branch === undefined ? {} : { branch: options.branch };
  const rewriter = new ManifestRewriter(fresh, options);
  const present = await readManifestList(source.io, branchHead(fresh, branch));
  if (rewriter.choose(present).length === 0)
    return { table: fresh, rewritten: 0, added: 0, snapshotId: null };
  const transaction = new TableTransaction(fresh, source, {
    ...branch,
    emptySnapshot: true,
    ...(options.summary === undefined ? {} : { summary: options.summary }),
    ...(options.check === undefined ? {} : { check: options.check }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.retries === undefined ? {} : { retries: options.retries }),
  });
  transaction.arrangeManifests(rewriter.arrange);
  const result = await transaction.commit();
  return {
    table: result.table,
    rewritten: rewriter.rewritten,
    added: rewriter.added,
    snapshotId: result.snapshotId,
  };
}

/** Manifests of one spec and one kind of content, which are written anew together. */
type Group = readonly ManifestFile[];

/** Writes manifests anew with their entries in the order of their partitions. */
class ManifestRewriter {
  readonly #options: RewriteManifestsOptions;
  readonly #targetBytes: number;
  /** What the first attempt chose, and the later ones keep to as long as all of it is still there. */
  #chosen: readonly Group[] | null = null;
  /** Entries of a group in the manifests they go to; emptied once these are written. */
  readonly #bins = new Map<string, EntryToWrite[][]>();
  rewritten = 0;
  added = 0;

  constructor(table: Table, options: RewriteManifestsOptions) {
    this.#options = options;
    const configured = Number(table.properties['commit.manifest.target-size-bytes']);
    this.#targetBytes = configured > 0 ? configured : DEFAULT_TARGET_BYTES;
    const known = table.metadata.partitionSpecs;
    const specIds = known.map(({ specId }) => specId);
    if (options.specId !== undefined && !specIds.includes(options.specId)) {
      throw new IcebergError(
        `The table at ${table.location} has no partition spec ${options.specId}; it has ${specIds.join(', ')}.`,
        { code: 'INVALID_ARGUMENT', context: { specId: options.specId, table: table.identifier } },
      );
    }
    const names = new Set(known.flatMap((spec) => spec.fields.map((field) => field.name)));
    for (const name of options.clusterBy ?? []) {
      if (names.has(name)) continue;
      throw new IcebergError(
        `Manifests cannot be clustered by "${name}": the partition fields are ${[...names].join(', ') || 'none'}.`,
        { code: 'INVALID_ARGUMENT', context: { clusterBy: name } },
      );
    }
  }

  /** Groups worth the work: one manifest of a fair size stays as it is. */
  choose(manifests: readonly ManifestFile[]): Group[] {
    const groups = new Map<string, ManifestFile[]>();
    for (const manifest of manifests) {
      if (this.#options.specId !== undefined && manifest.specId !== this.#options.specId) continue;
      const key = `${manifest.specId}:${manifest.content}`;
      groups.set(key, [...(groups.get(key) ?? []), manifest]);
    }
    return [...groups.values()].filter(
      (group) => group.length > 1 || Number(group[0]!.length) > 2 * this.#targetBytes,
    );
  }

  arrange: ArrangeManifests = async (manifests, context, cache) => {
    const present = new Map(manifests.map((manifest) => [manifest.path, manifest]));
    const stillThere = this.#chosen?.every((group) => group.every(({ path }) => present.has(path))) === true;
    this.#chosen = stillThere
      ? this.#chosen!.map((group) => group.map(({ path }) => present.get(path)!))
      : this.choose(manifests);
    const arranged: ArrangedManifests = { kept: [], rewritten: [] };
    for (const group of this.#chosen) {
      arranged.rewritten.push(...(await this.#rewrite(group, context, cache)));
      for (const { path } of group) present.delete(path);
    }
    arranged.kept.push(...present.values());
    this.rewritten = manifests.length - present.size;
    this.added = arranged.rewritten.length;
    return arranged;
  };

  async #rewrite(
    group: Group,
    context: ManifestContext,
    cache: RewrittenManifests,
  ): Promise<PreparedManifest[]> {
    const key = group.map(contentKey).join('\n');
    const bins = this.#bins.get(key) ?? (await this.#cluster(group, context));
    this.#bins.set(key, bins);
    const written: PreparedManifest[] = [];
    for (const [index, bin] of bins.entries())
      written.push(await cache.get(`${key}\n${index}`, () => writeManifest(bin.splice(0), context)));
    return written;
  }

  async #cluster(group: Group, { io, metadata }: ManifestContext): Promise<EntryToWrite[][]> {
    const entries: EntryToWrite[] = [];
    for (const manifest of group) {
      for (const entry of await readManifest(io, metadata, manifest))
        if (entry.status !== 'deleted') entries.push({ ...entry, status: 'existing' });
    }
    if (entries.length === 0) return [];
    const { fields } = specOf(metadata, group[0]!.specId);
    const wanted = this.#options.clusterBy?.map((name) => fields.findIndex((field) => field.name === name));
    const order = (wanted ?? [...fields.keys()]).filter((index) => index >= 0);
    entries.sort((left, right) => compareBy(order, left.file.partition, right.file.partition));
    const bytes = group.reduce((total, manifest) => total + Number(manifest.length), 0);
    const count = Math.min(entries.length, Math.ceil(bytes / this.#targetBytes));
    const size = Math.ceil(entries.length / count);
    return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
      entries.slice(index * size, (index + 1) * size),
    );
  }
}

function compareBy(
  order: readonly number[],
  left: readonly (Value | null)[],
  right: readonly (Value | null)[],
): number {
  for (const index of order) {
    const [a = null, b = null] = [left[index], right[index]];
    if (a === null || b === null) {
      if (a === b) continue;
      return a === null ? -1 : 1;
    }
    const compared = compareValues(a, b);
    if (compared !== 0) return compared;
  }
  return 0;
}
