import { CONTRACT_DEFAULTS, type TopicContract } from '@lean-ops/core';

/** Rows below which a share of failures says nothing. */
const LEAST_ROWS = 100;

/** Whether more of a run's rows failed than the contract tolerates. */
export function isSpike(contract: TopicContract, evaluated: number, failed: number): boolean {
  const threshold = contract.quality?.cdeSpikeThreshold ?? CONTRACT_DEFAULTS.cdeSpikeThreshold;
  return evaluated >= LEAST_ROWS && failed / evaluated > threshold;
}
