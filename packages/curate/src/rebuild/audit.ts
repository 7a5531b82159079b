import type { Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { reconcileTurn } from '../reconcile/reconcile.js';
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
    /** The live Standardized. */
    readonly live: Table;
  },
): Promise<boolean> {
  const { topic, contract, clock, names, handOver, scratch, workers } = options;
  const { catalog, journal, live } = parts;
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
    ...(workers === undefined ? {} : { workers }),
  });
  await journal.write({ auditCursor: turn.cursor });
  if (turn.status === 'continue') return false;
  const { differences } = turn.result;
  if (differences.length === 0) return true;
  throw new CurateError(
    `the rebuilt tables of ${topic} do not add up, and nothing was published: ${differences.map(({ detail, samples }) => `${detail} (${samples.slice(0, 3).join(', ')})`).join('; ')}. This is a fault of lean-ops or of a table that was changed by hand: report it, and abandon the rebuild`,
    { code: 'REBUILD_NOT_BALANCED', context: { topic, differences } },
  );
}

/** Where rows of the audit wait, in the folder of the new files, with which it goes. */
function auditFolder(table: Table, folder: string): string {
  return `${table.folder}/${folder}/audit`;
}

async function* nothing(): AsyncGenerator<string> {}
