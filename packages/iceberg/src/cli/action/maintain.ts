import type { IcebergErrorCode } from '../../error.js';
import type { MaintenanceProgress } from '../../maintenance/maintenance-types.js';
import type { AddressOptions } from '../address/address-options.js';
import { openToWrite } from '../address/open-address.js';
import { EXIT } from '../exit-code.js';
import type { TimeOrAge } from '../option-values.js';
import { type OutputFormat, printRows, type Row } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { filterOf } from './filter-of.js';

interface MaintainOptions extends AddressOptions {
  readonly format?: OutputFormat;
  readonly dryRun?: boolean;
}

interface ExpireChoices extends MaintainOptions {
  readonly olderThan?: TimeOrAge;
  readonly retainLast?: number;
  readonly snapshot?: readonly bigint[];
  readonly keepFiles?: boolean;
  readonly cleanMetadata?: boolean;
}

/** Expires snapshots; prints what went, thing by thing. */
export async function expire(
  session: Session,
  [address]: [string],
  options: ExpireChoices,
): Promise<number | undefined> {
  const table = await openToWrite(session, address, options);
  const { olderThan, retainLast, snapshot, dryRun = false } = options;
  const result = await table.expireSnapshots({
    signal: session.signal,
    dryRun,
    ...(olderThan !== undefined && { olderThan: session.momentOf(olderThan) }),
    ...(retainLast !== undefined && { retainLast }),
    ...(snapshot !== undefined && { snapshotIds: snapshot }),
    ...(options.keepFiles === true && { deleteFiles: false }),
    ...(options.cleanMetadata === true && { cleanMetadata: true }),
    onProgress: (progress) => showProgress(session, progress),
  });
  session.progress.clear();
  const [done, failed] = [dryRun ? 'planned' : 'done', new Set(result.failed)];
  const rows = [
    ...result.expiredSnapshotIds.map((id) => ({
      action: 'expire-snapshot',
      target: String(id),
      outcome: done,
    })),
    ...result.removedRefs.map((name) => ({ action: 'remove-ref', target: name, outcome: done })),
    ...[...result.files].sort().map((file) => fileRow(file, done, failed)),
    ...[...failed].filter((file) => !result.files.includes(file)).map((file) => fileRow(file, done, failed)),
  ];
  await printRows(session.context.stdout, rows, ['action', 'target', 'outcome'], options.format);
  const files = result.files.length - result.files.filter((file) => failed.has(file)).length;
  await session.note(
    `${counted(result.expiredSnapshotIds.length, 'snapshot')} and ${counted(result.removedRefs.length, 'ref')} ${dryRun ? 'would expire' : 'expired'}; ${counted(files, 'file')} ${dryRun ? 'would be deleted' : 'deleted'}`,
  );
  return await verdictOf(session, failed.size);
}

function fileRow(file: string, done: string, failed: ReadonlySet<string>): Row {
  return { action: 'delete-file', target: file, outcome: failed.has(file) ? 'failed' : done };
}

const OUTSIDE: IcebergErrorCode = 'LOCATION_OUTSIDE_TABLE';

interface OrphanChoices extends MaintainOptions {
  readonly olderThan?: TimeOrAge;
  readonly location?: string;
  readonly force?: boolean;
}

/** Removes files that nothing refers to; prints them. */
export async function orphans(
  session: Session,
  [address]: [string],
  options: OrphanChoices,
): Promise<number | undefined> {
  const table = await openToWrite(session, address, options);
  const { olderThan, location, force = false, dryRun = false } = options;
  const removing = table.removeOrphanFiles({
    signal: session.signal,
    dryRun,
    force,
    ...(olderThan !== undefined && { olderThan: session.momentOf(olderThan) }),
    ...(location !== undefined && { location }),
    onProgress: (progress) => showProgress(session, progress),
  });
  const result = await removing.catch((error: unknown) => {
    if (location === undefined || (error as { code?: unknown }).code !== OUTSIDE) throw error;
    throw new UsageError(
      `--location ${location}: give the table's folder or one below it; the table is at ${table.location}`,
      { cause: error },
    );
  });
  session.progress.clear();
  const failed = new Set(result.failed);
  const rows = result.orphans.map(({ path, size, lastModified }) => ({
    file: path,
    bytes: size,
    last_modified: new Date(lastModified).toISOString(),
    outcome: dryRun ? 'planned' : failed.has(path) ? 'failed' : 'deleted',
  }));
  await printRows(
    session.context.stdout,
    rows,
    ['file', 'bytes', 'last_modified', 'outcome'],
    options.format,
  );
  const files = dryRun ? result.orphans.length : result.deleted;
  await session.note(
    `${counted(files, 'file')} of ${counted(result.bytes, 'byte')} ${dryRun ? 'would be deleted' : 'deleted'}`,
  );
  return await verdictOf(session, failed.size);
}

