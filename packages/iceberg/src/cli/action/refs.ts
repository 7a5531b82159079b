import type { Table } from '../../table/table.js';
import type { AddressOptions } from '../address/address-options.js';
import { openToWrite } from '../address/open-address.js';
import type { TimeOrAge } from '../option-values.js';
import { type OutputFormat, printRows } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { printCommit } from './write-rows.js';

interface RefOptions extends AddressOptions {
  readonly format?: OutputFormat;
}

interface RollbackOptions extends RefOptions {
  readonly snapshot?: bigint;
  readonly asOf?: TimeOrAge;
  readonly any?: boolean;
  readonly dryRun?: boolean;
}

/** Makes an earlier snapshot of main the current one again. */
export async function rollback(
  session: Session,
  [address]: [string],
  options: RollbackOptions,
): Promise<undefined> {
  const { snapshot, asOf, any = false, dryRun = false } = options;
  if ((snapshot === undefined) === (asOf === undefined))
    throw new UsageError('say where to roll back to: give either --snapshot or --as-of');
  if (any && snapshot === undefined) throw new UsageError('--any is for --snapshot');
  const table = await openToWrite(session, address, options);
  const from = table.metadata.currentSnapshotId;
  const time = asOf === undefined ? undefined : session.momentOf(asOf);
  let to = rollbackTarget(table, { snapshot, time, any });
  if (!dryRun) {
    const { signal } = session;
    const result =
      snapshot === undefined
        ? await table.rollbackTo({ asOf: time!, signal })
        : any
          ? await table.setCurrentSnapshot(snapshot, { signal })
          : await table.rollbackTo({ snapshotId: snapshot, signal });
    to = result.table.metadata.currentSnapshotId ?? to;
  }
  const row = { from_snapshot_id: from, to_snapshot_id: to, dry_run: dryRun };
  await printRows(session.context.stdout, [row], Object.keys(row), options.format);
}

/** @throws {UsageError} for what the table cannot be rolled back to. */
function rollbackTarget(
  table: Table,
  { snapshot, time, any }: { snapshot: bigint | undefined; time: Date | undefined; any: boolean },
): bigint {
  if (snapshot !== undefined) {
    const { snapshotId } = table.snapshot(snapshot);
    if (any || table.ancestors().some((found) => found.snapshotId === snapshotId)) return snapshotId;
    throw new UsageError(
      `--snapshot ${snapshot}: this is no ancestor of the current snapshot, ${table.metadata.currentSnapshotId}; --any takes any snapshot`,
    );
  }
  const found = table.ancestors().find(({ timestampMs }) => timestampMs <= time!.getTime());
  if (found !== undefined) return found.snapshotId;
  throw new UsageError(
    `--as-of ${time!.toISOString()}: the table retains no snapshot of main from then or before`,
  );
}

interface RefChoices extends RefOptions {
  readonly snapshot?: bigint;
  readonly replace?: boolean;
  readonly drop?: boolean;
  readonly maxRefAge?: number;
}

interface BranchChoices extends RefChoices {
  readonly fastForward?: string;
  readonly minSnapshots?: number;
  readonly maxSnapshotAge?: number;
}

/** Makes, moves or drops a tag. */
export async function tag(
  session: Session,
  [address, name]: [string, string],
  options: RefChoices,
): Promise<undefined> {
  refuseSeveral(options, ['replace', 'drop']);
  const table = await openToWrite(session, address, options);
  const choices = refOptions(session, options);
  const { table: after } = options.drop
    ? await table.dropRef(name, { signal: session.signal })
    : options.replace
      ? await table.replaceTag(name, choices)
      : await table.createTag(name, choices);
  return printRef(session, after, name, options);
}

/** Makes, moves or drops a branch. */
export async function branch(
  session: Session,
  [address, name]: [string, string],
  options: BranchChoices,
): Promise<undefined> {
  refuseSeveral(options, ['replace', 'drop', 'fastForward']);
  const table = await openToWrite(session, address, options);
  const { fastForward, minSnapshots, maxSnapshotAge } = options;
  const choices = {
    ...refOptions(session, options),
    ...(minSnapshots !== undefined && { minSnapshotsToKeep: minSnapshots }),
    ...(maxSnapshotAge !== undefined && { maxSnapshotAgeMs: maxSnapshotAge }),
  };
  const { signal } = session;
  const { table: after } = options.drop
    ? await table.dropRef(name, { signal })
    : fastForward !== undefined
      ? await table.fastForward(name, { to: fastForward, signal })
      : options.replace
        ? await table.replaceBranch(name, choices)
        : await table.createBranch(name, choices);
  return printRef(session, after, name, options);
}

function refOptions({ signal }: Session, { snapshot, maxRefAge }: RefChoices) {
  return {
    signal,
    ...(snapshot !== undefined && { snapshotId: snapshot }),
    ...(maxRefAge !== undefined && { maxRefAgeMs: maxRefAge }),
  };
}

function refuseSeveral(options: BranchChoices, names: readonly (keyof BranchChoices)[]): void {
  const given = names.filter((name) => options[name] !== undefined);
  if (given.length < 2) return;
  const spelled = given.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new UsageError(`${spelled.join(' and ')} were given together; give one`);
}

async function printRef(
  session: Session,
  table: Table,
  name: string,
  { format }: RefOptions,
): Promise<undefined> {
  const ref = table.refs[name];
  // As the metadata table "refs" has it.
  const row = { name, type: ref?.type.toUpperCase() ?? null, snapshot_id: ref?.snapshotId ?? null };
  await printRows(session.context.stdout, [row], Object.keys(row), format);
}

/** Publishes a staged snapshot by its id. */
export async function cherryPick(
  session: Session,
  [address, snapshot]: [string, string],
  options: RefOptions & { readonly branch?: string },
): Promise<undefined> {
  if (!/^-?\d{1,19}$/.test(snapshot)) throw new UsageError(`${JSON.stringify(snapshot)} is no snapshot id`);
  const table = await openToWrite(session, address, options);
  const result = await table.cherryPick(BigInt(snapshot), pickOptions(session, options));
  return printCommit(session, result, {}, options);
}

/** Publishes a staged snapshot by the id its writer gave it. */
export async function publish(
  session: Session,
  [address, wapId]: [string, string],
  options: RefOptions & { readonly branch?: string },
): Promise<undefined> {
  const table = await openToWrite(session, address, options);
  return printCommit(session, await table.publish(wapId, pickOptions(session, options)), {}, options);
}

function pickOptions({ signal }: Session, { branch: target }: { readonly branch?: string }) {
  return { signal, ...(target !== undefined && { branch: target }) };
}
