import { expect } from 'vitest';
import {
  type Catalog,
  IcebergError,
  type Storage,
  type Table,
  type TableIdentifier,
} from '../../src/index.js';
import { FAULTS, type Fault, LossyCalls } from './lossy-calls.js';
import { LOST_OPERATIONS, type LostOperation, stateOf } from './lost-operations.js';

const ID: TableIdentifier = { namespace: 'lost', name: 't' };

/** A catalog of which one service loses answers. */
export interface LossySetting {
  readonly catalog: Catalog;
  /** The table `lost.t` (id string required, value long) with one row `old`, made while nothing was lost. */
  readonly table: Table;
  /** Where its files are; never loses anything. */
  readonly files: Storage;
  /** Reads the table anew, nothing being lost. */
  fresh(): Promise<Table>;
  /** From now on calls go through `calls`. */
  lose(calls: LossyCalls): void;
}

export const SCHEMA = {
  fields: [
    { name: 'id', type: 'string', required: true },
    { name: 'value', type: 'long' },
  ],
} as const;

/**
 * Runs operations, spoiling every call in turn in every way. The outcome is success and the change is there once,
 * failure and it is not, or `COMMIT_STATE_UNKNOWN`; then every file that could be part of the table is still there.
 * Gives what was seen, as `outcome` → times.
 */
export async function tryLostAnswers(
  open: (calls: LossyCalls) => Promise<LossySetting>,
  options: { operations?: readonly LostOperation[]; times?: number; faults?: readonly Fault[] } = {},
): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  const { faults = FAULTS, operations = USUAL, ...spoilt } = options;
  for (const operation of operations) {
    const after = await stateAfter(open, operation);
    for (const fault of faults) {
      for (let at = 0; ; at++) {
        const calls = new LossyCalls({ at, fault, ...spoilt });
        const outcome = await tryOne(await open(calls), calls, { operation, after, fault });
        if (calls.count <= at) break;
        seen[outcome] = (seen[outcome] ?? 0) + 1;
      }
    }
  }
  return seen;
}

const USUAL = [LOST_OPERATIONS['append']!, LOST_OPERATIONS['upsert']!];

/** What an operation comes to where nothing is lost. */
async function stateAfter(
  open: (calls: LossyCalls) => Promise<LossySetting>,
  { prepare, run }: LostOperation,
): Promise<unknown> {
  const calls = new LossyCalls({ at: Number.POSITIVE_INFINITY, fault: 'fails before' });
  const setting = await open(calls);
  await run((await prepare?.(setting.table)) ?? setting.table, calls.signal);
  return stateOf(await setting.fresh());
}

async function tryOne(
  setting: LossySetting,
  calls: LossyCalls,
  { operation, after, fault }: { operation: LostOperation; after: unknown; fault: Fault },
): Promise<string> {
  const table = (await operation.prepare?.(setting.table)) ?? setting.table;
  const before = await stateOf(table);
  const files = await filesOf(setting, table);
  setting.lose(calls);
  let error: unknown = null;
  try {
    await operation.run(table, calls.signal);
  } catch (cause) {
    error = cause;
  }
  // Reading every snapshot shows that none of their files is gone.
  const now = await stateOf(await setting.fresh());
  const about = `call spoilt: ${fault}, ${String(error)}`;
  if (error === null) {
    expect(now, about).toEqual(after);
    return 'success';
  }
  expect(error, about).toBeInstanceOf(IcebergError);
  // The snapshots are gone, the error says so, and what it could not clean up is left to be removed later.
  if ((error as IcebergError).context['expiredSnapshotIds'] !== undefined) {
    expect(now, about).toEqual(after);
    return 'done in part';
  }
  // Some commits of several stand, and the error says so; whichever they are, no row is another.
  if ((error as IcebergError).context['commits'] !== undefined) {
    expect(rowsOf(now), about).toEqual(rowsOf(before));
    return 'done in part';
  }
  if ((error as IcebergError).code !== 'COMMIT_STATE_UNKNOWN') {
    expect(now, about).toEqual(before);
    return 'failure';
  }
  expect([before, after], about).toContainEqual(now);
  const kept = new Set(await filesOf(setting, table));
  expect(
    files.filter((path) => !kept.has(path)),
    about,
  ).toEqual([]);
  return 'unknown';
}

const rowsOf = (state: unknown): unknown => (state as { rows: unknown }).rows;

async function filesOf(setting: LossySetting, table: Table): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of setting.files.list(table.location.replace(/^file:\/\//, ''))) paths.push(path);
  return paths;
}

export { ID as LOST_TABLE };
