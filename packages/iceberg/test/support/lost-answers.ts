import { expect } from 'vitest';
import {
  batchFromRows,
  type Catalog,
  IcebergError,
  type Storage,
  type Table,
  type TableIdentifier,
} from '../../src/index.js';
import { FAULTS, type Fault, LossyCalls } from './lossy-calls.js';

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

const rowsOf = async (table: Table): Promise<string[]> => {
  const rows: string[] = [];
  for await (const row of table.scan().rows()) rows.push(`${row['id']}=${row['value']}`);
  return rows.sort();
};

const OPERATIONS: Record<
  string,
  { run: (table: Table) => Promise<unknown>; before: string[]; after: string[] }
> = {
  append: {
    run: (table) => table.append(batchFromRows(table.schema(), [{ id: 'new', value: 1 }])),
    before: ['old=0'],
    after: ['new=1', 'old=0'],
  },
  upsert: {
    run: (table) => table.upsert(batchFromRows(table.schema(), [{ id: 'old', value: 1 }]), { key: ['id'] }),
    before: ['old=0'],
    after: ['old=1'],
  },
};

export const SCHEMA = {
  fields: [
    { name: 'id', type: 'string', required: true },
    { name: 'value', type: 'long' },
  ],
} as const;

/**
 * Runs append and upsert, spoiling every call in turn in every way. The outcome is success and the rows are there,
 * failure and they are not, or `COMMIT_STATE_UNKNOWN`; then every file that could be part of the table is still there.
 * Gives what was seen, as `outcome` → times.
 */
export async function tryLostAnswers(
  open: (calls: LossyCalls) => Promise<LossySetting>,
  options: { times?: number; faults?: readonly Fault[] } = {},
): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  const { faults = FAULTS, ...spoilt } = options;
  for (const operation of Object.values(OPERATIONS)) {
    for (const fault of faults) {
      for (let at = 0; ; at++) {
        const calls = new LossyCalls({ at, fault, ...spoilt });
        const outcome = await tryOne(await open(calls), calls, operation, fault);
        if (calls.count <= at) break;
        seen[outcome] = (seen[outcome] ?? 0) + 1;
      }
    }
  }
  return seen;
}

async function tryOne(
  setting: LossySetting,
  calls: LossyCalls,
  operation: (typeof OPERATIONS)[string],
  fault: Fault,
): Promise<string> {
  setting.lose(calls);
  let error: unknown = null;
  try {
    await operation.run(setting.table);
  } catch (cause) {
    error = cause;
  }
  const rows = await rowsOf(await setting.fresh());
  const about = `call spoilt: ${fault}, ${String(error)}`;
  if (error === null) {
    expect(rows, about).toEqual(operation.after);
    return 'success';
  }
  expect(error, about).toBeInstanceOf(IcebergError);
  if ((error as IcebergError).code !== 'COMMIT_STATE_UNKNOWN') {
    expect(rows, about).toEqual(operation.before);
    return 'failure';
  }
  // Reading the rows has shown that a commit that was made is whole; one that was not keeps its files all the same.
  expect([operation.before, operation.after], about).toContainEqual(rows);
  const data: string[] = [];
  for await (const { path } of setting.files.list(`${setting.table.location.replace(/^file:\/\//, '')}/data`))
    data.push(path);
  expect(data.length, about).toBeGreaterThan(1);
  return 'unknown';
}

export { ID as LOST_TABLE };
