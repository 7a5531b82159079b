import { ASSUMED, SLOWER_ON_LAMBDA } from './assumptions.js';
import {
  type Basis,
  type CostLine,
  dynamoCost,
  lambdaCalls,
  lambdaCost,
  same,
  transitionCost,
} from './cost-line.js';
import type { Flow, Load } from './flow.js';

/** From RAW to Curated, round by round. */
export function pipelineLines({ events, runs, busyRuns, rounds }: Flow, basis: Basis): CostLine[] {
  const { prices } = basis;
  const job = (name: string, msPerRow: number): number => {
    const seconds = (runs * ASSUMED.runMs + events * msPerRow * SLOWER_ON_LAMBDA) / 1_000;
    return lambdaCost(name, { calls: runs, seconds }, basis);
  };
  const node = job('standardize', ASSUMED.standardizeMsPerRow) + job('curate', ASSUMED.curateMsPerRow);
  const small = (name: string): number => lambdaCalls(name, runs, ASSUMED.smallCallMs, basis);
  const sparkSeconds = Math.max(
    ASSUMED.sparkLeastSeconds,
    ASSUMED.sparkStartSeconds + (events / runs / 1e6) * ASSUMED.sparkSecondsPerMillionRows,
  );
  const sparkHours = (runs * ASSUMED.jobsPerRound * sparkSeconds * ASSUMED.sparkDpus) / 3_600;
  const ofRounds =
    lambdaCalls('get-all-checkpoints', rounds, ASSUMED.registryMs, basis) +
    lambdaCalls('flush-ops', rounds, ASSUMED.flushMs, basis);
  const catalog = busyRuns * ASSUMED.jobsPerRound * ASSUMED.catalogRequestsPerRun;
  return [
    { service: 'Lambda', what: 'Standardized and Curated', node, spark: 0, of: ['standardize', 'curate'] },
    {
      service: 'Glue',
      what: 'Spark jobs, a minute each at least',
      node: 0,
      spark: sparkHours * prices.gluePerDpuHour,
    },
    same('Lambda', 'leases', small('acquire-lease') + small('release-lease'), [
      'acquire-lease',
      'release-lease',
    ]),
    same('Lambda', 'rounds: registry, ops tables', ofRounds, ['get-all-checkpoints', 'flush-ops']),
    same(
      'Step Functions',
      'state transitions of rounds',
      transitionCost(prices, runs * ASSUMED.transitionsPerTopic + rounds * ASSUMED.transitionsPerRound),
      ['master-pipeline-orchestrator'],
    ),
    same(
      'DynamoDB',
      'leases, checkpoints, outbox',
      dynamoCost(
        prices,
        runs * ASSUMED.stateWritesPerRun + 2 * busyRuns * ASSUMED.transactedWritesPerRun,
        runs * ASSUMED.stateReadsPerRun,
      ),
    ),
    same('Glue', 'Data Catalog requests', (catalog / 1e6) * prices.glueCatalogPerMillionRequests),
  ];
}

/** What looks after the platform, however little data there is. */
export function operationLines({ topics }: Load, { seconds }: Flow, basis: Basis): CostLine[] {
  const { prices } = basis;
  const minutes = seconds / 60;
  const syncs = minutes / ASSUMED.minutesPerTopicSync;
  const breaker = lambdaCalls(
    'circuit-breaker',
    minutes,
    ASSUMED.breakerMs + topics * ASSUMED.breakerMsPerTopic,
    basis,
  );
  const sync = lambdaCalls(
    'topic-sync',
    syncs,
    ASSUMED.topicSyncMs + topics * ASSUMED.topicSyncMsPerTopic,
    basis,
  );
  // Items of the registry and of the breakers' counters are read four kilobytes at a time.
  const reads = (minutes * ASSUMED.breakerReadsPerTopic + syncs * ASSUMED.topicSyncReadsPerTopic) * topics;
  return [
    same('Lambda', 'circuit breaker each minute, topic-sync each five', breaker + sync, [
      'circuit-breaker',
      'topic-sync',
    ]),
    same('DynamoDB', 'registry and counters that both read', dynamoCost(prices, minutes, reads)),
    same('S3', 'contracts that topic-sync reads', ((syncs * topics) / 1_000) * prices.s3PerThousandGets),
  ];
}
