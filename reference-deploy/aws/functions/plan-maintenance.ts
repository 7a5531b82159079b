import { createHandler } from '../../handlers/plan-maintenance/handler.js';
import { layerPorts } from '../layer-ports.js';
import { lambdaFunction } from '../runtime.js';

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...layerPorts(ports),
  }),
);
