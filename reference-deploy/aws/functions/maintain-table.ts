import { createHandler } from '../../handlers/maintain-table/handler.js';
import { layerPorts } from '../layer-ports.js';
import { LEASE_TTL_MS } from '../lease-ttl.js';
import { lambdaFunction } from '../runtime.js';

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...layerPorts(ports),
    leaseTtlMs: LEASE_TTL_MS,
  }),
);
