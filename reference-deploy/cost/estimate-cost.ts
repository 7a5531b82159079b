import type { Settings } from '../settings/setting.js';
import type { CostLine } from './cost-line.js';
import { flowOf, type Load } from './flow.js';
import { ingestionLines } from './ingestion-lines.js';
import { nightlyLines } from './nightly-lines.js';
import { observationLines } from './observation-lines.js';
import { operationLines, pipelineLines } from './pipeline-lines.js';
import type { Prices } from './price-list.js';
import { storageLines } from './storage-lines.js';

export interface CostEstimate {
  readonly eventsPerMonth: number;
  readonly lines: readonly CostLine[];
  readonly total: { readonly node: number; readonly spark: number };
  readonly perMillionEvents: { readonly node: number; readonly spark: number };
}

/** Functions and state machines that are on no line, and why. */
export const NOT_BILLED: Readonly<Record<string, string>> = {
  'dead-letter-processor': 'runs for what failed only',
  'firehose-error-processor': 'runs for what failed only',
  'report-failure': 'runs for what failed only',
  'rebuild-topic': 'runs where somebody has a topic rebuilt',
  'historical-rebuilder': 'runs where somebody has a topic rebuilt',
};

/**
 * The bill of a month, line by line.
 *
 * @param roundMinutes How often the pipeline runs.
 */
export function estimateCost(
  load: Load,
  { prices, settings, roundMinutes = 15 }: { prices: Prices; settings: Settings; roundMinutes?: number },
): CostEstimate {
  const flow = flowOf(load, settings, roundMinutes);
  const basis = { prices, settings };
  const lines = [
    ...ingestionLines(load, flow, basis),
    ...pipelineLines(flow, basis),
    ...nightlyLines(load, flow, basis),
    ...operationLines(load, flow, basis),
    ...storageLines(load, flow, basis),
    ...observationLines(load, flow, basis),
  ];
  const total = {
    node: lines.reduce((sum, line) => sum + line.node, 0),
    spark: lines.reduce((sum, line) => sum + line.spark, 0),
  };
  const millions = flow.events / 1e6;
  return {
    eventsPerMonth: flow.events,
    lines,
    total,
    perMillionEvents: { node: total.node / millions, spark: total.spark / millions },
  };
}
