import { order } from '../expression/evaluate.js';
import type { DataFile, ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { partitionKey } from '../partition/partition-key.js';
import { isUnpartitioned } from '../partition/partition-spec.js';
import { specOf } from '../scan/manifest-reader.js';
import { DELETE_FILE_PATH } from '../schema/metadata-columns.js';
import { decodeBound } from '../type/single-value.js';
import type { Value } from '../type/value.js';
import { isDeletionVector } from './deletion-vector.js';

/** Finds the delete files that apply to a data file (spec, "Scan Planning"). */
export class DeleteIndex {
  readonly #metadata: TableMetadata;
  /** Position deletes and deletion vectors of a single data file, by its path. */
  readonly #byPath = new Map<string, ManifestEntry[]>();
  readonly #byPartition = new Map<string, ManifestEntry[]>();
  /** Equality deletes of an unpartitioned spec apply to every partition. */
  readonly #global: ManifestEntry[] = [];

  constructor(metadata: TableMetadata, deletes: readonly ManifestEntry[]) {
    this.#metadata = metadata;
    for (const entry of deletes) {
      const { content, referencedDataFile, specId, partition } = entry.file;
      if (content === 'position-deletes' && referencedDataFile !== undefined)
        add(this.#byPath, referencedDataFile, entry);
      else if (content === 'equality-deletes' && isUnpartitioned(specOf(this.#metadata, specId)))
        this.#global.push(entry);
      else add(this.#byPartition, partitionKey(specId, partition), entry);
    }
  }

  deletesFor(data: ManifestEntry): ManifestEntry[] {
    if (this.#byPath.size === 0 && this.#byPartition.size === 0 && this.#global.length === 0) return [];
    const candidates = [
      ...(this.#byPath.get(data.file.filePath) ?? []),
      ...(this.#byPartition.get(partitionKey(data.file.specId, data.file.partition)) ?? []),
      ...this.#global,
    ];
    const applicable = candidates.filter((entry) => applies(entry, data));
    // A deletion vector holds all that earlier position deletes removed, so that these are not to be read.
    if (!applicable.some((entry) => isDeletionVector(entry.file))) return applicable;
    return applicable.filter(
      (entry) => entry.file.content !== 'position-deletes' || isDeletionVector(entry.file),
    );
  }
}

function add(index: Map<string, ManifestEntry[]>, key: string, entry: ManifestEntry): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [entry]);
  else list.push(entry);
}

function applies(entry: ManifestEntry, data: ManifestEntry): boolean {
  if (entry.file.content === 'equality-deletes') return entry.dataSequenceNumber > data.dataSequenceNumber;
  return entry.dataSequenceNumber >= data.dataSequenceNumber && mayNameFile(entry.file, data.file.filePath);
}

function mayNameFile(file: DataFile, path: string): boolean {
  if (file.referencedDataFile !== undefined) return file.referencedDataFile === path;
  const bound = (bytes: Uint8Array | undefined): Value | undefined =>
    bytes === undefined ? undefined : decodeBound('string', bytes);
  const lower = bound(file.lowerBounds?.get(DELETE_FILE_PATH.id));
  const upper = bound(file.upperBounds?.get(DELETE_FILE_PATH.id));
  if (lower !== undefined && order(lower, path) > 0) return false;
  return !(upper !== undefined && order(upper, path) < 0);
}
