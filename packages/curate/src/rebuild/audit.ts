import type { Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { reconcileTurn } from '../reconcile/reconcile.js';
import type { Difference } from '../reconcile/reconciliation.js';
import { standingCarried } from './carried-rows.js';
import type { RebuildCatalog } from './rebuild-catalog.js';
import type { RebuildJournal } from './rebuild-journal.js';
import type { RebuildOptions } from './rebuild-types.js';

/**
 * Recomputes the accountability of what was written, before anybody sees it.
 *
 * @returns whether it came to an end in its time.
 * @throws {CurateError} `REBUILD_NOT_BALANCED`.
 */
export async function audit(
  options: RebuildOptions,
  parts: {
    readonly catalog: RebuildCatalog;
    readonly journal: RebuildJournal;
    readonly standardized: Table;
    readonly live: Table;
  },
): Promise<boolean> {
  const { topic, contract, clock, names, handOver, signal, scratch } = options;
  const { catalog, journal, standardized, live } = parts;
  const turn = await reconcileTurn({
    catalog,
    topic,
    contract,
    clock,
    evidence: {
      messages: null,
      quarantined: nothing(),
      deadLettered: nothing(),
      deliveryFailures: nothing(),
      inFlight: 0,
    },
    scratch: scratch ?? { storage: live.storage, location: auditFolder(live, journal.plan.folder) },
    cursor: journal.plan.auditCursor,
    ...(names === undefined ? {} : { names }),
    ...(handOver === undefined ? {} : { handOver }),
  });
  await journal.write({ auditCursor: turn.cursor });
  if (turn.status === 'continue') return false;
  const { differences } = turn.result;
  const isExplained =
    journal.plan.carries && explains(differences, await standingCarried(standardized, signal));
  if (differences.length === 0 || isExplained) return true;
  throw new CurateError(
    `the rebuilt tables of ${topic} do not add up, and nothing was published: ${differences.map(({ detail, samples }) => `${detail} (${samples.slice(0, 3).join(', ')})`).join('; ')}. This is a fault of lean-ops or of a table that was changed by hand: report it, and abandon the rebuild`,
    { code: 'REBUILD_NOT_BALANCED', context: { topic, differences } },
  );
}

/** Where rows of the audit wait, in the folder of the new files, with which it goes. */
function auditFolder(table: Table, folder: string): string {
  return `${table.folder}/${folder}/audit`;
}

const RAW_EQUATION = 'raw = standardized + copies + superseded + parse_errors';

/**
 * Whether all that differs are rows that were carried over: RAW cannot have their keys, or not their version. Those of
 * the first kind, and no others, are what the equation is out by.
 */
function explains(differences: readonly Difference[], carried: ReadonlySet<string>): boolean {
  const extra = differences.find(({ detail }) => / keys of Standardized are not in RAW$/.test(detail));
  const others = differences.filter(({ detail }) =>
    / keys show a (?:version|copy) that is not /.test(detail),
  );
  const sum = differences.find(({ equation }) => equation === RAW_EQUATION);
  const known = [extra, ...others].filter((difference) => difference !== undefined);
  if (known.length + (sum === undefined ? 0 : 1) !== differences.length) return false;
  const keys = known.reduce((total, { left }) => total + left, 0);
  const outBy = sum === undefined ? 0 : sum.right - sum.left;
  return (
    keys <= carried.size &&
    outBy === (extra?.left ?? 0) &&
    known.every(({ samples }) => samples.every((key) => carried.has(key)))
  );
}

async function* nothing(): AsyncGenerator<string> {}
