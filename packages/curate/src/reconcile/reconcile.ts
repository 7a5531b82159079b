import { randomUUID } from 'node:crypto';
import type { Clock, OpsOutbox, TopicContract } from '@lean-ops/core';
import type { Catalog, Table } from '@lean-ops/iceberg';
import type { HandOver, LayerNames } from '../job.js';
import { checkWorkers } from '../ops/run-context.js';
import { rowsAfter } from '../ops/warehouse-status.js';
import { loadPayloadHash } from '../payload-hash.js';
import { checkRawTable, checkStandardizedTable } from '../tables/check-schema.js';
import { readingFiles } from '../tables/unreadable-file.js';
import { threadSource } from '../workers/open-pool.js';
import { compareShare, Found, type LayerCounts, type ShareRows } from './compare-layers.js';
import { CopyPool } from './copy-pool.js';
import { type Dealt, dealLayers, isDealt } from './deal-layers.js';
import type { Scratch } from './dealt-rows.js';
import { Differences } from './differences.js';
import { countMessages, type Evidence, type MessageCount } from './evidence.js';
import { Oracle } from './oracle-versions.js';
import {
  basisOf,
  forget,
  isStillThere,
  keepProgress,
  newProgress,
  type Progress,
  readProgress,
} from './progress.js';
import type { Reconciliation } from './reconciliation.js';
import { reconciliationEntry } from './reconciliation-entry.js';
import { textsOf } from './texts-of.js';
import { type LoadedTables, loadTables, READS, readUpTo, snapshotsToCompare } from './topic-snapshots.js';
import { TurnTime } from './turn-time.js';

export interface ReconcileOptions {
  readonly catalog: Catalog;
  readonly topic: string;
  readonly contract: TopicContract | null;
  readonly clock: Clock;
  readonly evidence: Evidence;
  readonly names?: Partial<LayerNames>;
  /** Where given, the result waits here for `ops.reconciliation`. */
  readonly outbox?: OpsOutbox;
  /** RAW rows whose versions are compared at a time; keys are dealt into as many shares as that takes. Default 200,000. */
  readonly rowsPerPass?: number;
  /**
   * Where rows wait packed, once memory holds 64 MiB of a table's; some 100 bytes each, deleted at the end. Default: packed
   * in memory, however many there are.
   */
  readonly scratch?: Scratch;
  /**
   * Threads that read RAW beside this one; 0 for none. Default: one less than there are processors, up to 3, and none where the
   * package was bundled without its worker module.
   */
  readonly workers?: number;
}

export interface ReconcileTurnOptions extends ReconcileOptions {
  readonly scratch: Scratch;
  /** The time of this turn. Default: as long as it takes. */
  readonly handOver?: HandOver;
  /** What the turn before gave; null or absent for the first. */
  readonly cursor?: string | null;
}

/** `continue`: the time was over first; the next turn goes on from `cursor`. */
export type ReconcileTurn =
  | { readonly status: 'done'; readonly cursor: null; readonly result: Reconciliation }
  | { readonly status: 'continue'; readonly cursor: string; readonly result: null };

/**
 * Recomputes a topic's accountability from its tables: every term is counted by itself, none is a difference of the
 * others, and Standardized is compared with RAW key by key. Exact whenever nothing is in flight.
 * Source: docs/data-accountability.md.
 *
 * Rounds may go on meanwhile: RAW is compared as it was when Standardized last read it, Standardized as when Curated did,
 * error tables as they were by then. Every table is read once, however large. Memory follows a fixed number of keys at a time,
 * besides one id per message where it is known how many were sent, else one per archived message.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH`, `FILE_UNREADABLE`, `WORKER_LOST`: then nothing is known; `OPTION_INVALID`.
 * @example
 * const { balanced, differences } = await reconcile({ catalog, topic: 'events', contract, clock, evidence });
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { result } = await takeTurn({ ...options, scratch: options.scratch ?? null });
  return result!;
}

/**
 * The same in turns, for a topic whose reconciliation outlasts a function: one that would not end in its time keeps what
 * it has read in the scratch folder, and says where the next goes on. All turns look at the snapshots of the first; where one
 * of them is gone, a table was made anew or the contract changed, the next turn begins again.
 *
 * @throws {CurateError} as {@link reconcile}.
 * @example
 * let turn = await reconcileTurn({ ...options, scratch, handOver });
 * while (turn.status === 'continue') turn = await reconcileTurn({ ...options, scratch, handOver, cursor: turn.cursor });
 */
