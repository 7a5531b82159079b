import { hintFile } from '../catalog/folder/version-files.js';
import { IcebergError, throwIfAborted } from '../error.js';
import type { StoredFile } from '../storage/storage.js';
import type { Table } from '../table/table.js';
import type { TableIo } from '../table/table-io.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import { deleteFiles } from './delete-files.js';
import { millisecondsOf, refuseWithoutGarbageCollection } from './maintenance-options.js';
import type { OrphanOptions, OrphanResult } from './maintenance-types.js';
import { NestedTables } from './nested-tables.js';
import { foldPath, manifestsOf, statisticsFilesOf, visitLiveFiles } from './snapshot-files.js';

const HOUR_MS = 60 * 60 * 1000;
const DEFAULT_AGE_MS = 3 * 24 * HOUR_MS;
/** How a folder storage calls a file that it is still writing. */
const UNFINISHED = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** See `Table.removeOrphanFiles`. */
export async function removeOrphanFiles(
  table: Table,
  source: TransactionSource,
  options: OrphanOptions = {},
): Promise<OrphanResult> {
  const { dryRun = false, signal, onProgress } = options;
  refuseWithoutGarbageCollection(table, 'no files are removed');
  const now = source.runtime.now();
  const orphans = new OrphanCandidates(source.io, { now, olderThan: ageLimit(options, now) });
  await orphans.list(folderOf(source.io, options.location), signal);
  // Read after the listing, and once more when that is done: a commit in between may have named files that were listed.
  const fresh = await refreshed(table, signal);
  await orphans.strikeOut(fresh, options);
  const newest = await refreshed(table, signal);
  if (newest.metadataLocation !== fresh.metadataLocation) await orphans.strikeOut(newest, options);
  const found = orphans.found();
  const total = found.length;
  if (dryRun) return { orphans: found, deleted: 0, bytes: bytesOf(found), failed: [] };
  const { failed } = await deleteFiles(
    (paths) => source.io.storage.delete(paths),
    found.map((file) => file.path),
    {
      maxConcurrency: options.maxConcurrency,
      signal,
      onProgress: (done) => onProgress?.({ phase: 'deleting', done, total }),
    },
  );
  const lost = new Set(failed);
  const deleted = found.filter((file) => !lost.has(file.path));
  return { orphans: found, deleted: deleted.length, bytes: bytesOf(deleted), failed };
}

/** Old files of a table's folder, of which those that are needed are struck out. Keys are paths below the folder. */
class OrphanCandidates {
  readonly #io: TableIo;
  readonly #root: string;
  readonly #now: number;
  readonly #olderThan: number;
  readonly #files = new Map<string, StoredFile>();
  readonly #seenManifests = new Set<string>();

  constructor(io: TableIo, options: { now: number; olderThan: number }) {
    this.#io = io;
    this.#root = `${foldPath(io.root)}/`;
    this.#now = options.now;
    this.#olderThan = options.olderThan;
  }

