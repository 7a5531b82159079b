import { order } from '../expression/evaluate.js';
import type { DataFile, ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { partitionKey } from '../partition/partition-key.js';
import { specOf } from '../scan/manifest-reader.js';
import { DELETE_FILE_PATH } from '../schema/metadata-columns.js';
import { decodeSingleValue } from '../type/single-value.js';

/** Finds the delete files that apply to a data file (spec, "Scan Planning"). */
export class DeleteIndex {
  readonly #metadata: TableMetadata;
  readonly #byPartition = new Map<string, ManifestEntry[]>();
  /** Equality deletes of an unpartitioned spec apply to every partition. */
  readonly #global: ManifestEntry[] = [];

  constructor(metadata: TableMetadata, deletes: readonly ManifestEntry[]) {
    this.#metadata = metadata;
    for (const entry of deletes) {
      const isGlobal =
        entry.file.content === 'equality-deletes' &&
        specOf(this.#metadata, entry.file.specId).fields.length === 0;
      if (isGlobal) {
        this.#global.push(entry);
        continue;
      }
      const key = partitionKey(entry.file.specId, entry.file.partition);
      const list = this.#byPartition.get(key);
      if (list === undefined) this.#byPartition.set(key, [entry]);
      else list.push(entry);
    }
  }

  deletesFor(data: ManifestEntry): ManifestEntry[] {
    if (this.#byPartition.size === 0 && this.#global.length === 0) return [];
    const candidates = [
      ...(this.#byPartition.get(partitionKey(data.file.specId, data.file.partition)) ?? []),
      ...this.#global,
    ];
    return candidates.filter((entry) => applies(entry, data));
  }
}

function applies(entry: ManifestEntry, data: ManifestEntry): boolean {
  if (entry.file.content === 'equality-deletes') return entry.dataSequenceNumber > data.dataSequenceNumber;
  return entry.dataSequenceNumber >= data.dataSequenceNumber && mayNameFile(entry.file, data.file.filePath);
}

function mayNameFile(file: DataFile, path: string): boolean {
  if (file.referencedDataFile !== undefined) return file.referencedDataFile === path;
  const lower = file.lowerBounds?.get(DELETE_FILE_PATH.id);
  const upper = file.upperBounds?.get(DELETE_FILE_PATH.id);
  if (lower !== undefined && order(decodeSingleValue('string', lower), path) > 0) return false;
  return !(upper !== undefined && order(decodeSingleValue('string', upper), path) < 0);
}