export async function reconcileTurn(options: ReconcileTurnOptions): Promise<ReconcileTurn> {
  return await takeTurn(options);
}

type TurnOptions = Omit<ReconcileTurnOptions, 'scratch'> & { readonly scratch: Scratch | null };

async function takeTurn(options: TurnOptions): Promise<ReconcileTurn> {
  checkWorkers(options.workers);
  const tables = await loadTables(options.catalog, options.topic, options.names);
  const { raw, standardized } = tables;
  if (raw !== null) checkRawTable(raw, raw.currentSnapshot());
  if (standardized !== null) checkStandardizedTable(standardized);
  return await readingFiles(Object.values(tables), async () => await goOn(options, tables));
}

async function goOn(options: TurnOptions, tables: LoadedTables): Promise<ReconcileTurn> {
  const { contract, clock, scratch, handOver } = options;
  const time = new TurnTime(clock, handOver);
  const before = await progressOf(options, tables);
  const { dealt, progress } = await readLayers(options, { before, tables, time });
  const oracle = new Oracle(contract);
  const counts = { ...progress.counts };
  const found = new Found(progress.found);
  let { nextShare } = progress;
  if (isDealt(progress)) {
    for (; nextShare < progress.shares && !time.isOver(); nextShare++)
      await time.step(async () =>
        compareShare(oracle, await shareRows(dealt, nextShare, progress), counts, found),
      );
  }
  const reached: Progress = { ...progress, turn: before.turn + 1, nextShare, counts, found };
  if (nextShare < progress.shares || time.isOver()) return await handOn(reached, dealt, scratch!);
  const result = await verdict(options, tables, reached);
  if (scratch !== null) await forget(scratch, { ...reached, segments: segmentsOf(dealt) });
  return { status: 'done', cursor: null, result };
}

/** Reads the tables for as long as there is time. */
async function readLayers(
  { contract, scratch, workers }: TurnOptions,
  { before, tables, time }: { before: Progress; tables: LoadedTables; time: TurnTime },
): Promise<{ dealt: Dealt; progress: Progress }> {
  const payloadHash = await loadPayloadHash();
  const pool = new CopyPool({ contract, payloadHash, threads: threadSource(workers) });
  try {
    return await dealLayers(before, { tables, pool, scratch, time, newName: randomUUID });
  } finally {
    await pool.close();
  }
}

/** What this turn goes on from. */
async function progressOf(options: TurnOptions, tables: LoadedTables): Promise<Progress> {
  const { contract, scratch, cursor, rowsPerPass = 200_000 } = options;
  const basis = basisOf(tables, contract);
  const kept =
    scratch === null || cursor === undefined || cursor === null ? null : await readProgress(scratch, cursor);
  if (kept !== null && kept.basis === basis && isStillThere(tables, kept.snapshots)) return kept;
  if (kept !== null) await forget(scratch!, kept);
  const read = readUpTo(tables);
  const snapshots = snapshotsToCompare(tables, read, contract !== null);
  const rows = snapshots.raw === null ? 0 : await tables.raw!.scan({ snapshotId: snapshots.raw }).count();
  const shares = Math.max(1, Math.ceil(rows / rowsPerPass));
  return newProgress(randomUUID(), { basis, read, snapshots, shares });
}

async function handOn(reached: Progress, dealt: Dealt, scratch: Scratch): Promise<ReconcileTurn> {
  for (const read of READS) await dealt[read].flush(scratch);
  const cursor = await keepProgress(scratch, { ...reached, segments: segmentsOf(dealt) });
  return { status: 'continue', cursor, result: null };
}

function segmentsOf(dealt: Dealt): Progress['segments'] {
  return {
    raw: dealt.raw.segments,
    standardized: dealt.standardized.segments,
    standardizedRead: dealt.standardizedRead.segments,
    parseErrors: dealt.parseErrors.segments,
    curated: dealt.curated.segments,
    errors: dealt.errors.segments,
  };
}