  /** The whole table is listed even where only one folder is asked for: it shows where other tables are. */
  async list(folder: string, signal: AbortSignal | undefined): Promise<void> {
    const nested = new NestedTables();
    for await (const file of this.#io.storage.list(this.#io.root)) {
      throwIfAborted(signal);
      const relative = this.#below(file.path);
      if (relative === null) continue;
      nested.see(relative);
      if (relative.startsWith(folder) && this.#isOld(file) && !isHidden(relative))
        this.#files.set(relative, file);
    }
    for (const relative of this.#files.keys()) if (nested.owns(relative)) this.#files.delete(relative);
    await this.#keepVersions();
  }

  /** Strikes out all that a version of the table names. What cannot be read ends the work before anything is deleted. */
  async strikeOut(table: Table, { signal, onProgress }: OrphanOptions): Promise<void> {
    const { metadata, metadataLocation } = table;
    const reader = { io: this.#io, metadata, signal };
    for (const path of [
      metadataLocation,
      ...metadata.metadataLog.map((entry) => entry.metadataFile),
      ...metadata.snapshots.map((snapshot) => snapshot.manifestList),
      ...statisticsFilesOf(metadata),
    ])
      this.#keep(path);
    const manifests = [...(await manifestsOf(metadata.snapshots, reader))].filter(
      ([key]) => !this.#seenManifests.has(key),
    );
    let done = 0;
    await visitLiveFiles(
      manifests.map(([, manifest]) => manifest),
      reader,
      (path) => this.#keep(path),
      () => {
        onProgress?.({ phase: 'reading', done: ++done, total: manifests.length });
        return true;
      },
    );
    for (const [key, manifest] of manifests) {
      this.#keep(manifest.path);
      this.#seenManifests.add(key);
    }
  }

  found(): StoredFile[] {
    return [...this.#files.values()];
  }

  #isOld(file: StoredFile): boolean {
    const limit = UNFINISHED.test(file.path)
      ? Math.min(this.#olderThan, this.#now - HOUR_MS)
      : this.#olderThan;
    // A storage that does not know a file's time gives 0.
    return file.lastModified > 0 && file.lastModified < limit;
  }

  /** Path below the table's folder, or `null`. */
  #below(path: string): string | null {
    const folded = foldPath(path);
    return folded.startsWith(this.#root) ? folded.slice(this.#root.length) : null;
  }

  /**
   * A path that does not lead into the table's folder is kept by its end: under another scheme, host or mount it may
   * well be a file that was listed.
   */
  #keep(path: string): void {
    const relative = this.#resolved(path);
    if (relative !== null) {
      this.#files.delete(relative);
      return;
    }
    const folded = foldPath(path);
    this.#files.delete(folded);
    for (let slash = folded.indexOf('/'); slash !== -1; slash = folded.indexOf('/', slash + 1))
      this.#files.delete(folded.slice(slash + 1));
  }

  #resolved(path: string): string | null {
    try {
      return this.#below(this.#io.resolve(path));
    } catch {
      return null;
    }
  }

  /** Readers look for the newest version from the hint upwards, so that no version from there on may be missing. */
  async #keepVersions(): Promise<void> {
    this.#files.delete('metadata/version-hint.text');
    const hint = await this.#io.storage.read(hintFile(this.#io.root)).catch(notThere);
    if (hint === null) return;
    const first = Number(new TextDecoder().decode(hint).trim());
    for (const relative of this.#files.keys()) {
      const version = /^metadata\/v(\d+)(?:\.gz)?\.metadata\.json(?:\.gz)?$/.exec(relative)?.[1];
      if (version !== undefined && !(Number(version) < first)) this.#files.delete(relative);
    }
  }
}

function notThere(error: unknown): null {
  if (error instanceof IcebergError && error.code === 'FILE_NOT_FOUND') return null;
  throw error;
}

/** Files of other tools: checksums, markers, logs. A partition folder, `_day=2026-11-23`, is none of them. */
function isHidden(relative: string): boolean {
  return relative
    .split('/')
    .some((name) => name.startsWith('.') || (name.startsWith('_') && !name.includes('=')));
}

async function refreshed(table: Table, signal: AbortSignal | undefined): Promise<Table> {
  const fresh = await table.refresh({ signal });
  if (fresh.uuid === table.uuid && fresh.location === table.location) return fresh;
  throw new IcebergError(
    `The table at ${table.location} was moved, or dropped and created again, while its files were looked through. Nothing was deleted; begin again on the newest table.`,
    { code: 'COMMIT_CONFLICT', retryable: true, context: { table: table.identifier } },
  );
}

function ageLimit({ olderThan, force = false }: OrphanOptions, now: number): number {
  if (olderThan === undefined) return now - DEFAULT_AGE_MS;
  const limit = millisecondsOf('olderThan', olderThan);
  if (force || limit <= now - HOUR_MS) return limit;
  throw new IcebergError(
    `Files that are less than an hour old may belong to a commit under way: olderThan is ${new Date(limit).toISOString()}, now is ${new Date(now).toISOString()}. Choose an earlier time, or set force where nobody else writes.`,
    { code: 'INVALID_ARGUMENT', context: { olderThan: limit, now } },
  );
}

/** The folder to look through, relative to the table's, with a slash at its end; empty for all. Throws `LOCATION_OUTSIDE_TABLE`. */
function folderOf(io: TableIo, location: string | undefined): string {
  if (location === undefined) return '';
  const root = `${foldPath(io.root)}/`;
  const inside = resolvedFolder(io, location);
  if (inside?.startsWith(root)) return inside.slice(root.length);
  throw new IcebergError(`The folder ${location} is not below the table's, ${io.root}.`, {
    code: 'LOCATION_OUTSIDE_TABLE',
    context: { location, root: io.root },
  });
}

/** With a slash at its end; `null` where files of that place may not be read. */
function resolvedFolder(io: TableIo, location: string): string | null {
  try {
    return foldPath(io.resolve(`${location.replace(/\/+$/, '')}/any`)).slice(0, -'any'.length);
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'LOCATION_OUTSIDE_TABLE') return null;
    throw error;
  }
}

function bytesOf(files: readonly StoredFile[]): number {
  return files.reduce((total, file) => total + file.size, 0);
}
