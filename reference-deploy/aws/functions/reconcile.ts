import { createHandler } from '../../handlers/reconcile/handler.js';
import { archivedEvidence } from '../evidence.js';
import { layerPorts } from '../layer-ports.js';
import { lambdaFunction } from '../runtime.js';

export const handler = lambdaFunction((ports) => {
  const layers = layerPorts(ports);
  return createHandler({
    ...layers,
    evidenceOf: archivedEvidence(layers.state.errors),
  });
});
