import { DeleteIndex } from '../delete/delete-index.js';
import { throwIfAborted } from '../error.js';
import type { BoundExpression } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import type { Expression } from '../expression/expression.js';
import { projectToPartition } from '../expression/project.js';
import { type DataFile, fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import { fileMightMatch, manifestMightMatch } from './file-statistics.js';
import { partitionFieldsOf, readManifest, readManifestList } from './manifest-reader.js';
import type { FileScanTask } from './scan-types.js';

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
  /** What a transaction has written or removed but not committed. */
  pending?: PendingFiles;
  signal?: AbortSignal;
}

/** Chooses the data files of a snapshot that may hold matching rows, with the delete files that apply to each. */
export async function planScan(request: ScanPlanRequest): Promise<FileScanTask[]> {
  const manifests = await readManifestList(request.io, request.snapshot);
  const planner = new PartitionPlanner(request.metadata, request.filter);
  const after = request.afterSequenceNumber ?? -1n;
  const removed = request.pending?.removed.size === 0 ? undefined : request.pending?.removed;
  const data: ManifestEntry[] = [];
  const deletes: ManifestEntry[] = [];
  for (const manifest of manifests) {
    throwIfAborted(request.signal);
    if (manifest.content === 'data' && manifest.sequenceNumber <= after) continue;
    if (!planner.manifestMightMatch(manifest)) continue;
    for (const entry of await readManifest(request.io, request.metadata, manifest)) {
      if (entry.status === 'deleted') continue;
      if (removed?.has(fileKey(entry.file))) continue;
      if (manifest.content === 'deletes') deletes.push(entry);
      else if (entry.dataSequenceNumber > after && planner.fileMightMatch(entry)) data.push(entry);
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

/** Evaluates a filter against partitions and statistics, projecting it once per spec. */
export class PartitionPlanner {
  readonly #metadata: TableMetadata;
  readonly #filter: BoundExpression;
  readonly #projections = new Map<number, { fields: ResolvedPartitionField[]; projected: BoundExpression }>();

  constructor(metadata: TableMetadata, filter: BoundExpression) {
    this.#metadata = metadata;
    this.#filter = filter;
  }

  manifestMightMatch(manifest: ManifestFile): boolean {
    const { fields, projected } = this.#projection(manifest.specId);
    // Equality deletes of an unpartitioned spec concern all data, and with no fields nothing is projected.
    return manifestMightMatch(manifest, fields, projected);
  }

  fileMightMatch({ file }: ManifestEntry): boolean {
    return this.partitionMightMatch(file) && fileMightMatch(file, this.#filter);
  }

  /** Whether a file's partition may hold matching rows, whatever its statistics say. */
  partitionMightMatch(file: DataFile): boolean {
    const { fields, projected } = this.#projection(file.specId);
    const test = compileExpression(projected, (term) => {
      const value = file.partition[fields.findIndex((field) => field.fieldId === term.fieldId)] ?? null;
      return () => value;
    });
    return test(0);
  }

  #projection(specId: number): { fields: ResolvedPartitionField[]; projected: BoundExpression } {
    let projection = this.#projections.get(specId);
    if (projection === undefined) {
      const fields = partitionFieldsOf(this.#metadata, specId);
      projection = { fields, projected: projectToPartition(this.#filter, fields) };
      this.#projections.set(specId, projection);
    }
    return projection;
  }
}
