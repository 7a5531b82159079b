import { type StandardizeReport, standardize } from '@lean-ops/curate';
import type { Invocation } from '../shared/invocation.js';
import { type JobDependencies, type JobInput, type JobResult, jobHandler } from '../shared/job.js';

export type StandardizeDependencies = JobDependencies<StandardizeReport>;

/** RAW → Standardized for one topic. */
export function createHandler(
  dependencies: StandardizeDependencies,
): (input: JobInput, invocation?: Invocation) => Promise<JobResult> {
  return jobHandler(dependencies, { run: standardize, from: 'raw', to: 'standardized' });
}
