import { createHandler } from '../../handlers/reconcile/handler.js';
import { layerNames, openCatalog } from '../catalog.js';
import { readEnvironment } from '../environment.js';
import { archivedEvidence } from '../evidence.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => {
  const state = openStateStore(ports);
  return createHandler({
    ...ports,
    state,
    catalog: openCatalog(),
    names: layerNames(readEnvironment(['project', 'environment'])),
    evidenceOf: archivedEvidence(state.errors),
  });
});
