import type { Clock, OpsOutbox, TopicContract } from '@lean-ops/core';
import type { Catalog, Table } from '@lean-ops/iceberg';
import type { LayerNames } from '../job.js';
import { rowsAfter } from '../ops/warehouse-status.js';
import { checkRawTable, checkStandardizedTable } from '../tables/check-schema.js';
import { topicTables } from '../tables/names.js';
import { loadIfExists } from '../tables/open-table.js';
import { readingFiles } from '../tables/unreadable-file.js';
import { readWatermark, type Watermark } from '../watermark/watermark.js';
import { compareLayers, type LayerCounts } from './compare-layers.js';
import { Differences } from './differences.js';
import { countMessages, type Evidence, type MessageCount } from './evidence.js';
import { oracleRows } from './raw-rows.js';
import type { Reconciliation } from './reconciliation.js';
import { reconciliationEntry } from './reconciliation-entry.js';

export interface ReconcileOptions {
  readonly catalog: Catalog;
  readonly topic: string;
  readonly contract: TopicContract | null;
  readonly clock: Clock;
  readonly evidence: Evidence;
  readonly names?: Partial<LayerNames>;
  /** Where given, the result waits here for `ops.reconciliation`. */
  readonly outbox?: OpsOutbox;
  /** RAW rows whose versions are kept at a time; keys are dealt into as many passes as that takes. Default 200,000. */
  readonly rowsPerPass?: number;
}

/**
 * Recomputes a topic's accountability from its tables: every term is counted by itself, none is a difference of the
 * others, and Standardized is compared with RAW key by key. Exact whenever nothing is in flight.
 * Source: docs/data-accountability.md.
 *
 * RAW is compared as it was when Standardized last read it, Standardized as when Curated did. Memory follows a fixed
 * number of keys at a time, besides one message id per message.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH`, `FILE_UNREADABLE`: then nothing is known.
 * @example
 * const { balanced, differences } = await reconcile({ catalog, topic: 'events', contract, clock, evidence });
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const tables = await loadTables(options.catalog, options.topic, options.names);
  const { raw, standardized } = tables;
  if (raw !== null) checkRawTable(raw, raw.currentSnapshot());
  if (standardized !== null) checkStandardizedTable(standardized);
  return await readingFiles(Object.values(tables), async () => await recompute(options, tables));
}

async function recompute(
  { topic, contract, clock, evidence, outbox, rowsPerPass = 200_000 }: ReconcileOptions,
  tables: LoadedTables,
): Promise<Reconciliation> {
  const { raw, standardized, curated } = tables;
  const differences = new Differences();
  const rawRead = readOf(standardized, raw);
  const standardizedRead = readOf(curated, standardized);
  const counts = await compareLayers(tables, {
    contract,
    rawRead,
    standardizedRead,
    differences,
    rowsPerPass,
  });
  checkLayers(counts, contract, differences);
  const messages = await countMessages(evidence, sqsMessageIds(raw));
  checkMessages(messages, evidence, differences);
  const pending = {
    raw: await rowsAfter(raw, rawRead),
    standardized: contract === null ? 0 : await rowsAfter(standardized, standardizedRead),
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

/** The tables of a topic that exist. */
export interface LoadedTables {
  readonly raw: Table | null;
  readonly standardized: Table | null;
  readonly parseErrors: Table | null;
  readonly curated: Table | null;
  readonly errors: Table | null;
}

async function loadTables(
  catalog: Catalog,
  topic: string,
  names: Partial<LayerNames> | undefined,
): Promise<LoadedTables> {
  const { raw, standardized, parseErrors, curated, errors } = topicTables(topic, names);
  return {
    raw: await loadIfExists(catalog, raw),
    standardized: await loadIfExists(catalog, standardized),
    parseErrors: await loadIfExists(catalog, parseErrors),
    curated: await loadIfExists(catalog, curated),
    errors: await loadIfExists(catalog, errors),
  };
}

/** How far a table has read its source. */
function readOf(table: Table | null, source: Table | null): Watermark | null {
  return table === null || source === null ? null : readWatermark(table, source.uuid);
}

async function* sqsMessageIds(raw: Table | null): AsyncGenerator<string> {
  const head = raw?.currentSnapshot()?.snapshotId ?? null;
  if (raw === null) return;
  for await (const row of oracleRows(raw, head, { columns: ['sqs_message_id'] }))
    yield row['sqs_message_id'] as string;
}

function checkLayers(counts: LayerCounts, contract: TopicContract | null, differences: Differences): void {
  const { raw, standardized, copies, superseded, parseErrors, curated, openErrors } = counts;
  differences.equal('raw = standardized + copies + superseded + parse_errors', {
    left: raw,
    right: standardized + copies + superseded + parseErrors,
    detail: `${raw} rows of RAW; ${standardized} standardized, ${copies} copies, ${superseded} superseded, ${parseErrors} parse errors`,
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
  if (messages === null) return;
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