interface CompactChoices extends MaintainOptions {
  readonly strategy?: 'bin-pack' | 'sort';
  readonly sortBy?: readonly string[];
  readonly filter?: string;
  readonly targetFileBytes?: number;
  readonly minInputFiles?: number;
  readonly deleteRatio?: number;
  readonly all?: boolean;
  readonly partialProgress?: boolean;
  readonly branch?: string;
}

/** Writes small files, and files with many deleted rows, anew. */
export async function compact(
  session: Session,
  [address]: [string],
  options: CompactChoices,
): Promise<number | undefined> {
  const table = await openToWrite(session, address, options);
  const { strategy, sortBy, filter, targetFileBytes, minInputFiles, deleteRatio, branch } = options;
  const result = await table.compact({
    signal: session.signal,
    dryRun: options.dryRun === true,
    ...(strategy !== undefined && { strategy }),
    ...(sortBy !== undefined && { sortBy }),
    ...(filter !== undefined && { filter: filterOf(filter, table.schema()) }),
    ...(targetFileBytes !== undefined && { targetFileBytes }),
    ...(minInputFiles !== undefined && { minInputFiles }),
    ...(deleteRatio !== undefined && { deleteRatioThreshold: deleteRatio }),
    ...(options.all === true && { rewriteAll: true }),
    ...(options.partialProgress === true && { partialProgress: true }),
    ...(branch !== undefined && { branch }),
    onProgress: ({ groupsDone, groups, bytesDone, bytes }) =>
      session.progress.show(`${groupsDone} of ${groups} groups, ${bytesDone} of ${bytes} bytes`),
  });
  session.progress.clear();
  const row = {
    rewritten_files: result.rewrittenFiles,
    added_files: result.addedFiles,
    rewritten_bytes: result.rewrittenBytes,
    added_bytes: result.addedBytes,
    removed_delete_files: result.removedDeleteFiles,
    commits: result.commits,
    failed_groups: result.failedGroups.length,
    dry_run: options.dryRun === true,
  };
  await printRows(session.context.stdout, [row], Object.keys(row), options.format);
  for (const { error, files } of result.failedGroups) {
    const reason = error instanceof Error ? error.message : String(error);
    await session.note(
      `error: ${counted(files.length, 'file')} left as they were, ${files[0]} first: ${reason}`,
    );
  }
  return result.failedGroups.length > 0 ? EXIT.failed : undefined;
}

/** Brings the entries of manifests together, so that a scan reads fewer of them. */
export async function rewriteManifests(
  session: Session,
  [address]: [string],
  options: MaintainOptions & {
    readonly spec?: number;
    readonly clusterBy?: readonly string[];
    readonly branch?: string;
  },
): Promise<undefined> {
  const table = await openToWrite(session, address, options);
  const { spec, clusterBy, branch } = options;
  const result = await table.rewriteManifests({
    signal: session.signal,
    ...(spec !== undefined && { specId: spec }),
    ...(clusterBy !== undefined && { clusterBy }),
    ...(branch !== undefined && { branch }),
  });
  const row = { snapshot_id: result.snapshotId, rewritten: result.rewritten, added: result.added };
  await printRows(session.context.stdout, [row], Object.keys(row), options.format);
}

function showProgress({ progress }: Session, { phase, done, total }: MaintenanceProgress): void {
  progress.show(`${phase} ${done} of ${total} files`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

async function verdictOf(session: Session, failed: number): Promise<number | undefined> {
  if (failed === 0) return undefined;
  await session.note(
    `error: ${counted(failed, 'file')} could not be deleted; the command "orphans" finds them later`,
  );
  return EXIT.failed;
}
