import type { Clock, Metrics } from '@lean-ops/core';
import type { LayerNames, RunReport } from '@lean-ops/curate';
import type { Catalog, Snapshot, Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';

export interface FreshnessOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly names?: Partial<LayerNames> | undefined;
  /** The layer that was read, and the one that was written. */
  readonly from: 'raw' | 'standardized';
  readonly to: 'standardized' | 'curated';
  readonly report: RunReport;
  /** Event to Curated, seconds: what the topic's schedule allows. */
  readonly objectiveSeconds: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

const PERCENTILE = 0.95;
/** Rows that are looked at, however many a run read: it is told when most of an invocation's time is over. */
const SAMPLED_ROWS = 50_000;
/** Stretches of the run that the rows are taken from, the same number of each. */
const STRETCHES = 10;

/**
 * Measures how old the events of a run were when it had committed them: the 95th percentile, over the rows that the run
 * read, of the time from `publish_time` to now. Of a run of more than 50,000 rows a sample is read, from ten stretches
 * of its snapshots. Where a run handed over, what waits since before the percentile counts instead.
 *
 * A run that read nothing and left nothing has no freshness; of the topic's objective it takes 0, so that an alarm hears
 * of every run.
 */
export async function measureFreshness(options: FreshnessOptions): Promise<void> {
  const { catalog, clock, metrics, names = {}, from, to, report, objectiveSeconds, signal } = options;
  const { topic, commits, rowsRead, finished } = report;
  const hasRead = commits > 0 && rowsRead > 0;
  if (!hasRead && finished) {
    if (rowsRead === 0) metrics.add('FreshnessOfObjective', 0, 'Percent', { topic, layer: to });
    return;
  }
  const name = from === 'raw' ? `${topic}_staging` : topic;
  const source = await catalog.loadTable({ namespace: names[from] ?? from, name });
  const nowMs = clock.now();
  const ages = hasRead ? await sampledAges(source, report, { nowMs, signal }) : [];
  ages.sort((left, right) => left - right);
  const measures = ages.slice(Math.ceil(ages.length * PERCENTILE) - 1).slice(0, 1);
  const waiting = finished ? undefined : chain(source, null, report.to)[0];
  if (waiting !== undefined) measures.push((nowMs - waiting.timestampMs) / 1_000);
  if (measures.length === 0) return;
  const freshness = Math.max(0, ...measures);
  metrics.add('Freshness', freshness, 'Seconds', { topic, layer: to });
  metrics.add('FreshnessOfObjective', (100 * freshness) / objectiveSeconds, 'Percent', { topic, layer: to });
}

interface SampleOptions {
  readonly nowMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Ages in seconds of rows between the snapshots where a run began and ended. */
async function sampledAges(
  source: Table,
  { from, to }: RunReport,
  { nowMs, signal }: SampleOptions,
): Promise<number[]> {
  const begun = from === null ? null : source.snapshots().find(({ snapshotId }) => snapshotId === from);
  // Without the snapshot it is not known which rows were read.
  if (begun === undefined) return [];
  const read = chain(source, to, from);
  const stretches = Math.min(STRETCHES, read.length);
  const ages: number[] = [];
  let after = begun?.sequenceNumber;
  for (let stretch = 1; stretch <= stretches; stretch++) {
    const last = read[Math.floor((stretch * read.length) / stretches) - 1]!;
    const scan = source.scan({
      columns: ['publish_time'],
      snapshotId: last.snapshotId,
      limit: Math.floor(SAMPLED_ROWS / stretches),
      signal,
      ...(after === undefined ? {} : { afterSequenceNumber: after }),
    });
    for await (const batch of scan) addAges(ages, batch, nowMs);
    after = last.sequenceNumber;
  }
  return ages;
}

function addAges(ages: number[], batch: RecordBatch, nowMs: number): void {
  for (const data of batch.getChildAt(0)?.data ?? []) {
    const micros = data.values as BigInt64Array;
    for (let row = 0; row < data.length; row++) ages.push((nowMs * 1_000 - Number(micros[row])) / 1_000_000);
  }
}

/** The snapshots up to one (null: the current one) that come after another, oldest first. */
function chain(source: Table, to: bigint | null, after: bigint | null): Snapshot[] {
  const history = source.ancestors(to ?? undefined);
  const end = history.findIndex(({ snapshotId }) => snapshotId === after);
  return history.slice(0, end === -1 ? history.length : end).toReversed();
}
