import { type CurateReport, curate } from '@lean-ops/curate';
import type { Invocation } from '../shared/invocation.js';
import { type JobDependencies, type JobInput, type JobResult, jobHandler } from '../shared/job.js';

export type CurateDependencies = JobDependencies<CurateReport>;

/** Standardized → Curated for one topic that has a contract. */
export function createHandler(
  dependencies: CurateDependencies,
): (input: JobInput, invocation?: Invocation) => Promise<JobResult> {
  return jobHandler(dependencies, { run: curate, from: 'standardized', to: 'curated' });
}
