import type { Clock, Metrics } from '@lean-ops/core';
import type { LayerNames, RunReport } from '@lean-ops/curate';
import type { Catalog, Table } from '@lean-ops/iceberg';

export interface FreshnessOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly names?: Partial<LayerNames> | undefined;
  /** The layer that was read, and the one that was written. */
  readonly from: 'raw' | 'standardized';
  readonly to: 'standardized' | 'curated';
  readonly report: RunReport;
  /** Event to Curated, seconds. */
  readonly objectiveSeconds: number;
}

const PERCENTILE = 0.95;

/**
 * Measures how old the events of a run were when it had committed them: the 95th percentile, over the rows that the run
 * read, of the time from `publish_time` to now. Reads that one column of its source. A run that read nothing has no
 * freshness.
 */
export async function measureFreshness(options: FreshnessOptions): Promise<void> {
  const { catalog, clock, metrics, names = {}, from, to, report, objectiveSeconds } = options;
  if (report.commits === 0 || report.rowsRead === 0 || report.to === null) return;
  const { topic } = report;
  const name = from === 'raw' ? `${topic}_staging` : topic;
  const source = await catalog.loadTable({ namespace: names[from] ?? from, name });
  const nowMicros = BigInt(clock.now()) * 1_000n;
  const ages: number[] = [];
  for (const time of await publishTimes(source, report)) ages.push(Number(nowMicros - time) / 1_000_000);
  if (ages.length === 0) return;
  ages.sort((left, right) => left - right);
  const freshness = Math.max(0, ages[Math.ceil(ages.length * PERCENTILE) - 1]!);
  metrics.add('Freshness', freshness, 'Seconds', { topic, layer: to });
  metrics.add('FreshnessOfObjective', (100 * freshness) / objectiveSeconds, 'Percent', { topic, layer: to });
}

/** Microseconds since the epoch, of the rows between the snapshots where a run began and ended. */
async function publishTimes(source: Table, { from, to }: RunReport): Promise<bigint[]> {
  const begun = from === null ? null : source.snapshots().find(({ snapshotId }) => snapshotId === from);
  // Without the snapshot it is not known which rows were read.
  if (begun === undefined) return [];
  const scan = source.scan({
    columns: ['publish_time'],
    snapshotId: to!,
    ...(begun === null ? {} : { afterSequenceNumber: begun.sequenceNumber }),
  });
  const times: bigint[] = [];
  for await (const batch of scan) {
    for (const data of batch.getChildAt(0)?.data ?? []) {
      const values = data.values as BigInt64Array;
      for (let row = 0; row < data.length; row++) times.push(values[row]!);
    }
  }
  return times;
}
