import { ASSUMED } from './assumptions.js';
import { type Basis, type CostLine, same } from './cost-line.js';
import type { Flow, Load } from './flow.js';
import type { Prices } from './price-list.js';

/** Metrics, alarms, logs, traces. */
export function observationLines({ topics }: Load, flow: Flow, { prices, settings }: Basis): CostLine[] {
  let metrics = 0;
  for (const { dimensions } of Object.values(settings.metrics))
    for (const names of dimensions) metrics += seriesOf(names, topics);
  let alarmed = 0;
  for (const { scope, metrics: used } of Object.values(settings.alarms)) {
    // A query is billed for every series that it looks through: one of each topic.
    const looked = Object.keys(used).length === 0 ? topics : Object.keys(used).length;
    alarmed += looked * (scope === 'topic' ? topics : 1);
  }
  const logs =
    flow.batches * ASSUMED.logBytesPerBatch +
    (flow.runs + flow.nights * topics) * ASSUMED.jobsPerRound * ASSUMED.logBytesPerRun;
  const traces =
    flow.seconds * ASSUMED.tracesPerSecond + (flow.batches + 4 * flow.runs) * ASSUMED.tracedShare;
  return [
    same(
      'CloudWatch',
      `${metrics.toLocaleString('en')} metrics`,
      tiered(metrics, prices.cloudWatchMetricTiers),
    ),
    same(
      'CloudWatch',
      'alarms and the dashboard',
      alarmed * prices.cloudWatchPerAlarmMetric + prices.cloudWatchPerDashboard,
    ),
    same('CloudWatch', 'logs', (logs / 1e9) * prices.cloudWatchPerLogGb),
    same('X-Ray', 'traces of one call in twenty', (traces / 1e6) * prices.xrayPerMillionTraces),
  ];
}

/** Time series of a metric with some dimensions. */
function seriesOf(dimensions: readonly string[], topics: number): number {
  const perLayer = dimensions.includes('layer') ? 2 : 1;
  return (dimensions.includes('topic') ? topics : 1) * perLayer;
}

function tiered(count: number, tiers: Prices['cloudWatchMetricTiers']): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, each } of tiers) {
    const to = Math.min(count, upTo ?? Number.POSITIVE_INFINITY);
    if (to <= from) break;
    cost += (to - from) * each;
    from = to;
  }
  return cost;
}
