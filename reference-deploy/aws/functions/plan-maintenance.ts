import { createHandler } from '../../handlers/plan-maintenance/handler.js';
import { layerNames, openCatalog } from '../catalog.js';
import { readEnvironment } from '../environment.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...ports,
    state: openStateStore(ports),
    catalog: openCatalog(),
    names: layerNames(readEnvironment(['project', 'environment'])),
  }),
);
