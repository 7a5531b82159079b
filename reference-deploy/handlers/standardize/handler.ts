import { type StandardizeReport, standardize } from '@lean-ops/curate';
import { type JobDependencies, type JobInput, jobHandler, type ReportJson } from '../shared/job.js';

export type StandardizeDependencies = JobDependencies<StandardizeReport>;

/** RAW → Standardized for one topic. */
export function createHandler(
  dependencies: StandardizeDependencies,
): (input: JobInput) => Promise<ReportJson> {
  return jobHandler(dependencies, standardize);
}
