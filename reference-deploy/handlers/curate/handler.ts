import { type CurateReport, curate } from '@lean-ops/curate';
import { type JobDependencies, type JobInput, jobHandler, type ReportJson } from '../shared/job.js';

export type CurateDependencies = JobDependencies<CurateReport>;

/** Standardized → Curated for one topic that has a contract. */
export function createHandler(dependencies: CurateDependencies): (input: JobInput) => Promise<ReportJson> {
  return jobHandler(dependencies, curate);
}
