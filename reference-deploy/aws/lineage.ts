import type { JobDependencies } from '../handlers/shared/job.js';
import { httpEmitter } from '../lineage/lineage-emitter.js';
import { optionalVariable, readEnvironment } from './environment.js';

/** Where `LEAN_OPS_LINEAGE` says that OpenLineage events go; nothing where it says nothing. */
export function lineageSetting(): Pick<JobDependencies<never>, 'lineage'> {
  const url = optionalVariable('LEAN_OPS_LINEAGE');
  if (url === null) return {};
  const { project, environment } = readEnvironment(['project', 'environment']);
  return { lineage: { emitter: httpEmitter({ url }), namespace: `${project}-${environment}` } };
}
