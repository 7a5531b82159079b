import type { RecordBatch } from 'apache-arrow';
import { EqualityDeleteWriter, requirePartitionColumns } from '../delete/write-equality-deletes.js';
import type { DataFile } from '../manifest/data-file.js';
import { isUnpartitioned } from '../partition/partition-spec.js';
import { partitionFieldsOf, readManifestList, specOf } from '../scan/manifest-reader.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { type ChangeContext, writeFiles } from './change-context.js';
import { branchHead } from './target-branch.js';

/**
 * Equality deletes of one set of keys. They concern the rows of their own partition, so they are written under every
 * partition spec that live data files have, or, where one of these is unpartitioned, under that one for all.
 */
export class EqualityDeletion {
  readonly #context: ChangeContext;
  readonly #columns: readonly NestedField[];
  /** `null` where the deletes concern the whole table. */
  readonly #covered: ReadonlySet<number> | null;
  readonly #writers: readonly EqualityDeleteWriter[];
  #files: readonly DataFile[] = [];

  private constructor(
    context: ChangeContext,
    columns: readonly NestedField[],
    specIds: readonly number[],
    covered: ReadonlySet<number> | null,
  ) {
    const { table, io, ledger } = context;
    this.#context = context;
    this.#columns = columns;
    this.#covered = covered;
    this.#writers = specIds.map(
      (specId) =>
        new EqualityDeleteWriter({
          io,
          columns,
          specId,
          partition: partitionFieldsOf(table.metadata, specId),
          properties: table.properties,
          uniqueName: ledger.uniqueName,
          onFile: ledger.record,
        }),
    );
  }

  /** Throws `INVALID_ARGUMENT` where a column that rows are partitioned by is not in the key. */
  static async open(context: ChangeContext, columns: readonly NestedField[]): Promise<EqualityDeletion> {
    const { table, io, changes, options } = context;
    const { metadata } = table;
    const used = await specsInUse(io, branchHead(table, options));
    const specIds = used.size === 0 ? [metadata.defaultSpecId] : [...used];
    const global = specIds.find((specId) => isUnpartitioned(specOf(metadata, specId)));
    if (global !== undefined) return new EqualityDeletion(context, columns, [global], null);
    for (const specId of specIds)
      requirePartitionColumns(changes.schema, columns, partitionFieldsOf(metadata, specId));
    return new EqualityDeletion(context, columns, specIds, new Set(specIds));
  }

  async write(keys: RecordBatch): Promise<void> {
    for (const writer of this.#writers) await writer.write(keys);
  }

  /** Runs what writes the keys; where it fails, no file is left. */
  async fill<Result>(work: () => Promise<Result>): Promise<Result> {
    let result: Result | undefined;
    this.#files = await writeFiles(this.#context, this, async () => {
      result = await work();
    });
    return result as Result;
  }

  /** Makes the files part of the changes. */
  apply(): void {
    const { deleteFiles, equalityScopes } = this.#context.changes;
    deleteFiles.push(...this.#files);
    if (this.#covered !== null)
      equalityScopes.push({ columns: this.#columns.map(({ name }) => name), specIds: this.#covered });
  }

  async close(): Promise<DataFile[]> {
    const files: DataFile[] = [];
    for (const writer of this.#writers) files.push(...(await writer.close()));
    return files;
  }

  async abort(): Promise<void> {
    for (const writer of this.#writers) await writer.abort();
  }
}

/** Ids of the partition specs that live data files of a snapshot have. */
export async function specsInUse(io: TableIo, snapshot: Snapshot | null): Promise<Set<number>> {
  const manifests = await readManifestList(io, snapshot);
  return new Set(
    manifests
      .filter(({ content, addedFilesCount, existingFilesCount, deletedFilesCount }) => {
        // Version 1 lists need not count files.
        const counted = addedFilesCount + existingFilesCount + deletedFilesCount > 0;
        return content === 'data' && (!counted || addedFilesCount + existingFilesCount > 0);
      })
      .map(({ specId }) => specId),
  );
}
