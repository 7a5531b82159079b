import pLimit from 'p-limit';
import { DeleteIndex } from '../delete/delete-index.js';
import { throwIfAborted } from '../error.js';
import { type BoundExpression, nanFields, referencedFields } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import type { Expression } from '../expression/expression.js';
import { projectToPartition } from '../expression/project.js';
import { rebindExpression } from '../expression/rebind.js';
import { type DataFile, fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import { fileMightMatch, manifestMightMatch } from './file-statistics.js';
import {
  newestSchemas,
  partitionFieldsOf,
  readManifest,
  readManifestList,
  readMatchingEntries,
} from './manifest-reader.js';
import type { FileScanTask } from './scan-types.js';

/** Manifests read and decoded at a time. */
const MANIFESTS_AT_ONCE = 8;

/** Files of a transaction that is not committed; removed ones are named by {@link fileKey}. */
export interface PendingFiles {
  data: readonly ManifestEntry[];
  deletes: readonly ManifestEntry[];
  removed: ReadonlySet<string>;
}

/** What to plan. */
export interface ScanPlanRequest {
  io: TableIo;
  metadata: TableMetadata;
  snapshot: Snapshot | null;
  filter: BoundExpression;
  residual: Expression;
  afterSequenceNumber?: bigint;
  /** Paths of the only data files that are wanted. */
  files?: ReadonlySet<string>;
  /** What a transaction has written or removed but not committed. */
  pending?: PendingFiles;
  signal?: AbortSignal | undefined;
}

/** Chooses the data files of a snapshot that may hold matching rows, with the delete files that apply to each. */
export async function planScan(request: ScanPlanRequest): Promise<FileScanTask[]> {
  const manifests = await readManifestList(request.io, request.snapshot);
  const planner = new PartitionPlanner(request.metadata, request.filter);
  const after = request.afterSequenceNumber ?? -1n;
  const { files } = request;
  const removed = request.pending?.removed.size === 0 ? undefined : request.pending?.removed;
  const data: ManifestEntry[] = [];
  const deletes: ManifestEntry[] = [];
  const wanted = manifests.filter(
    (manifest) =>
      (manifest.content !== 'data' || manifest.sequenceNumber > after) &&
      planner.manifestMightMatch(manifest),
  );
  const limit = pLimit(MANIFESTS_AT_ONCE);
  const read = await Promise.all(
    wanted.map((manifest) =>
      limit(() => {
        throwIfAborted(request.signal);
        return planner.liveEntries(request.io, manifest);
      }),
    ),
  );
  for (const [index, entries] of read.entries()) {
    for (const entry of entries) {
      if (removed?.has(fileKey(entry.file))) continue;
      if (wanted[index]!.content === 'deletes') deletes.push(entry);
      else if (entry.dataSequenceNumber > after && files?.has(entry.file.filePath) !== false)
        data.push(entry);
    }
  }
  const { pending } = request;
  if (pending !== undefined) {
    data.push(...pending.data);
    deletes.push(...pending.deletes);
  }
  const index = new DeleteIndex(request.metadata, deletes);
  return data.map((dataFile) => ({
    dataFile,
    deleteFiles: index.deletesFor(dataFile),
    residual: request.residual,
  }));
}

/** A filter as the files of one partition spec see it. */
interface Projection {
  readonly fields: readonly ResolvedPartitionField[];
  readonly projected: BoundExpression;
  readonly matches: (partition: DataFile['partition']) => boolean;
}

/**
 * Evaluates a filter against partitions and statistics, projecting it once per spec. The filter may be bound to an older
 * schema than the table's current one, by whose types partition values are decoded: that of a snapshot, or of the
 * version that a transaction began on.
 */
export class PartitionPlanner {
  readonly #metadata: TableMetadata;
  readonly #filter: BoundExpression;
  readonly #fieldIds: readonly number[];
  readonly #nanFieldIds: readonly number[];
  readonly #projections = new Map<number, Projection>();

  constructor(metadata: TableMetadata, filter: BoundExpression) {
    this.#metadata = metadata;
    this.#filter = rebindExpression(filter, newestSchemas(metadata));
    this.#fieldIds = [...referencedFields(filter)];
    this.#nanFieldIds = [...nanFields(filter)];
  }

  manifestMightMatch(manifest: ManifestFile): boolean {
    const { fields, projected } = this.#projection(manifest.specId);
    // Equality deletes of an unpartitioned spec concern all data, and with no fields nothing is projected.
    return manifestMightMatch(manifest, fields, projected);
  }

  /** Entries of a manifest that are not deleted: delete files all, data files only those that may match. */
  async liveEntries(io: TableIo, manifest: ManifestFile): Promise<ManifestEntry[]> {
    if (manifest.content === 'data' && this.#filter.op !== 'true') {
      return readMatchingEntries(io, this.#metadata, manifest, {
        fieldIds: this.#fieldIds,
        nanFieldIds: this.#nanFieldIds,
        partitionMatches: (file) => this.partitionMightMatch(file),
        matches: (file) => fileMightMatch(file, this.#filter),
      });
    }
    return (await readManifest(io, this.#metadata, manifest)).filter((entry) => entry.status !== 'deleted');
  }

  fileMightMatch({ file }: ManifestEntry): boolean {
    return this.partitionMightMatch(file) && fileMightMatch(file, this.#filter);
  }

  /** Whether a file's partition may hold matching rows, whatever its statistics say. */
  partitionMightMatch(file: Pick<DataFile, 'specId' | 'partition'>): boolean {
    return this.#projection(file.specId).matches(file.partition);
  }

  #projection(specId: number): Projection {
    let projection = this.#projections.get(specId);
    if (projection === undefined) {
      const fields = partitionFieldsOf(this.#metadata, specId);
      const projected = projectToPartition(this.#filter, fields);
      projection = { fields, projected, matches: partitionTest(fields, projected) };
      this.#projections.set(specId, projection);
    }
    return projection;
  }
}

function partitionTest(
  fields: readonly ResolvedPartitionField[],
  projected: BoundExpression,
): (partition: DataFile['partition']) => boolean {
  let values: DataFile['partition'] = [];
  const test = compileExpression(projected, (term) => {
    const at = fields.findIndex((field) => field.fieldId === term.fieldId);
    return () => values[at] ?? null;
  });
  return (partition) => {
    values = partition;
    return test(0);
  };
}