async function shareRows(dealt: Dealt, share: number, { snapshots }: Progress): Promise<ShareRows> {
  const standardized = await dealt.standardized.take(share);
  const isSame = snapshots.standardizedRead === snapshots.standardized;
  return {
    raw: await dealt.raw.take(share),
    standardized,
    standardizedRead: isSame ? standardized : await dealt.standardizedRead.take(share),
    parseErrors: await dealt.parseErrors.take(share),
    curated: await dealt.curated.take(share),
    errors: await dealt.errors.take(share),
  };
}

async function verdict(
  { topic, contract, clock, evidence, outbox }: TurnOptions,
  { raw, standardized }: LoadedTables,
  { counts, found, read }: Progress,
): Promise<Reconciliation> {
  const differences = new Differences();
  new Found(found).report(differences);
  checkLayers(counts, contract, differences);
  const messages = await countMessages(evidence, raw === null ? [] : textsOf(raw, 'sqs_message_id'));
  checkMessages(messages, evidence, differences);
  const pending = {
    raw: await rowsAfter(raw, read.raw),
    standardized: contract === null ? 0 : await rowsAfter(standardized, read.standardized),
  };
  await checkAppendOnly(raw, counts.raw, pending.raw, differences);
  const { list } = differences;
  const result: Reconciliation = {
    topic,
    checkedAt: clock.now(),
    balanced: list.length === 0,
    messages: messages.messages,
    inFlight: evidence.inFlight,
    quarantined: messages.quarantined,
    deadLettered: messages.deadLettered,
    deliveryFailures: messages.deliveryFailures,
    raw: counts.raw,
    carried: counts.carried,
    copies: counts.copies,
    superseded: counts.superseded,
    parseErrors: counts.parseErrors,
    standardized: counts.standardized,
    curated: contract === null ? null : counts.curated,
    openErrors: contract === null ? null : counts.openErrors,
    pending,
    differences: list,
  };
  await outbox?.put([reconciliationEntry(result)]);
  return result;
}

function checkLayers(counts: LayerCounts, contract: TopicContract | null, differences: Differences): void {
  const { raw, carried, standardized, copies, superseded, parseErrors, curated, openErrors } = counts;
  const kept = carried === 0 ? '' : ` and ${carried} carried over`;
  differences.equal('raw = standardized + copies + superseded + parse_errors', {
    left: raw + carried,
    right: standardized + copies + superseded + parseErrors,
    detail: `${raw} rows of RAW${kept}; ${standardized} standardized, ${copies} copies, ${superseded} superseded, ${parseErrors} parse errors`,
  });
  if (contract === null) return;
  differences.equal('standardized = curated + open_errors', {
    left: counts.standardizedRead,
    right: curated + openErrors,
    detail: `${counts.standardizedRead} keys that Curated has read; ${curated} curated, ${openErrors} open errors`,
  });
}

function checkMessages(count: MessageCount, { inFlight }: Evidence, differences: Differences): void {
  const equation = 'messages = distinct(raw ∪ quarantine ∪ dead letters ∪ delivery failures) + in flight';
  const { messages, found, missing, unexpected } = count;
  if (messages === null || found === null) return;
  differences.equal(equation, {
    left: messages,
    right: found + inFlight,
    detail: `${messages} messages sent; ${found} found, ${inFlight} in flight`,
    samples: missing,
  });
  if (unexpected.length === 0) return;
  differences.add({
    equation,
    left: messages,
    right: found + inFlight,
    detail: `${unexpected.length} messages were found that the send log does not have`,
    samples: unexpected,
  });
}

/** RAW only grows: what Standardized has read and what came since are all that its head holds. */
async function checkAppendOnly(
  raw: Table | null,
  read: number,
  pending: number,
  differences: Differences,
): Promise<void> {
  const head = await rowsAfter(raw, null);
  differences.equal('RAW is append-only', {
    left: head,
    right: read + pending,
    detail: `${head} rows now; ${read} when Standardized read it, ${pending} since`,
  });
}
